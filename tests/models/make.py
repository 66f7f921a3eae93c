# SPDX-License-Identifier: MIT
"""Writes the toy networks of this folder: one that works, and ones that break the contract in one point each.

Usage: make.py [DIR]   (needs the PyPI package `onnx`; see README.md)
"""
import sys
from pathlib import Path

import numpy as np
from onnx import TensorProto, checker, helper, numpy_helper, save

SIZE = 64  # height and width of the input
CELLS = 8  # height and width of the heatmap
STEEPNESS = 12.0  # probability = 1 - exp(-12 * mean redness): 0.5 at a mean of 0.0578

METADATA = {
    "firewatch.kind": "classifier",
    "firewatch.threshold": "0.5",
    "firewatch.licence": "MIT",
    "firewatch.resize": "area",
}


def constant(name, value, dtype=np.float32):
    return numpy_helper.from_array(np.array(value, dtype=dtype), name)


def redness_nodes(image):
    """clamp(R - max(G, B), 0) of `image`, as a map [N,1,H,W] named `red`."""
    return [
        helper.make_node("Split", [image], ["r", "g", "b"], axis=1),
        helper.make_node("Max", ["g", "b"], ["other"]),
        helper.make_node("Sub", ["r", "other"], ["difference"]),
        helper.make_node("Relu", ["difference"], ["red"]),
    ]


def heatmap_nodes():
    """The redness of each of the CELLS x CELLS cells."""
    cell = SIZE // CELLS
    return [
        helper.make_node("AveragePool", ["red"], ["cells"], kernel_shape=[cell, cell], strides=[cell, cell]),
        helper.make_node("Squeeze", ["cells", "axis_1"], ["heatmap"]),
    ]


def probability_nodes(last="probability"):
    """1 - exp(-STEEPNESS * mean): 0 for a picture without red, rising with its redness, below 1."""
    return [
        helper.make_node("ReduceMean", ["red"], ["mean"], axes=[1, 2, 3], keepdims=0),
        helper.make_node("Mul", ["mean", "steepness"], ["power"]),
        helper.make_node("Exp", ["power"], ["rest"]),
        helper.make_node("Sub", ["one", "rest"], [last]),
    ]


CONSTANTS = [
    constant("axis_1", [1], np.int64),
    constant("steepness", -STEEPNESS),
    constant("one", 1.0),
]


def image_input(name="image", dtype=TensorProto.FLOAT, shape=("N", 3, SIZE, SIZE)):
    return helper.make_tensor_value_info(name, dtype, shape)


def outputs(probability=("N",), heatmap=("N", CELLS, CELLS)):
    values = [helper.make_tensor_value_info("probability", TensorProto.FLOAT, probability)]
    if heatmap is not None:
        values.append(helper.make_tensor_value_info("heatmap", TensorProto.FLOAT, heatmap))
    return values


def network(name, nodes, inputs, results, constants=(), metadata=None):
    """A checked model of opset 13, IR 8, with the metadata that the shipped network has."""
    used = {part for node in nodes for part in node.input}
    known = [value for value in CONSTANTS + list(constants) if value.name in used]
    graph = helper.make_graph(nodes, name, inputs, results, known)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], producer_name="firewatch-tests")
    model.ir_version = 8
    values = METADATA if metadata is None else metadata
    helper.set_model_props(model, {"firewatch.name": f"toy-{name}", **values})
    checker.check_model(model)
    return model


def good_nodes(image="image"):
    return redness_nodes(image) + heatmap_nodes() + probability_nodes()


def red():
    return network("red", good_nodes(), [image_input()], outputs())


def spoiled_probability(name, operator, value):
    """`red`, whose probability is spoiled by one last step with the constant `value`."""
    nodes = redness_nodes("image") + heatmap_nodes() + probability_nodes("honest")
    nodes.append(helper.make_node(operator, ["honest", "spoiler"], ["probability"]))
    return network(name, nodes, [image_input()], outputs(), [constant("spoiler", value)])


def nan_when_red():
    """Honest up to 0.9, NaN above: a network that breaks in the middle of a video, not at its start."""
    nodes = redness_nodes("image") + heatmap_nodes() + probability_nodes("honest")
    nodes += [
        helper.make_node("Sub", ["limit", "honest"], ["room"]),
        helper.make_node("Sqrt", ["room"], ["root"]),
        helper.make_node("Mul", ["root", "zero"], ["nothing"]),
        helper.make_node("Add", ["honest", "nothing"], ["probability"]),
    ]
    constants = [constant("limit", 0.9), constant("zero", 0.0)]
    return network("nan_when_red", nodes, [image_input()], outputs(), constants)


