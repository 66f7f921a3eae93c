# SPDX-License-Identifier: MIT
"""Writes the toy networks of this folder: some that work, and ones that break their contract in one point each.

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


def nan_in_a_branch(kind=np.float32):
    """NaN among the weights of a branch that is never taken."""
    value = helper.make_tensor_value_info("spoiled", TensorProto.FLOAT, ("N",))
    spoiled = helper.make_graph(
        [helper.make_node("Cast", ["weights"], ["numbers"], to=TensorProto.FLOAT),
         helper.make_node("ReduceSum", ["numbers"], ["sum"], keepdims=1),
         helper.make_node("Add", ["honest", "sum"], ["spoiled"])],
        "spoiled", [], [value], [constant("weights", [1, 2, np.nan, 3], kind)])  # fmt: skip
    sound = helper.make_graph(
        [helper.make_node("Identity", ["honest"], ["kept"])],
        "sound", [], [helper.make_tensor_value_info("kept", TensorProto.FLOAT, ("N",))])  # fmt: skip
    nodes = redness_nodes("image") + heatmap_nodes() + probability_nodes("honest")
    nodes += [
        helper.make_node("ReduceMax", ["honest"], ["most"], keepdims=0),
        helper.make_node("Greater", ["most", "two"], ["never"]),
        helper.make_node("If", ["never"], ["probability"], then_branch=spoiled, else_branch=sound),
    ]
    name = "nan_in_a_branch" if kind is np.float32 else f"nan_in_a_branch_{np.dtype(kind).name}"
    return network(name, nodes, [image_input()], outputs(), [constant("two", 2.0)])


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


def start_score(name, score):
    metadata = {**METADATA, "firewatch.event_start_score": score}
    return network(name, good_nodes(), [image_input()], outputs(), metadata=metadata)


def bad_threshold():
    return network(
        "bad_threshold", good_nodes(), [image_input()], outputs(), metadata={**METADATA, "firewatch.threshold": "high"}
    )


def unknown():
    """Two scores, as a classifier of ImageNet's kind has a thousand: none of our contracts."""
    nodes = redness_nodes("image") + [helper.make_node("ReduceMean", ["red"], ["scores"], axes=[2, 3], keepdims=0)]
    return network("unknown", nodes, [image_input()],
                   [helper.make_tensor_value_info("scores", TensorProto.FLOAT, ("N", 1))])


# --- detectors: each half of the picture has a box around its red, its blue and its green -------------------

SIDE = 160  # of a detector's input
CERTAINTY = 0.95  # confidence = this times the purest colour
ULTRALYTICS = {
    "description": "Toy detector", "author": "FireWatch's tests", "task": "detect", "stride": "32", "batch": "1",
    "imgsz": f"[{SIDE}, {SIDE}]", "names": "{0: 'fire', 1: 'fire hydrant', 2: 'smoke'}",
    "args": "{'batch': 1, 'half': False, 'dynamic': False, 'simplify': True, 'opset': None, 'nms': False}",
}


def colour_nodes():
    """`colours` [N,3,S,S]: how much each of red, blue and green stands out."""
    nodes = [helper.make_node("Split", ["images"], ["r", "g", "b"], axis=1)]
    for name, one, other in (("r", "g", "b"), ("b", "r", "g"), ("g", "r", "b")):
        nodes += [
            helper.make_node("Max", [one, other], [f"{name}_rest"]),
            helper.make_node("Sub", [name, f"{name}_rest"], [f"{name}_difference"]),
            helper.make_node("Relu", [f"{name}_difference"], [f"{name}_map"]),
        ]
    return nodes + [
        helper.make_node("Concat", ["r_map", "b_map", "g_map"], ["colours"], axis=1),
        helper.make_node("Split", ["colours"], ["half0", "half1"], axis=3),
    ]


