# SPDX-License-Identifier: MIT
"""Composes footage without fire, to count false alarms an hour: stills of the validation side, panned, zoomed, flickering
and noisy, lamps laid over some, and drawn sunsets and night streets between them. The same seed gives the same pictures.

    .deps/train/bin/python train/footage.py --data DIR --out DIR --minutes 60 --seed 1
    firewatch eval --json DIR/labels.csv > DIR/eval.json
    .deps/train/bin/python train/footage.py --out DIR --blame DIR/eval.json

writes some mp4 of a few minutes, labels.csv, which also has the labelled clips of the data folder, and shots.csv, which
says what each stretch was made of; the last line names the shots that raised false events.
"""
import argparse
import csv
import json
import math
import os
import subprocess
from collections import Counter
from dataclasses import dataclass, field
from multiprocessing import Pool
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from data import read_records
from duplicates import join_near_duplicates

WIDTH, HEIGHT, RATE = 640, 480, 10
SHOT_S = 8
FILE_SHOTS = 45  # six minutes
PARTS = {"still": 0.8, "sunset": 0.1, "night": 0.1}  # of the shots
LAMP_PART, CUT_PART, SHAKE_PART = 0.25, 0.1, 0.3  # of the shots with lamps, with the light switched, held by hand
WARM = ((255, 170, 80), (255, 200, 130), (255, 140, 50), (255, 225, 190))
SIGNALS = ((255, 40, 20), (255, 160, 20), (40, 255, 120))
HEAD, TAIL = (235, 240, 255), (255, 30, 20)


@dataclass
class Lamp:
    """A glow that is added to the picture: where it stands at 0 s, its way a second, and how it shines."""

    patch: np.ndarray  # int16 [h,w,3]
    x: float
    y: float
    speed: tuple = (0.0, 0.0)  # pixels a second
    blink_hz: float = 0.0
    unrest: float = 0.0  # 0 is steady


@dataclass
class Shot:
    picture: Image.Image
    kind: str
    name: str
    source: str
    lamps: list = field(default_factory=list)


# --- lamps ---


def glow(radius, colour, core):
    """A lamp: a disc of radius * core that is white in the middle, and its halo."""
    side = int(radius * 6) | 1
    y, x = np.mgrid[:side, :side] - side // 2
    distance = np.hypot(x, y) / radius
    halo = np.exp(-distance * 1.3) - math.exp(-3 * 1.3)
    disc = np.clip(1.5 * (core - distance) + 0.5, 0, 1)[..., None]
    light = np.clip(halo, 0, 1)[..., None] * np.array(colour) * 0.9 + disc * (0.5 * np.array(colour) + 127)
    return np.clip(light, 0, 255).astype(np.int16)


def draw_lamps(rng, n):
    """Street and room lamps, signals, and pairs of head or tail lamps that drive."""
    lamps = []
    for _ in range(n):
        kind = rng.choice(["lamp", "lamp", "signal", "head", "tail"])
        x, y = rng.uniform(0, WIDTH), rng.uniform(0, HEIGHT * 0.7)
        if kind == "lamp":
            patch = glow(rng.uniform(8, 45), WARM[rng.integers(len(WARM))], rng.uniform(0.2, 0.9))
            lamps.append(Lamp(patch, x, y, unrest=rng.choice([0, 0, 0.1, 0.5])))
        elif kind == "signal":
            patch = glow(rng.uniform(5, 14), SIGNALS[rng.integers(len(SIGNALS))], 0.8)
            lamps.append(Lamp(patch, x, y, blink_hz=rng.choice([0, 0.7, 1.5])))
        else:
            patch = glow(rng.uniform(6, 24), HEAD if kind == "head" else TAIL, 0.6)
            way, gap, y = rng.uniform(-90, 90), rng.uniform(30, 90), rng.uniform(HEIGHT * 0.4, HEIGHT * 0.9)
            lamps += [Lamp(patch, x + shift, y, speed=(way, abs(way) / 6)) for shift in (0, gap)]
    return lamps


