# SPDX-License-Identifier: MIT
"""The network as an ONNX file by FireWatch's contract, checked against torch, and its cost in ONNX Runtime."""
import hashlib
import io
import time

import numpy as np
import onnx
import onnxruntime
import torch
from torch import nn

OPSET = 13
NAMES = {"input_names": ["image"], "output_names": ["probability", "heatmap"]}


class Exported(nn.Module):
    """image -> (probability [N], heatmap [N,h,w]): the calibrated probability, and each cell's own probability."""

    def __init__(self, network, temperature, shift):
        super().__init__()
        self.network, self.temperature, self.shift = network, temperature, shift

    def forward(self, image):
        logit, cells = self.network(image)
        return torch.sigmoid((logit - self.shift) / self.temperature), torch.sigmoid(cells / self.temperature)


def to_onnx(network, scaling, size, metadata):
    """The checked model; `scaling` is (temperature, shift). `network` must be on the CPU and in evaluation mode, so that
    batch norm is folded away."""
    buffer = io.BytesIO()
    free = {name: {0: "N"} for name in NAMES["input_names"] + NAMES["output_names"]}
    example = torch.zeros(1, 3, size, size)
    torch.onnx.export(
        Exported(network, *scaling).eval(), example, buffer, opset_version=OPSET, dynamic_axes=free, **NAMES
    )
    model = onnx.load_model_from_string(buffer.getvalue())
    onnx.helper.set_model_props(model, metadata)
    onnx.checker.check_model(model, full_check=True)
    assert not any(node.op_type == "BatchNormalization" for node in model.graph.node)
    return model


def session(path):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def run(running, images, n=32):
    """Probabilities and heatmaps of uint8 pictures [n,3,h,w]."""
    results = []
    for first in range(0, len(images), n):
        batch = images[first : first + n].numpy().astype(np.float32) / 255
        results.append(running.run(["probability", "heatmap"], {"image": batch}))
    return tuple(np.concatenate(parts) for parts in zip(*results))


def cost_ms(running, size, n=500):
    """Median CPU time of one picture on one thread."""
    image = np.random.default_rng(0).random((1, 3, size, size), np.float32)
    times = []
    for _ in range(n + 20):
        start = time.thread_time()
        running.run(None, {"image": image})
        times.append(time.thread_time() - start)
    return 1e3 * float(np.median(times[20:]))


def multiplications(network, size):
    """Multiply-accumulate operations of one picture, convolutions only, in millions."""
    total = 0

    def count(module, _inputs, output):
        nonlocal total
        total += output[0].numel() * module.weight[0].numel()

    hooks = [m.register_forward_hook(count) for m in network.modules() if isinstance(m, nn.Conv2d)]
    with torch.no_grad():
        network(torch.zeros(1, 3, size, size))
    for hook in hooks:
        hook.remove()
    return total / 1e6


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()