def edge_nodes(half, axis, other):
    """Low and high edge [N,3,1] of the mask `mask{half}` along an axis, `x` or `y`."""
    p = f"{axis}{half}"
    return [
        helper.make_node("ReduceMax", [f"mask{half}"], [f"{p}_any"], axes=[other], keepdims=0),
        helper.make_node("Mul", [f"{p}_any", f"{p}_up"], [f"{p}_ups"]),
        helper.make_node("ReduceMax", [f"{p}_ups"], [f"{p}_high"], axes=[2], keepdims=1),
        helper.make_node("Mul", [f"{p}_any", f"{p}_down"], [f"{p}_downs"]),
        helper.make_node("ReduceMax", [f"{p}_downs"], [f"{p}_rest"], axes=[2], keepdims=1),
        helper.make_node("Sub", ["side", f"{p}_rest"], [f"{p}_low"]),
        helper.make_node("Add", [f"{p}_low", f"{p}_high"], [f"{p}_sum"]),
        helper.make_node("Mul", [f"{p}_sum", "half"], [f"{p}_centre"]),
        helper.make_node("Sub", [f"{p}_high", f"{p}_low"], [f"{p}_size"]),
    ]


def half_nodes(half):
    """`boxes{half}` [N,3,7]: for each colour its box in this half and the confidences of the three classes."""
    h = str(half)
    return [
        helper.make_node("Greater", [f"half{h}", "half"], [f"is{h}"]),
        helper.make_node("Cast", [f"is{h}"], [f"mask{h}"], to=TensorProto.FLOAT),
        *edge_nodes(half, "x", 2),
        *edge_nodes(half, "y", 3),
        helper.make_node("ReduceMax", [f"half{h}"], [f"purest{h}"], axes=[2, 3], keepdims=0),
        helper.make_node("Unsqueeze", [f"purest{h}", "axis_2"], [f"pure{h}"]),
        helper.make_node("Mul", [f"pure{h}", "one_hot"], [f"scores{h}"]),
        helper.make_node("Concat", [f"x{h}_centre", f"y{h}_centre", f"x{h}_size", f"y{h}_size", f"scores{h}"],
                         [f"boxes{h}"], axis=2),
    ]