def add_lamp(frame, lamp, seconds, rng):
    if lamp.blink_hz and math.sin(2 * math.pi * lamp.blink_hz * seconds) < 0:
        return
    h, w = lamp.patch.shape[:2]
    left, top = round(lamp.x + lamp.speed[0] * seconds - w / 2), round(lamp.y + lamp.speed[1] * seconds - h / 2)
    x0, y0, x1, y1 = max(left, 0), max(top, 0), min(left + w, WIDTH), min(top + h, HEIGHT)
    if x0 < x1 and y0 < y1:
        patch = lamp.patch[y0 - top : y1 - top, x0 - left : x1 - left]
        if lamp.unrest:
            patch = (patch * (1 - lamp.unrest * rng.random())).astype(np.int16)
        frame[y0:y1, x0:x1] += patch


# --- drawn scenes, larger than a frame so that the camera can move ---

SCENE_W, SCENE_H = 960, 720


def gradient(colours):
    """Rows from the first colour at the top to the last at the bottom."""
    places = np.linspace(0, 1, len(colours))
    rows = np.stack([np.interp(np.linspace(0, 1, SCENE_H), places, channel) for channel in np.array(colours).T], axis=1)
    return np.repeat(rows[:, None, :], SCENE_W, axis=1)


def clouds(rng):
    """Streaks of -1..1 over the scene."""
    total = np.zeros((SCENE_H, SCENE_W))
    for rows, columns in ((6, 3), (14, 6), (40, 14)):
        layer = Image.fromarray(rng.random((rows, columns)).astype(np.float32)).resize((SCENE_W, SCENE_H), Image.Resampling.BICUBIC)
        total += np.asarray(layer) - 0.5
    return total / 1.5


def skyline(picture, rng, colour, windows):
    """Roofs along the lower edge, some windows lit."""
    draw, x = ImageDraw.Draw(picture), 0
    while x < SCENE_W:
        width, top = int(rng.integers(30, 140)), int(SCENE_H * rng.uniform(0.62, 0.86))
        draw.rectangle((x, top, x + width, SCENE_H), fill=colour)
        for _ in range(int(windows * width / 12)):
            wx, wy = x + int(rng.integers(4, max(5, width - 8))), int(rng.integers(top + 5, SCENE_H - 5))
            draw.rectangle((wx, wy, wx + 6, wy + 9), fill=tuple(WARM[rng.integers(len(WARM))]))
        x += width


