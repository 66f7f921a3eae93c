# SPDX-License-Identifier: MIT
"""Figures from scores: rates, ROC area, calibration error, intervals by bootstrap, and where the heatmap points."""
import numpy as np


def rates(scores, fire, threshold):
    """(true-positive rate, false-positive rate) when `score >= threshold` means fire. NaN where a class is absent."""
    hits = scores >= threshold
    tpr = hits[fire].mean() if fire.any() else np.nan
    fpr = hits[~fire].mean() if (~fire).any() else np.nan
    return float(tpr), float(fpr)


def roc_area(scores, fire):
    """The chance that a fire scores above a non-fire; ties count half."""
    order = np.unique(scores, return_inverse=True)[1]
    counts = np.bincount(order)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[order]
    n_fire, n_rest = fire.sum(), (~fire).sum()
    return float((ranks[fire].sum() - n_fire * (n_fire + 1) / 2) / (n_fire * n_rest))


def calibration_error(probability, fire, bins=10):
    """Expected calibration error over `bins` equal steps of probability."""
    place = np.minimum((probability * bins).astype(int), bins - 1)
    gap = 0.0
    for index in range(bins):
        chosen = place == index
        if chosen.any():
            gap += chosen.mean() * abs(probability[chosen].mean() - fire[chosen].mean())
    return float(gap)


def bootstrap(keys, figure, n_draws=1000, seed=0):
    """95 % interval of figure(indices) when whole `keys` (groups or sources) are drawn with replacement."""
    rng = np.random.default_rng(seed)
    _, inverse = np.unique(keys, return_inverse=True)
    members = [np.flatnonzero(inverse == key) for key in range(inverse.max() + 1)]
    values = []
    for _ in range(n_draws):
        drawn = rng.integers(len(members), size=len(members))
        value = figure(np.concatenate([members[key] for key in drawn]))
        if np.isfinite(value):
            values.append(value)
    return tuple(float(value) for value in np.percentile(values, [2.5, 97.5]))


def enlarge(heatmap, size):
    """Bilinear, half-pixel centres, edges held: [h,w] -> [size,size]."""
    for axis in (0, 1):
        n = heatmap.shape[axis]
        place = np.clip((np.arange(size) + 0.5) * n / size - 0.5, 0, n - 1)
        low = np.floor(place).astype(int)
        part = (place - low).reshape((-1, 1) if axis == 0 else (1, -1))
        high = np.minimum(low + 1, n - 1)
        heatmap = heatmap.take(low, axis) * (1 - part) + heatmap.take(high, axis) * part
    return heatmap


def box_mask(boxes, size):
    mask = np.zeros((size, size), bool)
    for x0, y0, x1, y1 in boxes:
        left, top = int(x0 * size), int(y0 * size)
        mask[top : max(top + 1, round(y1 * size)), left : max(left + 1, round(x1 * size))] = True
    return mask


def pointing(heatmap, boxes, size=160, part=0.5):
    """Of one picture: (is the hottest point inside a box, the boxes' share of the picture, overlap (intersection over
    union) of the region at `part` of the peak and more with the boxes)."""
    large, mask = enlarge(heatmap, size), box_mask(boxes, size)
    hit = mask[np.unravel_index(large.argmax(), large.shape)]
    hot = large >= large.min() + part * (large.max() - large.min())
    return bool(hit), float(mask.mean()), float((hot & mask).sum() / (hot | mask).sum())
