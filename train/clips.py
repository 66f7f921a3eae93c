# SPDX-License-Identifier: MIT
"""The network on the labelled clips of videos/labels.csv, frame by frame. The clips are never trained on.

ffmpeg decodes and scales with its area filter, which is near what the C program does (libyuv's box filter on the
planes), not the same to the last bit.
"""
import csv
import subprocess
from collections import defaultdict
from pathlib import Path

import numpy as np
import torch

from export import run


def frames(path, size):
    """All frames as uint8 [n,3,size,size], squashed."""
    command = ["ffmpeg", "-v", "error", "-i", str(path), "-vf", f"scale={size}:{size}:flags=area", "-vsync", "0",
               "-pix_fmt", "rgb24", "-f", "rawvideo", "-"]  # fmt: skip
    raw = subprocess.run(command, check=True, capture_output=True).stdout
    pictures = np.frombuffer(raw, np.uint8).reshape(-1, size, size, 3)
    return torch.from_numpy(pictures.copy()).permute(0, 3, 1, 2)


def rate_of(path):
    command = ["ffprobe", "-v", "error", "-select_streams", "v:0", "-show_entries", "stream=avg_frame_rate",
               "-of", "csv=p=0", str(path)]  # fmt: skip
    above, below = subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip(" ,\n").split("/")
    return int(above) / int(below)


def read_labels(folder):
    """clip -> list of (first frame, last frame, label). Empty where the data folder has no labelled clips."""
    ranges, path = defaultdict(list), Path(folder) / "videos" / "labels.csv"
    if not path.is_file():
        return ranges
    with path.open(newline="") as file:
        for row in csv.DictReader(file):
            ranges[row["video"]].append((int(row["frame_start"]), int(row["frame_end_incl"]), row["label"]))
    return ranges


def evaluate_clips(folder, running, size, threshold):
    """One dict a labelled stretch: clip, label, frames, hits, highest, median, delay_s (of the first hit, or None)."""
    rows = []
    for clip, ranges in sorted(read_labels(folder).items()):
        path = Path(folder) / "videos" / clip
        scores, rate = run(running, frames(path, size))[0], rate_of(path)
        for first, last, label in ranges:
            part = scores[first : last + 1]
            hits = np.flatnonzero(part >= threshold)
            rows.append({
                "clip": clip, "label": label, "frames": len(part), "hits": len(hits), "highest": float(part.max()),
                "median": float(np.median(part)), "delay_s": float(hits[0] / rate) if len(hits) else None,
            })  # fmt: skip
    return rows