def detector_constants():
    values = [
        constant("half", 0.5), constant("side", float(SIDE)), constant("axis_2", [2], np.int64),
        constant("one_hot", CERTAINTY * np.eye(3)[None]),
        # A second, less sure box beside each, as detectors have many: suppression drops it.
        constant("shift", [[[2, 2, 0, 0, 0, 0, 0]]]), constant("fade", [[[1, 1, 1, 1, 0.9, 0.9, 0.9]]]),
    ]
    for half in (0, 1):
        at = np.arange(SIDE // 2) + half * SIDE // 2
        values += [constant(f"x{half}_up", at + 1), constant(f"x{half}_down", SIDE - at),
                   constant(f"y{half}_up", np.arange(SIDE) + 1), constant(f"y{half}_down", SIDE - np.arange(SIDE))]
    return values


def detector(name, last=(), spoilers=(), shape=(1, 7, 12), sides=(SIDE, SIDE), metadata=ULTRALYTICS, transpose=True,
             batch=1, dtype=TensorProto.FLOAT):
    """`last` are steps from `honest` to `output0`."""
    image = "images16" if dtype != TensorProto.FLOAT else "images"
    nodes = [helper.make_node("Cast", [image], ["images"], to=TensorProto.FLOAT)] if image != "images" else []
    nodes += colour_nodes() + half_nodes(0) + half_nodes(1) + [
        helper.make_node("Concat", ["boxes0", "boxes1"], ["sure"], axis=1),
        helper.make_node("Add", ["sure", "shift"], ["shifted"]),
        helper.make_node("Mul", ["shifted", "fade"], ["unsure"]),
        helper.make_node("Concat", ["sure", "unsure"], ["all"], axis=1),
        helper.make_node("Transpose", ["all"], ["honest"], perm=[0, 2, 1] if transpose else [0, 1, 2]),
        *(last or [helper.make_node("Identity", ["honest"], ["output0"])]),
    ]
    model = network(name, nodes, [image_input(image, dtype, (batch, 3, *sides))],
                    [helper.make_tensor_value_info("output0", TensorProto.FLOAT, shape)],
                    detector_constants() + list(spoilers), {})
    del model.metadata_props[:]
    if metadata:
        helper.set_model_props(model, metadata)
    return model


def detector_nan_when_red():
    """NaN in the confidence of a box of a class that nobody asked for, when the picture holds pure red."""
    spoiler = np.zeros((1, 7, 12))
    spoiler[0, 5, 7] = 1  # the hydrant in one of the boxes
    last = [
        helper.make_node("ReduceMax", ["r_map"], ["reddest"], axes=[1, 2, 3], keepdims=0),
        helper.make_node("Sub", ["limit", "reddest"], ["room"]),
        helper.make_node("Sqrt", ["room"], ["root"]),
        helper.make_node("Mul", ["root", "zero"], ["nothing"]),
        helper.make_node("Mul", ["nothing", "place"], ["there"]),
        # 0 x NaN is NaN: only the one place may see it.
        helper.make_node("Where", ["here", "there", "zero"], ["only_there"]),
        helper.make_node("Add", ["honest", "only_there"], ["output0"]),
    ]
    return detector("yolo_nan_when_red", last,
                    [constant("limit", 0.9), constant("zero", 0.0), constant("place", spoiler),
                     constant("here", spoiler > 0, bool)])


def spoiled_detector(name, operator, value, **more):
    """`yolo`, whose output is spoiled by one last step with a constant."""
    return detector(name, [helper.make_node(operator, ["honest", "spoiler"], ["output0"])],
                    [constant("spoiler", value)], **more)


def detector_with_suppression():
    """[1,300,6], as with nms=True: corners, confidence, class."""
    last = [
        helper.make_node("Slice", ["honest", "from", "to", "axis_1"], ["six"]),
        helper.make_node("Transpose", ["six"], ["few"], perm=[0, 2, 1]),
        helper.make_node("Tile", ["few", "times"], ["output0"]),
    ]
    numbers = [constant("from", [0], np.int64), constant("to", [6], np.int64),
               constant("times", [1, 25, 1], np.int64)]
    return detector("yolo_with_suppression", last, numbers, shape=(1, 300, 6))


def without(*keys, **more):
    return {key: value for key, value in ULTRALYTICS.items() if key not in keys} | more


DETECTORS = {
    "yolo": lambda: detector("yolo"),
    "yolo_transposed": lambda: detector("yolo_transposed", transpose=False, shape=(1, 12, 7)),
    "yolo_dynamic": lambda: detector("yolo_dynamic", batch="batch", sides=("height", "width"),
                                     shape=("batch", 7, "anchors")),
    "yolo_no_names": lambda: detector("yolo_no_names", metadata=None),
    "yolo_other_names": lambda: detector(
        "yolo_other_names", metadata=without(names="{0: 'person', 1: 'fire hydrant', 2: \"child's toy\"}")),
    "yolo_nan": lambda: spoiled_detector("yolo_nan", "Mul", np.nan),
    "yolo_nan_when_red": detector_nan_when_red,
    "yolo_logits": lambda: spoiled_detector("yolo_logits", "Add", [[[0], [0], [0], [0], [-4], [-4], [-4]]]),
    "yolo_normalised": lambda: spoiled_detector(
        "yolo_normalised", "Mul", [[[1 / SIDE]] * 4 + [[1]] * 3]),
    "yolo_with_suppression": detector_with_suppression,
    "yolo_segment": lambda: detector("yolo_segment", metadata=without(task="segment")),
    "yolo_half": lambda: detector("yolo_half", dtype=TensorProto.FLOAT16),
    "yolo_four_names": lambda: detector(
        "yolo_four_names", metadata=without(names="['fire', 'smoke', 'flame', 'burning']")),
    "yolo_bad_names": lambda: detector("yolo_bad_names", metadata=without(names="fire, smoke")),
}

MODELS = {
    "unknown": unknown,
    **DETECTORS,
    "red": red,
    "nan": lambda: spoiled_probability("nan", "Mul", np.nan),
    "inf": lambda: spoiled_probability("inf", "Add", np.inf),
    "above_one": lambda: spoiled_probability("above_one", "Add", 1.5),
    "nan_in_a_branch": nan_in_a_branch,
    "nan_in_a_branch_float16": lambda: nan_in_a_branch(np.float16),
    "nan_in_a_branch_float64": lambda: nan_in_a_branch(np.float64),
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
    "start_score": lambda: start_score("start_score", "0.9"),
    "bad_start_score": lambda: start_score("bad_start_score", "1.5"),
}


def main():
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent
    for name, make in MODELS.items():
        save(make(), folder / f"{name}.onnx")


if __name__ == "__main__":
    main()
