# SPDX-License-Identifier: MIT
"""From the data folder to models/fire.onnx, models/fire-small.onnx and their card. `./fw train --data DIR` runs it; see
README.md here."""
import argparse
import json
import os
import random
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
import torch
from torch import nn
from torch.optim.swa_utils import AveragedModel

import calibrate
import cascade
import evaluate
import export
import metrics
import report
from batches import Batches
from data import Pictures, read_records
from duplicates import drop_near_duplicates
from fit import fit_students, fit_teacher
from narrow import importance, narrow
from network import FireNet, narrowed_widths, pretrained

SIZE = 120  # of the cascade's input; the first network sees it as it is
LARGE_SIZE = 112  # at which the large one looks: at 120 it is an eighth dearer, and one frame would cost more than 5 ms
SMALL_SIZE = 80  # of the small one's
# A network learns on smaller views than it is shown later: random crops enlarge what they show (Touvron et al.,
# https://arxiv.org/abs/1906.06423). A narrow one that learned at 80 is surer at 120 than a wider one that learned at 128.
FIRST_LEARNS_AT, SMALL_LEARNS_AT = 80, 64
# The large one is the mean of the weights of two fine-tunings of the same pretrained network, which costs no frame
# anything and mistakes fewer scenes than either (Wortsman et al., https://arxiv.org/abs/2203.05482).
FINE_TUNINGS = {128: 5, 88: 8}  # the view's side: epochs
STUDENT_EPOCHS = 18
BATCH = 64
KEPT = Path(__file__).parent.parent / ".deps" / "weights"  # of the last run, for --weights


@dataclass(frozen=True)
class Shape:
    """Of a narrowed EfficientNet-Lite0: see network.narrowed_widths."""

    blocks: int
    stem: int
    parts: tuple

    def widths(self):
        return narrowed_widths(self.blocks, self.stem, self.parts)


NARROW = Shape(8, 16, (0.25, 0.34, 0))
NAME, SMALL_NAME = "fire-4", "fire-small-3"


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=os.environ.get("FIREWATCH_DATA"), help="the data folder")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent.parent / "models", help="where to write")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--part", type=float, default=1, help="of all epochs, for a short trial")
    parser.add_argument("--hold-out", default="", metavar="SOURCES",
                        help="measure on these sources, left out of training, and write only held_out.json")  # fmt: skip
    parser.add_argument("--weights", type=Path, help="skip the training: take what an earlier run left in this folder")
    found = parser.parse_args()
    if not found.data:
        parser.error("name the data folder with --data or FIREWATCH_DATA")
    return found


def seed_everything(seed):
    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)
    torch.set_num_threads(os.cpu_count())


def mean(networks):
    """A network with the mean of the weights of all; their batch norms are the same, frozen while they learned."""
    average = AveragedModel(networks[0])
    for network in networks:
        average.update_parameters(network)
    return average.module


def train(records, part, seed, device):
    """The large network and the two students, trained."""
    batches = Batches(Pictures(records), BATCH, seed, device)
    tuned = [fit_teacher(pretrained(16).to(device), batches, part * epochs, side, KEPT / f"tuned_{side}.pt")
             for side, epochs in FINE_TUNINGS.items()]  # fmt: skip
    large = mean(tuned)
    torch.save(large.state_dict(), KEPT / "large.pt")
    scores = importance(large, batches, LARGE_SIZE, 12)
    students = nn.ModuleList(narrow(large, scores, NARROW.widths()) for _ in range(2))
    sizes, kept = (FIRST_LEARNS_AT, SMALL_LEARNS_AT), KEPT / "students.pt"
    return large, fit_students(students, sizes, large, LARGE_SIZE, batches, part * STUDENT_EPOCHS, kept)


def load(folder):
    large = FireNet(16)
    large.load_state_dict(torch.load(folder / "large.pt"))
    students = nn.ModuleList(FireNet(NARROW.blocks, NARROW.widths()) for _ in range(2))
    students.load_state_dict(torch.load(folder / "students.pt"))
    return large, students