def sunset(rng):
    top, middle, low = (rng.integers(20, 110, 3), np.array([rng.integers(150, 255), rng.integers(60, 140), rng.integers(20, 90)]),
                        np.array([255, rng.integers(120, 210), rng.integers(30, 120)]))  # fmt: skip
    sky = gradient((top, middle, low, low * 0.7))
    sky += clouds(rng)[..., None] * np.array([90, 60, 40]) * rng.uniform(0.3, 1.3)
    sun, (x, y) = glow(rng.uniform(25, 70), (255, rng.integers(150, 240), rng.integers(60, 150)), 0.9), (rng.integers(150, SCENE_W - 150), rng.integers(250, 450))
    h, w = sun.shape[:2]
    left, top_row = max(x - w // 2, 0), max(y - h // 2, 0)
    sky[top_row : top_row + h, left : left + w] += sun[: SCENE_H - top_row, : SCENE_W - left]
    picture = Image.fromarray(np.clip(sky, 0, 255).astype(np.uint8))
    skyline(picture, rng, tuple(int(value) for value in rng.integers(0, 40, 3)), 0)
    return picture.filter(ImageFilter.GaussianBlur(1))


def night(rng):
    dark = rng.integers(2, 40, 3)
    picture = Image.fromarray(np.clip(gradient((dark, dark * 1.5, dark * 0.6)), 0, 255).astype(np.uint8))
    skyline(picture, rng, tuple(int(value) for value in dark // 2), rng.uniform(0, 4))
    return picture.filter(ImageFilter.GaussianBlur(0.8))


def make_shot(rng, record):
    kind = rng.choice(list(PARTS), p=list(PARTS.values()))
    if kind == "sunset":
        return Shot(sunset(rng), kind, "", "drawn")
    if kind == "night":
        return Shot(night(rng), kind, "", "drawn", draw_lamps(rng, rng.integers(2, 9)))
    lamps = draw_lamps(rng, rng.integers(1, 4)) if rng.random() < LAMP_PART else []
    with Image.open(record.path) as image:
        return Shot(image.convert("RGB"), kind, record.path.name, record.source, lamps)


# --- the camera ---


def camera_way(size, rng):
    """Windows of the picture, one a frame: from one place and zoom to another, some by a trembling hand."""
    w, h = size
    n, largest = SHOT_S * RATE, min(w / WIDTH, h / HEIGHT)
    still = rng.random() < 0.3
    ends = [(largest / rng.uniform(1, 1.8), rng.random(), rng.random()) for _ in range(2)]
    ends = (ends[0], ends[0]) if still else ends
    shake = rng.normal(0, 1, (n, 2)).cumsum(axis=0) * 0.3 if rng.random() < SHAKE_PART else np.zeros((n, 2))
    for index in range(n):
        part = 0.5 - 0.5 * math.cos(math.pi * index / (n - 1))
        scale, px, py = (a + (b - a) * part for a, b in zip(*ends))
        bw, bh = WIDTH * scale, HEIGHT * scale
        x = min(max(px * (w - bw) + shake[index, 0] * scale, 0), w - bw)
        y = min(max(py * (h - bh) + shake[index, 1] * scale, 0), h - bh)
        yield x, y, x + bw, y + bh


def light_way(rng):
    """Gains, one a frame: a lamp's flicker, a slow drift, and now and then the light is switched."""
    seconds = np.arange(SHOT_S * RATE) / RATE
    gain = 1 + rng.uniform(0, 0.06) * np.sin(2 * math.pi * rng.uniform(0.5, 5) * seconds + rng.uniform(0, 6))
    gain *= 1 + rng.uniform(-0.2, 0.2) * seconds / SHOT_S
    if rng.random() < CUT_PART:
        gain *= np.where(seconds < rng.uniform(1, SHOT_S - 1), 1, rng.uniform(0.35, 0.7))
    return gain


class Noise:
    """Fields of unit noise, drawn once; a frame takes a random window of one."""

    def __init__(self, rng):
        self.fields = rng.normal(0, 16, (6, HEIGHT + 64, WIDTH + 64)).astype(np.int16)

    def strength(self, sigma):
        return (self.fields * (sigma / 16)).astype(np.int16)

    @staticmethod
    def window(fields, rng):
        y, x = rng.integers(64, size=2)
        return fields[rng.integers(len(fields)), y : y + HEIGHT, x : x + WIDTH, None]


def frames(shot, noise, rng):
    """uint8 [HEIGHT,WIDTH,3] of one shot."""
    fields = noise.strength(rng.uniform(0, 11))
    tint = 1 + np.array([1, 0, -1]) * rng.uniform(-0.04, 0.14)  # mostly to the warm side
    way = zip(camera_way(shot.picture.size, rng), light_way(rng))
    for index, (window, gain) in enumerate(way):
        table = np.clip(np.arange(256) * gain * tint[:, None], 0, 255).astype(np.uint8)
        picture = shot.picture.resize((WIDTH, HEIGHT), Image.Resampling.BILINEAR, box=window).point(table.ravel().tolist())
        frame = np.asarray(picture).astype(np.int16)
        for lamp in shot.lamps:
            add_lamp(frame, lamp, index / RATE, rng)
        frame += noise.window(fields, rng)
        yield np.clip(frame, 0, 255, out=frame).astype(np.uint8)


# --- files ---


def encoder(path, quality):
    command = ["ffmpeg", "-v", "error", "-y", "-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{WIDTH}x{HEIGHT}", "-r", str(RATE),
               "-i", "-", "-c:v", "libx264", "-preset", "veryfast", "-threads", "1", "-crf", str(quality), "-pix_fmt", "yuv420p",
               str(path)]  # fmt: skip
    return subprocess.Popen(command, stdin=subprocess.PIPE)


def compose(task):
    """One file of `n_shots`; `task` is (path, seed, number, records, n_shots). Its lines for shots.csv."""
    path, seed, number, records, n_shots = task
    rng = np.random.default_rng([seed, number])
    noise, lines = Noise(rng), []
    process = encoder(path, int(rng.integers(20, 31)))
    for index in range(n_shots):
        shot = make_shot(rng, records[(number * FILE_SHOTS + index) % len(records)])
        for frame in frames(shot, noise, rng):
            process.stdin.write(frame.tobytes())
        first = index * SHOT_S * RATE
        lines.append((path.name, first, first + SHOT_S * RATE - 1, shot.kind, len(shot.lamps), shot.source, shot.name))
    process.stdin.close()
    if process.wait() != 0:
        raise SystemExit(f"{path}: ffmpeg failed")
    return lines


def stills(folder, rng):
    """The validation side's pictures without fire, in a drawn order."""
    records = [record for record in join_near_duplicates(read_records(folder)) if record.split == "val" and not record.fire]
    return [records[index] for index in rng.permutation(len(records))]


def labelled_clips(folder):
    """The data folder's own labelled clips as lines of labels.csv: fires too, for a set needs both."""
    path = Path(folder) / "videos" / "labels.csv"
    if not path.is_file():
        return
    with path.open(newline="") as file:
        for row in csv.DictReader(file):
            yield path.parent.resolve() / row["video"], row["frame_start"], row["frame_end_incl"], row["label"], Path(row["video"]).stem


def write_table(path, head, lines):
    with path.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(head)
        writer.writerows(lines)


def make(options):
    options.out.mkdir(parents=True, exist_ok=True)
    records = stills(options.data, np.random.default_rng(options.seed))
    left, tasks = math.ceil(options.minutes * 60 / SHOT_S), []
    while left > 0:
        path = options.out / f"footage-{len(tasks):03}.mp4"
        tasks.append((path, options.seed, len(tasks), records, min(left, FILE_SHOTS)))
        left -= FILE_SHOTS
    with Pool(options.jobs) as pool:
        shots = [line for lines in pool.imap(compose, tasks) for line in lines]
    write_table(options.out / "shots.csv", ("file", "first", "last", "kind", "lamps", "source", "still"), shots)
    labels = [(path.name, 0, n * SHOT_S * RATE - 1, "nofire", path.stem) for path, _, _, _, n in tasks]
    head = ("file", "frame_start", "frame_end_incl", "label", "source")
    write_table(options.out / "labels.csv", head, [*labels, *labelled_clips(options.data)])
    print(f"{len(tasks)} files, {len(shots)} shots of {SHOT_S} s, {len({line[-1] for line in shots if line[-1]})} stills: {options.out}/labels.csv")


def shot_at(shots, name, frame):
    """The line of shots.csv that a frame of a file is in, or None: of a clip."""
    for shot in shots:
        if shot["file"] == name and int(shot["first"]) <= frame <= int(shot["last"]):
            return shot
    return None


def blame(options):
    """Says which shots the false events of a `firewatch eval --json` fell into, and how many there are of each kind."""
    with (options.out / "shots.csv").open(newline="") as file:
        shots = list(csv.DictReader(file))
    found, counts = json.loads(options.blame.read_text())["event_alarms"], Counter()
    for alarm in found["false_alarm_list"]:
        name = Path(alarm["file"]).name
        shot = shot_at(shots, name, alarm["frame"])
        said = f"{shot['kind']} {shot['source']} {shot['still']} (lamps: {shot['lamps']})" if shot else "a clip"
        counts[shot["kind"] if shot else "clip"] += 1
        print(f"{name} at {alarm['seconds']:.1f} s: {said}")
    kinds = ", ".join(f"{n} {kind}" for kind, n in counts.most_common())
    print(f"{found['false_alarms']} false events in {found['nofire_hours']:.3f} hours" + (f": {kinds}" if kinds else ""))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=os.environ.get("FIREWATCH_DATA"), help="the data folder")
    parser.add_argument("--out", type=Path, required=True, help="where to write")
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="files that are made side by side")
    parser.add_argument("--blame", type=Path, metavar="EVAL.json", help="names the shots that raised false events, and writes nothing")
    options = parser.parse_args()
    if options.blame:
        blame(options)
    elif not options.data:
        parser.error("name the data folder with --data or FIREWATCH_DATA")
    else:
        make(options)


if __name__ == "__main__":
    main()