def open_heatmap():
    """Good, but the file leaves the heatmap's size open."""
    return network("open_heatmap", good_nodes(), [image_input()], outputs(heatmap=("N", "h", "w")))


def nan_heatmap():
    nodes = redness_nodes("image") + probability_nodes()
    cell = SIZE // CELLS
    nodes += [
        helper.make_node("AveragePool", ["red"], ["cells"], kernel_shape=[cell, cell], strides=[cell, cell]),
        helper.make_node("Squeeze", ["cells", "axis_1"], ["honest"]),
        helper.make_node("Mul", ["honest", "spoiler"], ["heatmap"]),
    ]
    return network("nan_heatmap", nodes, [image_input()], outputs(), [constant("spoiler", np.nan)])


def no_heatmap():
    return network("no_heatmap", redness_nodes("image") + probability_nodes(), [image_input()], outputs(heatmap=None))


def wrong_input_type():
    nodes = [helper.make_node("Cast", ["image"], ["real"], to=TensorProto.FLOAT)] + good_nodes("real")
    return network("wrong_input_type", nodes, [image_input(dtype=TensorProto.UINT8)], outputs())


def wrong_rank():
    """The image without its batch dimension: [3,H,W]."""
    nodes = [helper.make_node("Unsqueeze", ["image", "axis_0"], ["batch"])] + good_nodes("batch")
    return network(
        "wrong_rank", nodes, [image_input(shape=(3, SIZE, SIZE))], outputs(), [constant("axis_0", [0], np.int64)]
    )


def dynamic_size():
    """Height and width are left open, so nobody can say what to scale a frame to."""
    nodes = redness_nodes("image") + probability_nodes()
    nodes.append(helper.make_node("Squeeze", ["red", "axis_1"], ["heatmap"]))
    return network(
        "dynamic_size", nodes, [image_input(shape=("N", 3, "H", "W"))], outputs(heatmap=("N", "H", "W"))
    )


def two_inputs():
    nodes = [helper.make_node("Add", ["image", "mask"], ["sum"])] + good_nodes("sum")
    return network("two_inputs", nodes, [image_input(), image_input("mask")], outputs())


def five_channels():
    nodes = [
        helper.make_node("Slice", ["image", "from", "to", "axis_1"], ["rgb"]),
    ] + good_nodes("rgb")
    bounds = [constant("from", [0], np.int64), constant("to", [3], np.int64)]
    return network("five_channels", nodes, [image_input(shape=("N", 5, SIZE, SIZE))], outputs(), bounds)


def wrong_probability_shape():
    """Two classes, [N,2], where one probability is asked for."""
    nodes = redness_nodes("image") + heatmap_nodes() + probability_nodes("fire")
    nodes += [
        helper.make_node("Unsqueeze", ["fire", "axis_1"], ["column"]),
        helper.make_node("Concat", ["column", "column"], ["probability"], axis=1),
    ]
    return network("wrong_probability_shape", nodes, [image_input()], outputs(probability=("N", 2)))


def no_threshold():
    rest = {key: value for key, value in METADATA.items() if key != "firewatch.threshold"}
    return network("no_threshold", good_nodes(), [image_input()], outputs(), metadata=rest)


def bad_threshold():
    return network(
        "bad_threshold", good_nodes(), [image_input()], outputs(), metadata={**METADATA, "firewatch.threshold": "high"}
    )


MODELS = {
    "red": red,
    "nan": lambda: spoiled_probability("nan", "Mul", np.nan),
    "inf": lambda: spoiled_probability("inf", "Add", np.inf),
    "above_one": lambda: spoiled_probability("above_one", "Add", 1.5),
    "nan_when_red": nan_when_red,
    "open_heatmap": open_heatmap,
    "nan_heatmap": nan_heatmap,
    "no_heatmap": no_heatmap,
    "wrong_input_type": wrong_input_type,
    "wrong_rank": wrong_rank,
    "dynamic_size": dynamic_size,
    "two_inputs": two_inputs,
    "five_channels": five_channels,
    "wrong_probability_shape": wrong_probability_shape,
    "no_threshold": no_threshold,
    "bad_threshold": bad_threshold,
}


def main():
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent
    for name, make in MODELS.items():
        save(make(), folder / f"{name}.onnx")


if __name__ == "__main__":
    main()