def trained_or_loaded(records, options, device):
    """(large, first, small, facts of their training), in evaluation mode on the CPU. All is kept in KEPT, for --weights."""
    if options.weights:
        large, students = load(options.weights)
        facts = json.loads((options.weights / "facts.json").read_text())
    else:
        KEPT.mkdir(parents=True, exist_ok=True)
        start = time.monotonic()
        large, students = train(records, options.part, options.seed, device)
        facts = {"seed": options.seed, "device": device, "minutes": round((time.monotonic() - start) / 60)}
        (KEPT / "facts.json").write_text(json.dumps(facts))
    return large.cpu().eval(), *students.cpu().eval(), facts


def save(model, name, threshold, event_start, path):
    onnx.helper.set_model_props(model, {
        "firewatch.name": name,
        "firewatch.kind": "classifier",
        "firewatch.threshold": f"{threshold:.4f}",
        "firewatch.event_start_score": f"{event_start:.4f}",
        "firewatch.licence": "MIT; derived from EfficientNet-Lite0 weights, Apache-2.0",
        "firewatch.resize": "area",
    })  # fmt: skip
    path.parent.mkdir(parents=True, exist_ok=True)
    onnx.save(model, path)


def measure_held_out(found, records, path):
    """Writes held_out.json: the figures on sources that took no part in training, calibration or threshold."""
    scores, fire = found.scores(Pictures(records, SIZE, "area").images), evaluate.column(records, "fire")
    tpr, fpr = metrics.rates(scores, fire, found.threshold)
    text = json.dumps({
        "threshold": found.threshold, "roc_area": metrics.roc_area(scores, fire), "true_positive_rate": tpr,
        "false_positive_rate": fpr, "sources": evaluate.by_source(scores, records, found.threshold),
    }, indent=1)  # fmt: skip
    path.write_text(text + "\n")
    print(text)


def finish_small(small, validation, path):
    """Writes the small network, with its own scaling, threshold and start of events; returns its pictures,
    its threshold and that start."""
    pictures = Pictures(validation.records, SMALL_SIZE, "area")
    fire = evaluate.column(pictures.records, "fire")
    logits = evaluate.logits_of(small, pictures.images)
    scaling = calibrate.fit(logits, fire)
    threshold = calibrate.decimal(calibrate.scaled(calibrate.threshold(logits, fire), scaling))
    start = calibrate.event_start(calibrate.scaled(logits, scaling), fire, threshold)
    save(export.to_onnx(export.Exported(small, scaling), SMALL_SIZE), SMALL_NAME, threshold, start, path)
    return pictures, threshold, start


def main():
    options = arguments()
    seed_everything(options.seed)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    held = set(filter(None, options.hold_out.split(",")))
    everything = drop_near_duplicates(read_records(options.data))
    records = [record for record in everything if record.source not in held]
    for_training = [record for record in records if record.split == "train"]
    large, first, small, facts = trained_or_loaded(for_training, options, device)

    validation = Pictures([record for record in records if record.split == "val"], SIZE, "area")
    fire = evaluate.column(validation.records, "fire")
    found = cascade.choose(first, large, LARGE_SIZE, validation.images, fire)
    if held:
        apart = [record for record in everything if record.source in held]
        measure_held_out(found, apart, options.out / "held_out.json")
        return
    save(found.to_onnx(SIZE), NAME, found.threshold, found.event_start, options.out / "fire.onnx")
    smalls = finish_small(small, validation, options.out / "fire-small.onnx")
    tunings = " and ".join(f"{side}x{side} ({epochs} epochs)" for side, epochs in FINE_TUNINGS.items())
    run = {"name": NAME, "tunings": tunings, "first_learned_at": FIRST_LEARNS_AT, "small_learned_at": SMALL_LEARNS_AT, **facts}
    report.write_card(options.out, options.data, found, small, smalls, validation, everything, run)


if __name__ == "__main__":
    main()
