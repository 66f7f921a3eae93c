# SPDX-License-Identifier: MIT
"""From logits to probabilities and a threshold, on validation data only."""
import numpy as np

HIGHEST_FALSE_RATE = 0.03
LOWEST_TRUE_RATE = 0.95


def loss(logits, fire):
    return np.mean(np.logaddexp(0, np.where(fire, -logits, logits)))


def temperature(logits, fire):
    """T that makes sigmoid(logit / T) fit best, to 1 %: a search over 0.2 to 5 in even steps of the logarithm. The two
    classes count alike, whatever their numbers."""
    steps = np.exp(np.arange(np.log(0.2), np.log(5), 0.01))
    balanced = [loss(logits[fire] / t, fire[fire]) + loss(logits[~fire] / t, fire[~fire]) for t in steps]
    return float(steps[int(np.argmin(balanced))])


def sigmoid(logits):
    return 1 / (1 + np.exp(-logits))


def threshold(logits, fire):
    """The middle (in logits) between the lowest threshold with few enough false positives and the highest with enough
    true ones. Where the two cross, the false positives win: the score is taken 25 times a second."""
    rest, fires = np.sort(logits[~fire]), np.sort(logits[fire])
    low = rest[int(np.ceil(len(rest) * (1 - HIGHEST_FALSE_RATE))) - 1] + 1e-6
    high = fires[int(np.floor(len(fires) * (1 - LOWEST_TRUE_RATE)))]
    return float((low + high) / 2 if high > low else low)
