# SPDX-License-Identifier: MIT
"""Checks of the parts of training that have a known answer. Run: .deps/train/bin/python -m unittest discover -s train -p
'check_*.py'"""
import tempfile
import unittest
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import torch
from PIL import Image

import calibrate
import cascade
import evaluate
import export
import metrics
from augment import crop_matrices
from compose import LARGEST, flame_alpha, lay_lamps, overexpose, overexpose_flames, paste_flame, tight, widen
from data import Record, one_side, read_records
from fit import cell_loss
from narrow import narrow
from network import FireNet, full_widths, pretrained
from train import mean

RECORD = Record(Path("a.jpg"), "train", False, "s", "g", (), "MIT")


class Metrics(unittest.TestCase):
    def test_roc_area_counts_ordered_pairs_and_half_the_ties(self):
        scores, fire = np.array([0.9, 0.4, 0.4, 0.1]), np.array([True, True, False, False])
        self.assertAlmostEqual(metrics.roc_area(scores, fire), 3.5 / 4)

    def test_pointing_tells_inside_from_outside(self):
        heatmap = np.zeros((8, 8))
        heatmap[1, 6] = 1  # row 1, column 6: top right
        self.assertTrue(metrics.pointing(heatmap, [(0.7, 0.1, 1.0, 0.3)])[0])
        self.assertFalse(metrics.pointing(heatmap, [(0.1, 0.7, 0.3, 1.0)])[0])

    def test_bootstrap_holds_the_mean(self):
        values = np.arange(100) % 2
        low, high = metrics.bootstrap(np.arange(100), lambda chosen: values[chosen].mean())
        self.assertLess(low, 0.5)
        self.assertGreater(high, 0.5)
        self.assertGreater(high - low, 0.1)


class Calibration(unittest.TestCase):
    def test_scaling_is_found_again(self):
        rng = np.random.default_rng(1)
        fire = np.arange(40000) >= 20000
        honest = rng.normal(0, 2, 40000) * 0.5 + np.where(fire, 0.5, -0.5)  # its log odds are itself
        temperature, shift = calibrate.fit(3 * honest + 1, fire)
        self.assertAlmostEqual(temperature, 3, delta=0.15)
        self.assertAlmostEqual(shift, 1, delta=0.1)

    def test_threshold_keeps_false_positives_low(self):
        rng = np.random.default_rng(1)
        logits = np.concatenate((rng.normal(-1, 1, 1000), rng.normal(1, 1, 1000)))
        fire = np.arange(2000) >= 1000
        limit = calibrate.threshold(logits, fire)
        self.assertLessEqual(metrics.rates(logits, fire, limit)[1], calibrate.HIGHEST_FALSE_RATE)

    def test_threshold_of_separable_scores_lies_between(self):
        limit = calibrate.threshold(np.array([-3.0] * 50 + [3.0] * 50), np.arange(100) >= 50)
        self.assertAlmostEqual(limit, 0, delta=1e-3)


class Data(unittest.TestCase):
    def test_an_event_begins_above_all_that_is_no_fire_but_not_above_the_fires(self):
        fire = np.arange(200) >= 100
        probability = np.where(fire, np.linspace(0.2, 0.99, 200), np.linspace(0, 1, 200))  # fires from 0.6 on
        probability[fire] += 0.4 * (0.99 - probability[fire])
        rest = probability[~fire].max()
        start = calibrate.event_start(probability, fire, 0.4)
        self.assertTrue(rest < start < rest + 2e-4)
        self.assertGreaterEqual((probability[fire] >= start).mean(), calibrate.LOWEST_START_RATE)
        probability[0] = 0.999
        start = calibrate.event_start(probability, fire, 0.4)
        self.assertLess(start, 0.999)
        self.assertGreaterEqual((probability[fire] >= start).mean(), calibrate.LOWEST_START_RATE)
        self.assertEqual(calibrate.event_start(probability, fire, 0.9995), 0.9995)

    def test_a_group_on_both_sides_goes_to_train(self):
        records = [RECORD, replace(RECORD, split="val"), replace(RECORD, split="val", group="other")]
        self.assertEqual([record.split for record in one_side(records)], ["train", "train", "val"])

    def test_two_folders_are_read_and_an_empty_class_refused(self):
        with tempfile.TemporaryDirectory() as name:
            for label, n in (("fire", 20), ("nofire", 20)):
                folder = Path(name) / label
                folder.mkdir()
                for index in range(n):
                    Image.new("RGB", (8, 8)).save(folder / f"{index}.png")
            self.assertEqual(len(read_records(name)), 40)
            for path in (Path(name) / "fire").iterdir():
                path.unlink()
            with self.assertRaises(SystemExit):
                read_records(name)

    def test_crops_hold_the_middle_of_the_box(self):
        rng = torch.Generator().manual_seed(3)
        box = (0.05, 0.8, 0.15, 0.9)
        for matrix in crop_matrices([(box,)] * 200, rng):
            middle = torch.tensor([box[0] + box[2] - 1, box[1] + box[3] - 1])
            inside = torch.linalg.solve(matrix[:, :2], middle - matrix[:, 2])
            self.assertLessEqual(inside.abs().max().item(), 1.15)  # the turn may push it a little over the edge

    def test_tight_undoes_widen(self):
        box = (0.4, 0.4, 0.6, 0.5)
        self.assertTrue(np.allclose(tight(widen(box)), box))


