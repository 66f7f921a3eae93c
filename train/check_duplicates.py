# SPDX-License-Identifier: MIT
"""Checks of near-duplicates. Run: .deps/train/bin/python -m unittest discover -s train -p 'check_*.py'"""
import tempfile
import unittest
from pathlib import Path

import numpy as np
from PIL import Image, ImageEnhance, ImageOps

import duplicates
from data import Record


def scene(seed):
    """A picture of coarse coloured patches: no two seeds look alike."""
    pixels = np.random.default_rng(seed).integers(0, 256, (7, 9, 3)).astype(np.uint8)
    return Image.fromarray(pixels).resize((320, 240), Image.Resampling.BICUBIC)


def bits(left, right):
    return int(duplicates.distances(left, np.array([right], np.uint64))[0])


class Hashes(unittest.TestCase):
    def test_small_changes_change_few_bits_and_other_scenes_many(self):
        for seed in range(20):
            picture = scene(seed)
            straight, mirrored = duplicates.hash_image(picture)
            for changed in (picture.resize((224, 224)), ImageEnhance.Brightness(picture).enhance(0.8), ImageOps.autocontrast(picture)):
                self.assertLessEqual(bits(straight, duplicates.hash_image(changed)[0]), 8)
            self.assertLessEqual(bits(mirrored, duplicates.hash_image(ImageOps.mirror(picture))[0]), 2)
            self.assertGreater(bits(straight, duplicates.hash_image(scene(seed + 100))[0]), duplicates.MAX_DISTANCE)

    def test_distances_count_bits(self):
        many = np.array([0, 1, 0xFFFF, 2**64 - 1, 1 << 63], np.uint64)
        self.assertEqual(list(duplicates.distances(np.uint64(0), many)), [0, 1, 16, 64, 1])


class Sides(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.records = []

    def add(self, picture, split, group):
        path = Path(self.folder.name) / f"{len(self.records)}.jpg"
        picture.save(path, quality=70)
        self.records.append(Record(path, split, False, "s", group, (), "MIT"))

    def splits(self):
        joined = duplicates.join_near_duplicates(self.records)
        self.assertEqual([record.path for record in joined], [record.path for record in self.records])
        return [record.split for record in joined]

    def test_a_scene_that_looks_like_a_trained_one_moves_as_a_whole(self):
        self.add(scene(1), "train", "a")
        self.add(scene(1).resize((200, 200)), "val", "b")
        self.add(scene(2), "val", "b")  # of the same scene, but like nothing
        self.add(scene(3), "val", "c")
        self.assertEqual(self.splits(), ["train", "train", "train", "val"])

    def test_what_came_over_draws_its_likes_and_mirrors(self):
        self.add(scene(1), "train", "a")
        self.add(ImageOps.mirror(scene(1)), "val", "b")
        self.add(scene(2), "val", "b")
        self.add(ImageEnhance.Brightness(scene(2)).enhance(0.85), "val", "c")
        self.add(scene(3), "val", "d")
        self.assertEqual(self.splits(), ["train", "train", "train", "train", "val"])

    def test_the_same_shapes_in_other_colours_are_another_picture(self):
        grey = ImageOps.grayscale(scene(4))
        self.add(ImageOps.colorize(grey, "black", "red"), "train", "a")
        self.add(ImageOps.colorize(grey, "black", "cyan"), "val", "b")
        straight = [duplicates.hash_image(Image.open(record.path))[0] for record in self.records]
        self.assertLessEqual(bits(*straight), duplicates.MAX_DISTANCE)  # the hash alone would say so
        self.assertEqual(self.splits(), ["train", "val"])

    def test_or_the_trained_scene_is_left_out(self):
        self.add(scene(1), "train", "a")
        self.add(scene(4), "train", "a")
        self.add(scene(5), "train", "e")
        self.add(scene(1).resize((200, 200)), "val", "b")
        self.add(scene(2), "val", "b")
        kept = duplicates.drop_near_duplicates(self.records)
        self.assertEqual([record.path.stem for record in kept], ["2", "3", "4"])
        self.assertEqual([record.split for record in kept], ["train", "val", "val"])

    def test_two_pictures_of_one_side_stay(self):
        self.add(scene(1), "val", "a")
        self.add(scene(1), "val", "b")
        self.add(scene(2), "train", "c")
        self.assertEqual(self.splits(), ["val", "val", "train"])

    def test_a_broken_picture_is_named(self):
        self.add(scene(1), "val", "a")
        self.records[0].path.write_text("no picture")
        with self.assertRaisesRegex(SystemExit, "0.jpg: not a readable picture"):
            self.splits()


if __name__ == "__main__":
    unittest.main()
