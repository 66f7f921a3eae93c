# SPDX-License-Identifier: MIT
"""Checks of the composed footage and the sheet of mistakes. Run: .deps/train/bin/python -m unittest discover -s train -p
'check_*.py'"""
import argparse
import contextlib
import csv
import io
import json
import subprocess
import tempfile
import unittest
from pathlib import Path

import numpy as np
from PIL import Image

import footage
import mistakes


def data_folder(folder):
    """Coloured pictures in fire/ and nofire/, enough for both sides."""
    for number, label in enumerate(("fire", "nofire")):
        (folder / label).mkdir()
        for index in range(30):
            pixels = np.random.default_rng([number, index]).integers(0, 256, (6, 8, 3)).astype(np.uint8)
            Image.fromarray(pixels).resize((160, 120)).save(folder / label / f"{index}.png")
    return folder


def digests(path):
    command = ["ffmpeg", "-nostdin", "-v", "error", "-i", str(path), "-f", "framemd5", "-"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()


def rows(path):
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


class Footage(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = Path(folder.name)
        (cls.folder / "data").mkdir()
        data_folder(cls.folder / "data")
        cls.made = cls.make("a", 1)

    @classmethod
    def make(cls, name, seed):
        options = argparse.Namespace(data=cls.folder / "data", out=cls.folder / name, minutes=0.25, seed=seed, jobs=1, blame=None)
        with contextlib.redirect_stdout(io.StringIO()):
            footage.make(options)
        return options

    def test_the_same_seed_gives_the_same_pictures(self):
        first, again, other = (digests(options.out / "footage-000.mp4") for options in (self.made, self.make("b", 1), self.make("c", 2)))
        self.assertEqual(first, again)
        self.assertNotEqual(first, other)
        self.assertEqual(sum(not line.startswith("#") for line in first), 2 * footage.SHOT_S * footage.RATE)  # 15 s, rounded up

    def test_the_lists_cover_every_picture_and_name_validation_stills(self):
        shots = rows(self.made.out / "shots.csv")
        self.assertEqual([(int(shot["first"]), int(shot["last"])) for shot in shots], [(0, 79), (80, 159)])
        [label] = rows(self.made.out / "labels.csv")
        self.assertEqual((label["file"], label["frame_end_incl"], label["label"]), ("footage-000.mp4", "159", "nofire"))
        allowed = {record.path.name for record in footage.read_records(self.made.data) if record.split == "val" and not record.fire}
        self.assertLessEqual({shot["still"] for shot in shots} - {""}, allowed)

    def test_a_false_event_is_blamed_on_its_shot(self):
        shots = rows(self.made.out / "shots.csv")
        path = self.folder / "eval.json"
        alarm = {"file": f"{self.made.out}/footage-000.mp4", "frame": 100, "seconds": 10.0}
        path.write_text(json.dumps({"event_alarms": {"false_alarm_list": [alarm], "false_alarms": 1, "nofire_hours": 0.5}}))
        with contextlib.redirect_stdout(io.StringIO()) as told:
            footage.blame(argparse.Namespace(out=self.made.out, blame=path))
        self.assertIn(f"footage-000.mp4 at 10.0 s: {shots[1]['kind']} {shots[1]['source']} {shots[1]['still']}", told.getvalue())
        self.assertIn(f"1 false events in 0.500 hours: 1 {shots[1]['kind']}", told.getvalue())

    def test_every_kind_of_shot_moves_within_the_frame(self):
        rng = np.random.default_rng(3)
        noise = footage.Noise(rng)
        for picture in (footage.sunset(rng), footage.night(rng)):
            shot = footage.Shot(picture, "drawn", "", "", footage.draw_lamps(rng, 6))
            made = list(footage.frames(shot, noise, rng))
            self.assertEqual({frame.shape for frame in made}, {(footage.HEIGHT, footage.WIDTH, 3)})
            self.assertGreater(np.abs(made[0].astype(int) - made[-1]).mean(), 0.5)


class Mistakes(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def scores(self, lines):
        path = self.folder / "scores.csv"
        with path.open("w", newline="") as file:
            csv.writer(file).writerows([("file", "frame", "seconds", "label", "source", "group", "score"), *lines])
        return path

    def test_the_worst_come_first_and_one_a_file(self):
        pictures = mistakes.read_scores(self.scores([
            ("a.jpg", 0, 0, "nofire", "s", "", 0.6), ("b.jpg", 0, 0, "nofire", "s", "", 0.9), ("c.jpg", 0, 0, "nofire", "s", "", 0.2),
            ("v.mp4", 0, 0, "nofire", "s", "", 0.7), ("v.mp4", 1, 0.1, "nofire", "s", "", 0.8), ("v.mp4", 2, 0.2, "other", "s", "", 1),
            ("d.jpg", 0, 0, "fire", "s", "", 0.5), ("e.jpg", 0, 0, "fire", "s", "", 0.1), ("f.jpg", 0, 0, "fire", "s", "", 0.4)]))  # fmt: skip
        wrong = [(str(picture.path), picture.frame, n) for picture, n in mistakes.worst(pictures, 0.5, False)]
        self.assertEqual(wrong, [("b.jpg", 0, 1), ("v.mp4", 1, 2), ("a.jpg", 0, 1)])
        missed = [str(picture.path) for picture, _ in mistakes.worst(pictures, 0.5, True)]
        self.assertEqual(missed, ["e.jpg", "f.jpg"])  # a score at the threshold is a fire

    def test_the_sheet_shows_pictures_and_frames_of_videos(self):
        Image.new("RGB", (80, 80), (0, 200, 0)).save(self.folder / "green.png")
        command = ["ffmpeg", "-nostdin", "-v", "error", "-f", "lavfi", "-i", "color=black:size=64x64:rate=5:duration=1", "-f", "lavfi",
                   "-i", "color=blue:size=64x64:rate=5:duration=1", "-filter_complex", "concat", str(self.folder / "v.mp4")]  # fmt: skip
        subprocess.run(command, check=True)
        lines = [(self.folder / "green.png", 0, 0, "nofire", "s", "", 0.9), (self.folder / "v.mp4", 7, 1.4, "nofire", "s", "", 0.8),
                 (self.folder / "gone.png", 0, 0, "fire", "s", "", 0.1)]  # fmt: skip
        with contextlib.redirect_stdout(io.StringIO()) as told:
            sheet = mistakes.contact_sheet(mistakes.read_scores(self.scores(lines)), 0.5, 30)
        middle, step = 24 + mistakes.SIDE // 2, mistakes.SIDE + mistakes.GAP
        self.assertEqual(sheet.getpixel((mistakes.SIDE // 2, middle)), (0, 200, 0))
        red, green, blue = sheet.getpixel((step + mistakes.SIDE // 2, middle))
        self.assertTrue(blue > 200 and red < 40 and green < 40)
        self.assertIn("2 of 2 pictures", told.getvalue())
        self.assertIn("1 of 1 pictures", told.getvalue())

    def test_what_are_no_scores_is_named(self):
        path = self.folder / "labels.csv"
        path.write_text("file,label\na.jpg,fire\n")
        with self.assertRaisesRegex(SystemExit, "labels.csv.*frame, score, seconds, source"):
            mistakes.read_scores(path)


if __name__ == "__main__":
    unittest.main()
