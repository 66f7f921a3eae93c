# SPDX-License-Identifier: MIT
"""From logits to probabilities (Platt's scaling) and a threshold, on validation data only."""
import math

import numpy as np

HIGHEST_FALSE_RATE = 0.03
LOWEST_TRUE_RATE = 0.95
LOWEST_START_RATE = 0.95  # of the fires that reach the threshold


def fit(logits, fire, rounds=50):
    """(temperature, shift) that make sigmoid((logit - shift) / temperature) fit best, by Newton's method with halved
    steps. The two classes count alike, whatever their numbers: training drew them almost alike too, and nobody knows the
    field's. The targets are Platt's, a little inside 0 and 1, so that separable scores have an answer too."""
    n_fire, n_rest = fire.sum(), (~fire).sum()
    target = np.where(fire, (n_fire + 1) / (n_fire + 2), 1 / (n_rest + 2))
    weight = np.where(fire, 0.5 / n_fire, 0.5 / n_rest)
    design = np.stack((logits, np.ones(len(logits))), 1)

    def loss(line):
        odds = design @ line
        return np.sum(weight * (np.logaddexp(0, odds) - target * odds))

    line = np.zeros(2)
    for _ in range(rounds):
        guess = sigmoid(design @ line)
        bend = (design * (weight * guess * (1 - guess))[:, None]).T @ design
        step = np.linalg.solve(bend + 1e-9 * np.eye(2), design.T @ (weight * (guess - target)))
        while loss(line - step) > loss(line) and np.abs(step).max() > 1e-9:
            step /= 2
        line = line - step
    if not line[0] > 0:
        raise SystemExit("the logits do not rise with fire: the network has learned nothing")
    return float(1 / line[0]), float(-line[1] / line[0])


def sigmoid(logits):
    return 1 / (1 + np.exp(-logits))


def scaled(logits, scaling):
    """Probabilities; `scaling` is (temperature, shift)."""
    temperature, shift = scaling
    return sigmoid((logits - shift) / temperature)


def threshold(logits, fire):
    """The middle (in logits) between the lowest threshold with few enough false positives and the highest with enough
    true ones. Where the two cross, the false positives win: the score is taken 25 times a second."""
    rest, fires = np.sort(logits[~fire]), np.sort(logits[fire])
    last = rest[int(np.ceil(len(rest) * (1 - HIGHEST_FALSE_RATE))) - 1]
    high = fires[int(np.floor(len(fires) * (1 - LOWEST_TRUE_RATE)))]
    if high > last:
        return float((last + high) / 2)
    above = logits[logits > last]
    return float((last + above.min()) / 2) if len(above) else float(last + 1)  # between scores: rounding moves none


def event_start(probability, fire, limit):
    """The probability from which on a frame may begin a fire event: one that no picture without fire has reached, unless
    fewer than LOWEST_START_RATE of the fires that reach `limit`, the threshold, reach it too. A fire that has begun goes on
    below it."""
    fires = np.sort(probability[fire & (probability >= limit)])
    highest = fires[int(np.floor(len(fires) * (1 - LOWEST_START_RATE)))] if len(fires) else limit
    above_rest = decimal(probability[~fire].max() + 1e-4)
    return max(limit, min(above_rest, math.floor(highest * 1e4) / 1e4))


def decimal(limit):
    """The threshold with the four digits that the file holds, rounded up: no false positive slips in below it."""
    return math.ceil(limit * 1e4) / 1e4