class Composed(unittest.TestCase):
    """A flame, red at its edge and yellow inside, in a dark blue picture."""

    def setUp(self):
        self.rng = torch.Generator().manual_seed(5)
        places = torch.linspace(-1, 1, 64)
        distance = (places**2 + places.unsqueeze(1) ** 2).sqrt()
        inside, near = (distance < 0.25).float(), (distance < 0.4).float()
        self.night = torch.tensor([0.05, 0.05, 0.2]).reshape(3, 1, 1).expand(3, 64, 64).clone()
        flame = torch.stack((0.6 * near + 0.3 * inside, 0.1 * near + 0.7 * inside, 0.05 * near))
        self.picture = torch.where(near > 0, flame, self.night)
        self.box = (0.3, 0.3, 0.7, 0.7)

    def test_an_overexposed_flame_is_white_with_a_pale_edge_where_it_stood(self):
        edges = []
        for _ in range(20):
            seen = overexpose(self.picture, flame_alpha(self.picture), self.rng)
            self.assertGreater(seen[:, 32, 32].min().item(), 0.95)  # also its blue, which was 0.05
            edges.append(seen[:, 32, 32 + 11])
            self.assertTrue(torch.equal(seen[:, :10], self.picture[:, :10]))
        red, green, blue = torch.stack(edges).T
        self.assertGreater(red.min().item(), 0.8)
        self.assertGreater(blue.min().item(), self.picture[2, 32, 32 + 11].item() + 0.2)
        self.assertLess(torch.minimum(green, blue).median().item(), 0.95)

    def test_it_changes_the_boxes_alone(self):
        seen = self.picture.clone()
        overexpose_flames(seen, ((0.45, 0.45, 0.55, 0.55),), self.rng)
        self.assertGreater((seen - self.picture).abs()[:, 29:36, 29:36].max().item(), 0.3)
        self.assertTrue(torch.equal(seen[:, :, :28], self.picture[:, :, :28]))

    def test_a_flame_is_laid_in_where_its_box_says(self):
        laid = 0
        for _ in range(20):
            scene = self.night.clone()
            box = paste_flame(scene, self.picture, (self.box,), self.rng)
            if box:
                laid += 1
                rows, columns = torch.nonzero((scene - self.night).abs().sum(0) > 0.3, as_tuple=True)
                x0, y0, x1, y1 = box
                self.assertTrue(x0 - LARGEST / 4 <= columns.min() / 64 and columns.max() / 64 <= x1 + LARGEST / 4)
                self.assertTrue(y0 - LARGEST / 4 <= rows.min() / 64 and rows.max() / 64 <= y1 + LARGEST / 4)
        self.assertGreater(laid, 5)

    def test_lamps_are_white_inside_and_stay_within_the_range(self):
        for dim in (True, False):
            scene = self.night.clone()
            for _ in range(5):
                lay_lamps(scene, dim, self.rng)
            self.assertTrue(0 <= scene.min().item() and scene.max().item() <= 1)
            self.assertGreater(scene.min(0).values.max().item(), 0.8)


