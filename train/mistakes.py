# SPDX-License-Identifier: MIT
"""A contact sheet of the worst mistakes, from the scores that `firewatch eval --scores` has stored: what was wrongly called
fire, the highest score first, and what was missed, the lowest first. Of a video its worst picture stands for all.

    firewatch eval --scores scores.csv DIR/labels.csv
    .deps/train/bin/python train/mistakes.py --threshold 0.56 scores.csv sheet.jpg
"""
import argparse
import csv
import subprocess
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageDraw

COLUMNS, SIDE, TEXT_HEIGHT, GAP = 6, 200, 40, 6
VIDEO_SUFFIXES = {".mp4", ".mkv", ".mov", ".avi", ".webm", ".ts"}


@dataclass(frozen=True)
class Seen:
    """One scored picture."""

    path: Path
    frame: int
    seconds: float
    fire: bool
    source: str
    score: float


def read_scores(path):
    """The labelled pictures of stored scores. Raises SystemExit naming what is wrong with them."""
    with path.open(newline="") as file:
        rows = csv.DictReader(file)
        missing = {"file", "frame", "seconds", "label", "source", "score"} - set(rows.fieldnames or ())
        if missing:
            raise SystemExit(f"{path}: these are no stored scores: no column {', '.join(sorted(missing))}")
        return [
            Seen(Path(row["file"]), int(row["frame"]), float(row["seconds"]), row["label"] == "fire", row["source"], float(row["score"]))
            for row in rows if row["label"] in ("fire", "nofire")
        ]  # fmt: skip


def worst(pictures, threshold, fire):
    """(picture, how many of its file are wrong) of one kind of mistake, the worst first; one a file."""
    wrong = [picture for picture in pictures if picture.fire == fire and (picture.score >= threshold) != fire]
    wrong.sort(key=lambda picture: picture.score if fire else -picture.score)
    counts, first = {}, {}
    for picture in wrong:
        counts[picture.path] = counts.get(picture.path, 0) + 1
        first.setdefault(picture.path, picture)
    return [(picture, counts[path]) for path, picture in first.items()]


def load(picture):
    """The picture; of a video the frame of that number."""
    if picture.path.suffix.lower() not in VIDEO_SUFFIXES:
        return Image.open(picture.path).convert("RGB")
    command = ["ffmpeg", "-nostdin", "-v", "error", "-i", str(picture.path), "-vf", f"select=eq(n\\,{picture.frame})", "-frames:v", "1",
               "-vsync", "0", "-f", "image2pipe", "-c:v", "png", "-"]  # fmt: skip
    done = subprocess.run(command, capture_output=True, check=True)
    return Image.open(BytesIO(done.stdout)).convert("RGB")


def tile(picture, n_wrong):
    """A thumbnail with its score, source and name below."""
    made = Image.new("RGB", (SIDE, SIDE + TEXT_HEIGHT), "black")
    draw = ImageDraw.Draw(made)
    try:
        image = load(picture)
        image.thumbnail((SIDE, SIDE))
        made.paste(image, ((SIDE - image.width) // 2, (SIDE - image.height) // 2))
    except (OSError, subprocess.CalledProcessError):
        draw.text((4, SIDE // 2), "can't be read any more", fill="red")
    more = f", {n_wrong} pictures" if n_wrong > 1 else ""
    draw.text((2, SIDE + 2), f"{picture.score:.3f}  {picture.source[:20]}{more}", fill="white")
    place = f" @ {picture.frame}" if n_wrong > 1 or picture.frame > 0 else ""
    draw.text((2, SIDE + 16), f"{picture.path.name[-30:]}{place}", fill="silver")
    return made


def section(title, mistakes, limit):
    """A heading and up to `limit` tiles."""
    shown = mistakes[:limit]
    rows = -(-len(shown) // COLUMNS)
    sheet = Image.new("RGB", (COLUMNS * (SIDE + GAP), 24 + rows * (SIDE + TEXT_HEIGHT + GAP)), (40, 40, 40))
    ImageDraw.Draw(sheet).text((6, 6), title, fill="white")
    for index, (picture, n_wrong) in enumerate(shown):
        x, y = index % COLUMNS * (SIDE + GAP), 24 + index // COLUMNS * (SIDE + TEXT_HEIGHT + GAP)
        sheet.paste(tile(picture, n_wrong), (x, y))
    return sheet


def contact_sheet(pictures, threshold, limit):
    """Both kinds of mistakes, one below the other."""
    sections = []
    for fire, what in ((False, "called fire, but there is none"), (True, "fires that were missed")):
        mistakes, n = worst(pictures, threshold, fire), sum(picture.fire == fire for picture in pictures)
        n_wrong = sum(count for _, count in mistakes)
        title = f"{what}: {n_wrong} of {n} pictures at threshold {threshold:.4f}, in {len(mistakes)} files; the worst {min(limit, len(mistakes))}"
        sections.append(section(title, mistakes, limit))
        print(title)
    sheet = Image.new("RGB", (sections[0].width, sum(part.height for part in sections)))
    top = 0
    for part in sections:
        sheet.paste(part, (0, top))
        top += part.height
    return sheet


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("scores", type=Path, help="stored by firewatch eval --scores")
    parser.add_argument("sheet", type=Path, help="the JPEG or PNG to write")
    parser.add_argument("--threshold", type=float, required=True, help="the model's: its card and firewatch eval name it")
    parser.add_argument("--limit", type=int, default=30, help="mistakes of each kind that are shown (%(default)s)")
    options = parser.parse_args()
    contact_sheet(read_scores(options.scores), options.threshold, options.limit).save(options.sheet, quality=88)


if __name__ == "__main__":
    main()
