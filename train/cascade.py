# SPDX-License-Identifier: MIT
"""Two networks behind one contract: the first looks at every picture, a large one only where the first one's probability
lies between a low bound, below which it is not needed, and a high one, above which nothing but fire was seen.

In the file the large network stands in a branch of ONNX's `If`
(https://onnx.ai/onnx/operators/onnx__If.html), so that a runtime computes it only when it is needed, and a program that
keeps the contract needs to know nothing of it. In a batch it runs when one of the pictures asks for it, and counts for
those alone.

The heat map of a picture that both have seen has the mean of their log odds: a place is hot when both say so.
"""
from dataclasses import dataclass

import numpy as np
import onnx
from onnx import TensorProto, compose, helper, numpy_helper

import calibrate
import evaluate
from export import Exported, to_onnx
from network import FireNet

MOST_STOPPED = 0.02  # of the fires above the large network's own threshold that the low bound may hide from it
LOW_BOUNDS = np.arange(0.01, 0.31, 0.01)  # from 0.30 on it looks rarely enough
LOWEST_HIGH = 0.998  # with 0.99 the first network raised two more events by itself in an hour without fire


@dataclass
class Cascade:
    """Two trained networks with all that was chosen for them. A scaling is (temperature, shift)."""

    first: FireNet
    large: FireNet
    side: int  # at which the large one sees the picture
    first_scaling: tuple
    large_scaling: tuple
    low: float
    high: float
    threshold: float
    event_start: float

    def firsts(self, images):
        """The first network's probabilities of uint8 pictures [n,3,s,s]."""
        return calibrate.scaled(evaluate.logits_of(self.first, images), self.first_scaling)

    def asks(self, first):
        """At which pictures the large one looks."""
        first = first.astype(np.float32)
        return (first >= np.float32(self.low)) & (first < np.float32(self.high))

    def scores(self, images):
        """Probabilities: what the file computes."""
        first = self.firsts(images)
        large = calibrate.scaled(evaluate.logits_of(self.large, images, self.side), self.large_scaling)
        return np.where(self.asks(first), large, first)

    def to_onnx(self, size):
        first = to_onnx(Exported(self.first, self.first_scaling, log_odds=True), size)
        large = to_onnx(Exported(self.large, self.large_scaling, self.side, onnx_side(first), log_odds=True), size)
        return join(first, large, self.low, self.high)


def choose(first, large, side, images, fire):
    """The Cascade of two networks, with scalings, bounds and threshold chosen on these pictures."""
    logits = evaluate.logits_of(first, images), evaluate.logits_of(large, images, side)
    scalings = [calibrate.fit(values, fire) for values in logits]
    p, q = (calibrate.scaled(values, scaling) for values, scaling in zip(logits, scalings))
    low = low_bound(p, q, fire, calibrate.scaled(calibrate.threshold(logits[1], fire), scalings[1]))
    found = Cascade(first, large, side, *scalings, low, high_bound(p, fire), 0.0, 0.0)
    scores = np.where(found.asks(p), q, p)
    found.threshold = calibrate.decimal(calibrate.sigmoid(calibrate.threshold(odds(scores), fire)))
    if not low < found.threshold < found.high:
        raise SystemExit(f"the threshold {found.threshold} is not between the bounds {low} and {found.high}")
    found.event_start = calibrate.event_start(scores, fire, found.threshold)
    return found


def low_bound(first, large, fire, limit):
    """The highest of LOW_BOUNDS that stops few enough of the validation fires which the large network finds at `limit`."""
    found = first[fire & (large >= limit)]
    kept = [value for value in LOW_BOUNDS if (found < value).mean() <= MOST_STOPPED]
    return float(np.float32(max(kept, default=LOW_BOUNDS[0])))


def high_bound(first, fire):
    """Above it no validation picture without fire scores; with four digits, at least LOWEST_HIGH."""
    return float(np.float32(max(LOWEST_HIGH, calibrate.decimal(first[~fire].max() + 1e-4))))


def odds(probability):
    """Their logarithm, finite."""
    probability = np.clip(probability.astype(float), 1e-7, 1 - 1e-7)
    return np.log(probability / (1 - probability))


def onnx_side(model):
    """Of the map."""
    return model.graph.output[1].type.tensor_type.shape.dim[1].dim_value


def join(first, large, low, high):
    """One model of two exported ones with the same input and maps of the same size."""
    first, large = compose.add_prefix(first, "first/"), compose.add_prefix(large, "large/")
    rename_input(first.graph.node, "first/image")
    rename_input(large.graph.node, "large/image")
    nodes = list(first.graph.node) + [
        helper.make_node("GreaterOrEqual", ["first/probability", "low"], ["reaches"]),
        helper.make_node("Less", ["first/probability", "high"], ["stays"]),
        helper.make_node("And", ["reaches", "stays"], ["asks"]),
        helper.make_node("Cast", ["asks"], ["asks/number"], to=TensorProto.FLOAT),
        helper.make_node("ReduceMax", ["asks/number"], ["any/number"], keepdims=0),
        helper.make_node("Cast", ["any/number"], ["any"], to=TensorProto.BOOL),
        helper.make_node("If", ["any"], ["probability", "heatmap"],
                         then_branch=look_again(large), else_branch=go_on()),
    ]  # fmt: skip
    inputs = [helper.make_tensor_value_info("image", TensorProto.FLOAT, shape(first.graph.input[0]))]
    outputs = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, shape(value))
        for name, value in zip(("probability", "heatmap"), first.graph.output)
    ]
    bounds = {"low": low, "high": high}
    constants = [numpy_helper.from_array(np.array(value, np.float32), name) for name, value in bounds.items()]
    model = helper.make_model(
        helper.make_graph(nodes, "fire cascade", inputs, outputs, list(first.graph.initializer) + constants),
        opset_imports=first.opset_import, producer_name="firewatch",
    )  # fmt: skip
    model.ir_version = first.ir_version
    onnx.checker.check_model(model, full_check=True)
    return model


def rename_input(nodes, name):
    for node in nodes:
        for index, value in enumerate(node.input):
            if value == name:
                node.input[index] = "image"


def values(*names):
    """Outputs of a branch; only the probability's shape is known to both."""
    shapes = (["N"], None)
    return [helper.make_tensor_value_info(name, TensorProto.FLOAT, part) for name, part in zip(names, shapes)]


def look_again(large):
    """The large network's graph without its input, which the outer graph has, and the choice picture by picture."""
    nodes = list(large.graph.node) + [
        helper.make_node("Where", ["asks", "large/probability", "first/probability"], ["chosen/probability"]),
        helper.make_node("Mean", ["first/heatmap", "large/heatmap"], ["both/log odds"]),
        helper.make_node("Unsqueeze", ["asks", "axes"], ["asks/map"]),
        helper.make_node("Where", ["asks/map", "both/log odds", "first/heatmap"], ["chosen/log odds"]),
        helper.make_node("Sigmoid", ["chosen/log odds"], ["chosen/heatmap"]),
    ]
    constants = list(large.graph.initializer) + [numpy_helper.from_array(np.array([1, 2], np.int64), "axes")]
    return helper.make_graph(nodes, "look again", [], values("chosen/probability", "chosen/heatmap"), constants)


def go_on():
    nodes = [
        helper.make_node("Identity", ["first/probability"], ["kept/probability"]),
        helper.make_node("Sigmoid", ["first/heatmap"], ["kept/heatmap"]),
    ]
    return helper.make_graph(nodes, "go on", [], values("kept/probability", "kept/heatmap"))


def shape(value):
    return [dim.dim_param or dim.dim_value for dim in value.type.tensor_type.shape.dim]
