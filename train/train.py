# SPDX-License-Identifier: MIT
"""From the data folder to models/fire.onnx and its card. `./fw train --data DIR` runs it; see README.md here."""
import argparse
import json
import math
import os
import random
import time
from pathlib import Path

import numpy as np
import onnx
import torch

import calibrate
import evaluate
import export
import metrics
import report
from batches import Batches
from data import Pictures, read_records
from fit import fit_student, fit_teacher
from narrow import importance, narrow
from network import FireNet, full_widths, pretrained

TEACHER_SIZE = 128
STUDENT_SIZE = 128
BATCH = 64
BLOCKS = 8  # stride 16: a map of 8 x 8 cells
EARLY_WIDTH, LATE_WIDTH, STEM_WIDTH = 0.34, 0.5, 16  # parts of the published widths in blocks 1 to 4 and from 5
NAME = "fire-1"
KEPT = Path(__file__).parent.parent / ".deps" / "weights"  # of the last run, for --weights


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=os.environ.get("FIREWATCH_DATA"), help="the data folder")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent.parent / "models", help="where to write")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--teacher-epochs", type=float, default=3)
    parser.add_argument("--student-epochs", type=float, default=14)
    parser.add_argument("--hold-out", default="", metavar="SOURCES",
                        help="measure on these sources, left out of training, and write only held_out.json")  # fmt: skip
    parser.add_argument("--weights", type=Path, help="skip the training: take a student that an earlier run left in .deps/weights")
    found = parser.parse_args()
    if not found.data:
        parser.error("name the data folder with --data or FIREWATCH_DATA")
    return found


def seed_everything(seed):
    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)
    torch.set_num_threads(os.cpu_count())


def student_widths():
    """Rounded to eight channels: ONNX Runtime computes in blocks of eight."""
    widths = [STEM_WIDTH]
    for index, width in enumerate(full_widths(BLOCKS)[1:], 1):
        part = EARLY_WIDTH if index < 5 else LATE_WIDTH
        widths.append(max(16, 8 * int(width * part / 8 + 0.5)))
    return widths


def train(records, options, device):
    """The trained student, in evaluation mode on the CPU."""
    batches = Batches(Pictures(records), BATCH, options.seed, device)
    teacher = fit_teacher(pretrained(16).to(device), batches, options.teacher_epochs, TEACHER_SIZE, KEPT / "teacher.pt")
    scores = importance(teacher, batches, STUDENT_SIZE, 12)
    student = narrow(teacher, scores, student_widths())
    sizes = STUDENT_SIZE, TEACHER_SIZE
    student = fit_student(student, teacher, batches, options.student_epochs, sizes, KEPT / "student.pt")
    return student.cpu().eval()


def trained_or_loaded(records, options, device):
    """(student, facts of its training). Both are kept in KEPT, for --weights."""
    if options.weights:
        student = FireNet(BLOCKS, student_widths()).eval()
        student.load_state_dict(torch.load(options.weights))
        return student, json.loads(options.weights.with_suffix(".json").read_text())
    KEPT.mkdir(parents=True, exist_ok=True)
    start = time.monotonic()
    student = train(records, options, device)
    facts = {"seed": options.seed, "device": device, "minutes": round((time.monotonic() - start) / 60)}
    (KEPT / "student.json").write_text(json.dumps(facts))
    return student, facts


def decimal(limit):
    """The threshold with the four digits that the file holds, rounded up: no false positive slips in below it."""
    return math.ceil(limit * 1e4) / 1e4


def save(student, scaling, limit, path):
    metadata = {
        "firewatch.name": NAME,
        "firewatch.kind": "classifier",
        "firewatch.threshold": f"{limit:.4f}",
        "firewatch.licence": "MIT; derived from EfficientNet-Lite0 weights, Apache-2.0",
        "firewatch.resize": "area",
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    onnx.save(export.to_onnx(student, scaling, STUDENT_SIZE, metadata), path)


def measure_held_out(student, scaling, limit, records, path):
    """Writes held_out.json: the figures on sources that took no part in training, calibration or threshold."""
    logits = evaluate.logits_of(student, Pictures(records, STUDENT_SIZE, "area").images)
    scores, fire = calibrate.scaled(logits, scaling), evaluate.column(records, "fire")
    tpr, fpr = metrics.rates(scores, fire, limit)
    found = {
        "threshold": limit, "roc_area": metrics.roc_area(scores, fire), "true_positive_rate": tpr,
        "false_positive_rate": fpr, "sources": evaluate.by_source(scores, records, limit),
    }  # fmt: skip
    path.write_text(json.dumps(found, indent=1) + "\n")
    print(path.read_text())


def main():
    options = arguments()
    seed_everything(options.seed)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    held = set(filter(None, options.hold_out.split(",")))
    everything = read_records(options.data)
    records = [record for record in everything if record.source not in held]
    student, facts = trained_or_loaded([record for record in records if record.split == "train"], options, device)

    validation = Pictures([record for record in records if record.split == "val"], STUDENT_SIZE, "area")
    fire = evaluate.column(validation.records, "fire")
    logits = evaluate.logits_of(student, validation.images)
    scaling = calibrate.fit(logits, fire)
    limit = decimal(calibrate.scaled(calibrate.threshold(logits, fire), scaling))
    if held:
        apart = [record for record in everything if record.source in held]
        measure_held_out(student, scaling, limit, apart, options.out / "held_out.json")
        return
    save(student, scaling, limit, options.out / "fire.onnx")
    run = {"name": NAME, "teacher_size": TEACHER_SIZE, "scaling": scaling, **facts}
    report.write_card(options.out, options.data, student, validation, everything, run)


if __name__ == "__main__":
    main()
