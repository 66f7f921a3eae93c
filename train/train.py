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

SIZE = 128  # of the input, also while the teacher learns
LARGE_SIZE = 120  # at which the teacher looks in the cascade: an eighth dearer than 112, where the ROC area is below 0.990
SMALL_SIZE = 80
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


FIRST = Shape(8, 16, (0.34, 0.5, 0))
SMALL = Shape(8, 16, (0.25, 0.34, 0))
NAME, SMALL_NAME = "fire-3", "fire-small-2"


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=os.environ.get("FIREWATCH_DATA"), help="the data folder")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent.parent / "models", help="where to write")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--teacher-epochs", type=float, default=5)
    parser.add_argument("--student-epochs", type=float, default=24)
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


def train(records, options, device):
    """(teacher, its students), trained."""
    batches = Batches(Pictures(records), BATCH, options.seed, device)
    teacher = fit_teacher(pretrained(16).to(device), batches, options.teacher_epochs, SIZE, KEPT / "teacher.pt")
    scores = importance(teacher, batches, SIZE, 12)
    students = nn.ModuleList(narrow(teacher, scores, shape.widths()) for shape in (FIRST, SMALL))
    sizes = SIZE, SMALL_SIZE
    return teacher, fit_students(students, sizes, teacher, SIZE, batches, options.student_epochs, KEPT / "students.pt")


def load(folder):
    teacher = FireNet(16)
    teacher.load_state_dict(torch.load(folder / "teacher.pt"))
    students = nn.ModuleList(FireNet(shape.blocks, shape.widths()) for shape in (FIRST, SMALL))
    students.load_state_dict(torch.load(folder / "students.pt"))
    return teacher, students


def trained_or_loaded(records, options, device):
    """(large, first, small, facts of their training), in evaluation mode on the CPU. All is kept in KEPT, for
    --weights."""
    if options.weights:
        teacher, students = load(options.weights)
        facts = json.loads((options.weights / "students.json").read_text())
    else:
        KEPT.mkdir(parents=True, exist_ok=True)
        start = time.monotonic()
        teacher, students = train(records, options, device)
        facts = {"seed": options.seed, "device": device, "minutes": round((time.monotonic() - start) / 60)}
        (KEPT / "students.json").write_text(json.dumps(facts))
    return teacher.cpu().eval(), *students.cpu().eval(), facts


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
    report.write_card(options.out, options.data, found, small, smalls, validation, everything, {"name": NAME, **facts})


if __name__ == "__main__":
    main()