class Cascades(unittest.TestCase):
    """Two tiny networks of random weights in one file."""

    def setUp(self):
        torch.manual_seed(0)
        first, large = FireNet(4, [16] * 4).eval(), FireNet(6, [16] * 6).eval()  # maps of 8 and 3 cells a side
        for network in (first, large):
            torch.nn.init.normal_(network.head.weight, std=1.0)
        self.images = torch.randint(0, 256, (40, 3, 64, 64), dtype=torch.uint8)
        self.images[::2] //= 4
        logits = evaluate.logits_of(first, self.images)
        scaling = float(logits.std()), float(np.median(logits))
        self.found = cascade.Cascade(first, large, 48, scaling, (1.0, 0.0), 0.4, 0.7, 0.5, 0.6)

    def test_the_file_says_what_was_computed_in_batches_or_one_by_one(self):
        with tempfile.TemporaryDirectory() as name:
            path = Path(name) / "cascade.onnx"
            onnx.save(self.found.to_onnx(64), path)
            running = export.session(path)
        expected = self.found.scores(self.images)
        alone, maps = export.run(running, self.images, 1)
        together, maps_together = export.run(running, self.images, 8)
        self.assertLess(np.abs(alone - expected).max(), 1e-4)
        self.assertLess(np.abs(together - expected).max(), 1e-4)
        self.assertLess(np.abs(maps - maps_together).max(), 1e-4)
        self.assertEqual(maps.shape, (40, 8, 8))

    def test_the_large_network_counts_between_the_bounds_only(self):
        first, scores = self.found.firsts(self.images), self.found.scores(self.images)
        asks = (first >= 0.4) & (first < 0.7)
        self.assertTrue((first < 0.4).any() and asks.any() and (first >= 0.7).any())
        large = calibrate.sigmoid(evaluate.logits_of(self.found.large, self.images, 48))
        self.assertTrue(np.allclose(scores[asks], large[asks]))
        self.assertTrue(np.allclose(scores[~asks], first[~asks]))

    def test_the_low_bound_hides_few_fires_and_the_high_one_no_false_alarm(self):
        first, fire = np.linspace(0, 1, 1000), np.arange(1000) >= 100
        self.assertAlmostEqual(cascade.low_bound(first, np.ones(1000), fire, 0.5), 0.11, places=6)  # hides 11 of 900, 0.12 would hide 20
        fire[998] = False
        self.assertGreater(cascade.high_bound(first, fire), first[998])
        self.assertLess(cascade.high_bound(first, fire), first[998] + 1e-3)


class Networks(unittest.TestCase):
    def test_narrowing_to_all_channels_changes_nothing(self):
        torch.manual_seed(0)
        large = pretrained(4).eval()
        widths = full_widths(4)
        small = narrow(large, [torch.rand(width) for width in widths], widths).eval()
        small.head.load_state_dict(large.head.state_dict())
        image = torch.rand(2, 3, 64, 64)
        self.assertLess((small(image)[1] - large(image)[1]).abs().max().item(), 1e-4)

    def test_the_mean_of_two_networks_is_the_mean_of_their_weights(self):
        torch.manual_seed(0)
        one, other = FireNet(2), FireNet(2)
        expected = (one.stem[0].weight + other.stem[0].weight) / 2
        self.assertTrue(torch.allclose(mean([one, other]).stem[0].weight, expected))

    def test_map_has_stride_16_after_eight_blocks(self):
        self.assertEqual(FireNet(8).eval()(torch.zeros(1, 3, 128, 128))[1].shape, (1, 8, 8))

    def test_cell_loss_prefers_heat_in_the_box(self):
        masks = torch.zeros(1, 1, 64, 64)
        masks[:, :, :16, :16] = 1
        batch = {"masks": masks, "known": torch.tensor([True])}
        right, wrong = torch.full((1, 8, 8), -4.0), torch.full((1, 8, 8), -4.0)
        right[0, 0, 0], wrong[0, 7, 7] = 4, 4
        self.assertLess(cell_loss(right, batch), cell_loss(wrong, batch))


if __name__ == "__main__":
    unittest.main()
