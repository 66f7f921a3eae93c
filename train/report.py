# SPDX-License-Identifier: MIT
"""Writes the model card: card_template.md with the figures of this run filled in."""
import datetime
import json
import platform
from collections import Counter
from pathlib import Path

import onnxruntime

import clips
import evaluate
import export

HERE = Path(__file__).parent


def table(head, rows):
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(str(cell) for cell in row) + " |" for row in rows])


def data_table(records):
    """One line a source, from the manifest."""
    counts = Counter((record.source, record.split, record.fire) for record in records)
    licences = {}
    for record in records:
        licences.setdefault(record.source, Counter())[record.licence] += 1
    rows = []
    for source in sorted(licences):
        numbers = [counts[source, split, fire] for split in ("train", "val") for fire in (True, False)]
        rows.append((source, *numbers, licences[source].most_common(1)[0][0]))
    return table(("source", "train fire", "train no fire", "val fire", "val no fire", "licence as declared"), rows)


def whole_table(figures):
    rows = []
    for name, (value, groups, sources) in figures.items():
        rows.append((name, f"{value:.3f}", *(f"{low:.3f} to {high:.3f}" for low, high in (groups, sources))))
    return table(("figure", "value", "95 % by group", "95 % by source"), rows)


def source_table(rows):
    cells = []
    for source, fire, hits, n in rows:
        kind = "fires found" if fire else "false alarms"
        cells.append((source, kind, f"{hits} of {n}", f"{hits / n:.3f}"))
    return table(("source", "what", "count", "rate"), cells)


def sweep_table(rows):
    return table(("threshold", "true positives", "false positives"),
                 [(f"{t:.2f}", f"{tpr:.3f}", f"{fpr:.3f}") for t, tpr, fpr in rows])  # fmt: skip


def clip_table(rows):
    cells = []
    for row in rows:
        delay = "" if row["delay_s"] is None or row["label"] != "fire" else f"{row['delay_s']:.2f} s"
        share = f"{row['hits']} of {row['frames']} ({row['hits'] / row['frames']:.3f})"
        cells.append((row["clip"], row["label"], share, f"{row['median']:.3f}", f"{row['highest']:.3f}", delay))
    head = ("clip", "label", "frames at the threshold or above", "median score", "highest", "first hit after")
    return table(head, cells)


def held_out_text(path):
    """The figures of the last run with --hold-out, if there was one."""
    if not path.is_file():
        return "Not measured."
    found = json.loads(path.read_text())
    names = ", ".join(sorted({row[0] for row in found["sources"]}))
    return (
        f"A network trained in the same way without {names}, with its own temperature and threshold "
        f"({found['threshold']:.4f}), on all pictures of those sources: ROC area {found['roc_area']:.4f}, true positives "
        f"{found['true_positive_rate']:.3f}, false positives {found['false_positive_rate']:.3f}.\n\n"
        + source_table(found["sources"])
    )


def processor():
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":")[1].strip()
    return platform.processor()


def file_values(path, student, running, size):
    """What the file is and costs."""
    return {
        "bytes": path.stat().st_size, "digest": export.digest(path), "size": size, "runtime": onnxruntime.__version__,
        "mmac": f"{export.multiplications(student, size):.1f}", "cpu": processor(),
        "parameters": sum(value.numel() for value in student.parameters()),
        "cost": f"{export.cost_ms(running, size):.2f}", "blocks": len(student.blocks),
        "widths": ", ".join(str(width) for width in student.widths),
    }  # fmt: skip


def measured_values(running, validation, threshold):
    """What the network says on the validation pictures."""
    records = validation.records
    scores, heatmaps = export.run(running, validation.images)
    scores = scores.astype(float)
    n, hits, chance, overlap = evaluate.pointing_figures(heatmaps, records)
    grid = (0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95)
    return {
        "cells": heatmaps.shape[1], "whole_table": whole_table(evaluate.whole(scores, records, threshold)),
        "sweep_table": sweep_table(evaluate.sweep(scores, records, grid)),
        "source_table": source_table(evaluate.by_source(scores, records, threshold)),
        "n_pointed": n, "pointing": f"{hits:.3f}", "chance": f"{chance:.3f}", "overlap": f"{overlap:.2f}",
    }  # fmt: skip


def write_card(folder, data, student, validation, records, run):
    """Writes fire.md beside fire.onnx; a name of the template that has no value is an error."""
    path, size = folder / "fire.onnx", validation.images.shape[-1]
    running = export.session(path)
    threshold = float(running.get_modelmeta().custom_metadata_map["firewatch.threshold"])
    values = {
        **run, **file_values(path, student, running, size), **measured_values(running, validation, threshold),
        "date": datetime.date.today().isoformat(), "threshold": f"{threshold:.4f}",
        "temperature": f"{run['scaling'][0]:.3f}",
        "shift": f"{run['scaling'][1]:.3f}",
        "parity": f"{evaluate.parity(student, run['scaling'], running, validation.images):.1e}",
        "n_train": len(records) - len(validation), "n_val": len(validation), "data_table": data_table(records),
        "held_out": held_out_text(folder / "held_out.json"),
        "clip_table": clip_table(clips.evaluate_clips(data, running, size, threshold)),
        "weaknesses": (HERE / "weaknesses.md").read_text().strip(),
    }  # fmt: skip
    (folder / "fire.md").write_text((HERE / "card_template.md").read_text().format_map(values))
