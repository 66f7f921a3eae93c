# SPDX-License-Identifier: MIT
"""What the exported network says on labelled pictures: whole, by source, and where the heatmap points."""
import numpy as np
import torch

import metrics
from export import resized, run


@torch.no_grad()
def logits_of(network, images, side=None, n=64):
    """Logits of uint8 pictures [n,3,s,s] as a numpy array; `network`, in evaluation mode on the CPU, sees them at `side`."""
    parts = [network(resized(batch.float() / 255, side))[0] for batch in images.split(n)]
    return torch.cat(parts).numpy().astype(float)


def parity(expected, running, images):
    """The largest difference between torch's probabilities of real pictures and ONNX Runtime's."""
    return float(np.abs(expected - run(running, images)[0]).max())


def column(records, field):
    return np.array([getattr(record, field) for record in records])


def whole(scores, records, threshold):
    """The figures of all pictures together, each with its interval: name -> (value, low, high)."""
    fire, sources = column(records, "fire"), column(records, "source")
    groups = np.array([f"{record.source}/{record.group}" for record in records])
    figures = {
        "true-positive rate": lambda i: metrics.rates(scores[i], fire[i], threshold)[0],
        "false-positive rate": lambda i: metrics.rates(scores[i], fire[i], threshold)[1],
        "ROC area": lambda i: metrics.roc_area(scores[i], fire[i]) if 0 < fire[i].sum() < len(i) else np.nan,
        "calibration error": lambda i: metrics.calibration_error(scores[i], fire[i]),
    }
    everything = np.arange(len(scores))
    return {
        name: (figure(everything), metrics.bootstrap(groups, figure), metrics.bootstrap(sources, figure))
        for name, figure in figures.items()
    }


def by_source(scores, records, threshold):
    """(source, fire?, hits, pictures) of each source and class, in alphabetical order."""
    keys = sorted({(record.source, record.fire) for record in records})
    sources, fire = column(records, "source"), column(records, "fire")
    rows = []
    for source, label in keys:
        chosen = scores[(sources == source) & (fire == label)]
        rows.append((source, label, int((chosen >= threshold).sum()), len(chosen)))
    return rows


def sweep(scores, records, thresholds):
    fire = column(records, "fire")
    return [(value, *metrics.rates(scores, fire, value)) for value in thresholds]


def pointing_figures(heatmaps, records):
    """Over fires with boxes: (pictures, part whose hottest point is in a box, chance level, mean overlap). NaN where
    there are none."""
    results = [metrics.pointing(heatmap, record.boxes) for heatmap, record in zip(heatmaps, records) if record.boxes]
    if not results:
        return 0, np.nan, np.nan, np.nan
    hits, chance, overlap = (float(np.mean(values)) for values in zip(*results))
    return len(results), hits, chance, overlap
