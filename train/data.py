# SPDX-License-Identifier: MIT
"""The data folder: its records, and its pictures squashed to one size in memory.

A folder has either fire/ and nofire/, or images/manifest.csv with the columns file, split (train or val), label (fire or nofire), source, group and
fire_boxes_x0y0x1y1_norm (boxes of 0..1, `;` between boxes). A group is a scene or a video; it is used on one side only.
"""
import csv
import hashlib
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from PIL import Image

STORED = 192  # side of the squashed pictures that training draws from
SUFFIXES = {".jpg", ".jpeg", ".png", ".bmp", ".webp"}
SQUASH = {"area": Image.Resampling.BOX, "smooth": Image.Resampling.BILINEAR}


@dataclass(frozen=True)
class Record:
    """One line of the manifest. `boxes` is None where the fire's place is unknown, () on pictures without fire."""

    path: Path
    split: str
    fire: bool
    source: str
    group: str
    boxes: tuple | None
    licence: str


def parse_boxes(text, fire):
    boxes = tuple(tuple(float(part) for part in box.split()) for box in text.split(";") if box.strip())
    if not fire:
        return ()
    return boxes or None


def read_records(folder):
    """All records of the data folder. Raises SystemExit with the reason if it is not usable."""
    folder = Path(folder)
    if (folder / "images" / "manifest.csv").is_file():
        records = one_side(read_manifest(folder))
    elif (folder / "fire").is_dir() and (folder / "nofire").is_dir():
        records = read_two_folders(folder)
    else:
        raise SystemExit(f"{folder}: neither images/manifest.csv nor the folders fire and nofire are there")
    check_classes(records, folder)
    return records


def read_two_folders(folder):
    """fire/ and nofire/ without a manifest: one picture in seven, by its name's digest, is for validation. Nothing is
    known of sources and groups, so frames of one video may stand on both sides: a manifest is better."""
    records = []
    for label in ("fire", "nofire"):
        for path in sorted((folder / label).iterdir()):
            if path.suffix.lower() in SUFFIXES:
                split = "val" if hashlib.sha256(path.name.encode()).digest()[0] % 7 == 0 else "train"
                boxes = None if label == "fire" else ()
                records.append(Record(path, split, label == "fire", folder.name, path.stem, boxes, "not declared"))
    return records


def read_manifest(folder):
    """The manifest's lines, in its order."""
    manifest = folder / "images" / "manifest.csv"
    records = []
    with manifest.open(newline="") as file:
        for row in csv.DictReader(file):
            fire = row["label"] == "fire"
            boxes = parse_boxes(row["fire_boxes_x0y0x1y1_norm"], fire)
            path = folder / row["file"]
            records.append(Record(path, row["split"], fire, row["source"], row["group"], boxes, row["licence"]))
    return records


def one_side(records):
    """Puts every group that stands on both sides wholly into train: nothing half seen is measured on."""
    trained = {(record.source, record.group) for record in records if record.split == "train"}
    return [
        replace(record, split="train") if (record.source, record.group) in trained else record for record in records
    ]


def check_classes(records, folder):
    for split in ("train", "val"):
        classes = {record.fire for record in records if record.split == split}
        if classes != {True, False}:
            raise SystemExit(f"{folder}: the split {split} needs pictures of both classes, fire and nofire")


def read_picture(path, size, filter_name="area"):
    """One picture as uint8 [3,size,size], squashed: the aspect is not kept, as in the C program."""
    try:
        with Image.open(path) as image:
            squashed = image.convert("RGB").resize((size, size), SQUASH[filter_name])
    except OSError as error:
        raise SystemExit(f"{path}: not a readable picture: {error}") from error
    return torch.from_numpy(np.array(squashed)).permute(2, 0, 1).contiguous()


class Pictures:
    """Records with their pictures: `images` uint8 [n,3,size,size], `fire` float [n]."""

    def __init__(self, records, size=STORED, filter_name="smooth"):
        self.records = list(records)
        self.images = torch.empty((len(self.records), 3, size, size), dtype=torch.uint8)
        for index, record in enumerate(self.records):
            self.images[index] = read_picture(record.path, size, filter_name)
        self.fire = torch.tensor([float(record.fire) for record in self.records])

    def __len__(self):
        return len(self.records)


def box_mask(boxes, size):
    """1 inside the boxes, uint8 [size,size]."""
    mask = torch.zeros((size, size), dtype=torch.uint8)
    for x0, y0, x1, y1 in boxes or ():
        left, top = int(x0 * size), int(y0 * size)
        mask[top : max(top + 1, round(y1 * size)), left : max(left + 1, round(x1 * size))] = 1
    return mask
