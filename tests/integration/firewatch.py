# SPDX-License-Identifier: MIT
"""Runs the real binary, and reads what it and the judge (ffprobe, ffmpeg) say."""
import json
import os
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BINARY = Path(os.environ.get("FIREWATCH_BIN", ROOT / "build" / "firewatch")).resolve()
RED = ROOT / "tests" / "models" / "red.onnx"
SAMPLE = ROOT / "samples" / "yard_fire.mp4"


def firewatch(*args, cwd=None, env=None, timeout=120, **more):
    """The finished process; its output as text. No `.env` or variable of the caller reaches it."""
    clean = {key: value for key, value in os.environ.items() if key in ("PATH", "HOME", "LANG", "ASAN_OPTIONS",
                                                                       "TSAN_OPTIONS", "LSAN_OPTIONS", "TERM")}
    clean.update(env or {})
    return subprocess.run([BINARY, *map(str, args)], cwd=cwd, env=clean, timeout=timeout, text=True,
                          stdin=subprocess.DEVNULL, capture_output=True, errors="replace", **more)


def run(folder, *inputs, model=RED, options=(), **more):
    """`firewatch run` on inputs, results in `folder`/out."""
    return firewatch("run", *inputs, "-o", folder / "out", "--model", model, *options, cwd=folder, **more)


def summary(process):
    """The JSON lines that `--json` printed, by video id."""
    lines = [json.loads(line) for line in process.stdout.splitlines()]
    return {line["video_id"]: line for line in lines}


def detections(folder, video_id):
    lines = (folder / "out" / f"{video_id}.detections.jsonl").read_text().splitlines()
    return [json.loads(line) for line in lines]


def video(folder, video_id):
    return folder / "out" / f"{video_id}_with_heatmaps.mp4"


def names(folder):
    """What stands in the folder of results."""
    out = folder / "out"
    return sorted(path.name for path in out.iterdir()) if out.exists() else []


def results(*video_ids, fires=0):
    """The names of all files that belong to these clips, sorted; each with so many fires."""
    ends = [".detections.jsonl", ".events.jsonl", "_with_heatmaps.mp4"]
    ends += [f".event-fire-{number + 1}.jpg" for number in range(fires)]
    return sorted(f"{video_id}{end}" for video_id in video_ids for end in ends)


def events(folder, video_id):
    lines = (folder / "out" / f"{video_id}.events.jsonl").read_text().splitlines()
    return [json.loads(line) for line in lines]


def probe(path, *entries):
    """ffprobe's answer about the first video stream."""
    answer = subprocess.run(
        ["ffprobe", "-v", "error", "-select_streams", "v:0", "-of", "json", *entries, path],
        check=True, capture_output=True, text=True, timeout=120)
    return json.loads(answer.stdout)


def stream(path):
    return probe(path, "-show_streams")["streams"][0]


def times(path):
    """Presentation times of all pictures that decode, in seconds, in presentation order."""
    frames = probe(path, "-show_frames", "-show_entries", "frame=pts_time,best_effort_timestamp_time")["frames"]
    return [float(frame.get("pts_time") or frame["best_effort_timestamp_time"]) for frame in frames]


def pixels(path, count=1, size=None):
    """The first `count` pictures as numpy RGB, upright as a player shows them."""
    import numpy as np
    if size is None:
        found = stream(path)
        size = (found["width"], found["height"])
    width, height = size
    raw = subprocess.run(
        ["ffmpeg", "-v", "error", "-i", path, "-frames:v", str(count), "-f", "rawvideo", "-pix_fmt", "rgb24", "-"],
        check=True, capture_output=True, timeout=120).stdout
    return np.frombuffer(raw, np.uint8).reshape(-1, height, width, 3)


def data_folder():
    """The folder of real images and clips; the test skips, and says so, without it."""
    import pytest
    folder = os.environ.get("FIREWATCH_DATA")
    if not folder:
        pytest.skip("FIREWATCH_DATA is not set: no real clips")
    return Path(folder)
