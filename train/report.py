# SPDX-License-Identifier: MIT
"""Writes the model card: card_template.md with the figures of this run filled in."""
import datetime
import json
import platform
from collections import Counter
from pathlib import Path

import numpy as np
import onnxruntime

import cascade
import clips
import evaluate
import export
import metrics

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


def provenance(run):
    """What its trainer has to say of these very weights: "note" in the facts kept with them."""
    return run.get("note", "All of it came from one run.")


def processor():
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":")[1].strip()
    return platform.processor()


def size_row(path, title, pictures, work, costs, threshold):
    """One line of the table of sizes: what a file says of the validation pictures, and what it costs."""
    fire = evaluate.column(pictures.records, "fire")
    scores, heatmaps = export.run(export.session(path), pictures.images)
    tpr, fpr = metrics.rates(scores.astype(float), fire, threshold)
    pointing = evaluate.pointing_figures(heatmaps, pictures.records)[1]
    figures = (f"{metrics.roc_area(scores, fire):.4f}", f"{tpr:.3f}", f"{fpr:.3f}", f"{pointing:.3f}")
    return (title, f"{path.stat().st_size}", work, costs, f"{threshold:.4f}", *figures)


def sizes_values(folder, found, small, smalls, validation):
    """What the two files are, cost and find. `smalls`: the small network's pictures, threshold and
    start of events."""
    path, small_path = folder / "fire.onnx", folder / "fire-small.onnx"
    size, fire = validation.images.shape[-1], evaluate.column(validation.records, "fire")
    first = found.firsts(validation.images)
    asks, running = found.asks(first), export.session(path)
    costs = [export.cost_ms(running, validation.images[int(np.flatnonzero(which)[0])]) for which in (~asks, asks)]
    small_size = smalls[0].images.shape[-1]
    small_cost = export.cost_ms(export.session(small_path), smalls[0].images[0])
    work = [export.multiplications(network, side)
            for network, side in ((found.first, size), (found.large, found.side), (small, small_size))]  # fmt: skip
    share = float(asks[~fire].mean())
    rows = [
        size_row(path, "`fire.onnx`", validation, f"{work[0]:.1f} or {work[0] + work[1]:.1f}",
                 f"{costs[0]:.2f} or {costs[1]:.2f}", found.threshold),
        size_row(small_path, "`fire-small.onnx`", smalls[0], f"{work[2]:.1f}", f"{small_cost:.2f}", smalls[1]),
    ]  # fmt: skip
    head = ("file", "bytes", "million multiply-adds", "ms a frame", "threshold", "ROC area", "true positives",
            "false positives", "pointing")  # fmt: skip
    return {
        "size_table": table(head, rows), "bytes": path.stat().st_size, "digest": export.digest(path), "size": size,
        "small_start": f"{smalls[2]:.4f}",
        "small_bytes": small_path.stat().st_size, "small_digest": export.digest(small_path), "small_size": small_size, "large_size": found.side,
        "runtime": onnxruntime.__version__, "cpu": processor(), "loud_cost": f"{costs[1]:.2f}",
        "share": f"{share:.3f}", "fire_share": f"{float(asks[fire].mean()):.3f}", "low": f"{found.low:.2f}",
        "high": f"{found.high:.4f}", "highest_low": f"{cascade.LOW_BOUNDS[-1]:.2f}", "lowest_high": cascade.LOWEST_HIGH,
        "mean_cost": f"{costs[0] + share * (costs[1] - costs[0]):.2f}",
        "fire_cost": f"{costs[0] + float(asks[fire].mean()) * (costs[1] - costs[0]):.2f}",
        "first_widths": ", ".join(map(str, found.first.widths)),
        "large_parameters": parameters(found.large), "first_parameters": parameters(found.first),
    }  # fmt: skip


def parameters(network):
    return sum(value.numel() for value in network.parameters())


def measured_values(running, validation, threshold, event_start):
    """What the file says on the validation pictures."""
    records = validation.records
    scores, heatmaps = export.run(running, validation.images)
    scores, fire = scores.astype(float), evaluate.column(records, "fire")
    n, hits, chance, overlap = evaluate.pointing_figures(heatmaps, records)
    grid = (0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95)
    return {
        "event_start": f"{event_start:.4f}", "start_rate": f"{float((scores[fire] >= event_start).mean()):.3f}",
        "n_start_false": int((scores[~fire] >= event_start).sum()), "n_rest": int((~fire).sum()),
        "cells": heatmaps.shape[1], "whole_table": whole_table(evaluate.whole(scores, records, threshold)),
        "sweep_table": sweep_table(evaluate.sweep(scores, records, grid)),
        "source_table": source_table(evaluate.by_source(scores, records, threshold)),
        "n_pointed": n, "pointing": f"{hits:.3f}", "chance": f"{chance:.3f}", "overlap": f"{overlap:.2f}",
    }  # fmt: skip


def write_card(folder, data, found, small, smalls, validation, records, run):
    """Writes fire.md beside the two files; a name of the template that has no value is an error."""
    size = validation.images.shape[-1]
    running = export.session(folder / "fire.onnx")
    scalings = {"large": found.large_scaling, "first": found.first_scaling}
    values = {
        **run, **sizes_values(folder, found, small, smalls, validation), **measured_values(running, validation, found.threshold, found.event_start),
        "date": datetime.date.today().isoformat(), "threshold": f"{found.threshold:.4f}",
        **{f"{name}_{part}": f"{value:.3f}" for name, scaling in scalings.items()
           for part, value in zip(("temperature", "shift"), scaling)},
        "parity": f"{evaluate.parity(found.scores(validation.images), running, validation.images):.1e}",
        "n_train": len(records) - len(validation), "n_val": len(validation), "data_table": data_table(records),
        "held_out": held_out_text(folder / "held_out.json"),
        "clip_table": clip_table(clips.evaluate_clips(data, running, size, found.threshold)),
        "weaknesses": (HERE / "weaknesses.md").read_text().strip(), "provenance": provenance(run),
    }  # fmt: skip
    (folder / "fire.md").write_text((HERE / "card_template.md").read_text().format_map(values))
