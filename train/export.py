# SPDX-License-Identifier: MIT
"""The network as an ONNX file by FireWatch's contract, checked against torch, and its cost in ONNX Runtime."""
import hashlib
import io
import time

import numpy as np
import onnx
import onnxruntime
import torch
import torch.nn.functional as F
from torch import nn

OPSET = 13
NAMES = {"input_names": ["image"], "output_names": ["probability", "heatmap"]}


def resized(image, side):
    """Bilinear, half-pixel centres; as it is where `side` is None."""
    return F.interpolate(image, size=(side, side), mode="bilinear", align_corners=False) if side else image


class Exported(nn.Module):
    """image -> (probability [N], heatmap [N,h,w]): the calibrated probability, and each cell's own probability.
    `side`: the network sees the picture at this size. `cells`: the side to which the map is enlarged. `log_odds`: the map's
    values are left as such."""

    def __init__(self, network, scaling, side=None, cells=None, log_odds=False):
        super().__init__()
        self.network, self.side, self.cells, self.log_odds = network, side, cells, log_odds
        self.temperature, self.shift = scaling

    def forward(self, image):
        logit, cells = self.network(resized(image, self.side))
        heat = cells / self.temperature
        if self.cells:
            side = (self.cells, self.cells)
            heat = F.interpolate(heat.unsqueeze(1), size=side, mode="bilinear", align_corners=False).squeeze(1)
        return torch.sigmoid((logit - self.shift) / self.temperature), heat if self.log_odds else torch.sigmoid(heat)


def to_onnx(exported, size):
    """The checked model of an Exported on the CPU in evaluation mode, so that batch norm is folded away."""
    buffer = io.BytesIO()
    free = {name: {0: "N"} for name in NAMES["input_names"] + NAMES["output_names"]}
    torch.onnx.export(
        exported.eval(), torch.zeros(1, 3, size, size), buffer, opset_version=OPSET, dynamic_axes=free, **NAMES
    )
    model = onnx.load_model_from_string(buffer.getvalue())
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


def cost_ms(running, picture, n_series=40, n=25):
    """CPU time of one uint8 picture [3,h,w] on one thread: of the medians of short series the one that a tenth stay below.
    What else the machine does adds to it, never takes away."""
    image = picture.unsqueeze(0).numpy().astype(np.float32) / 255
    medians = []
    for _ in range(n_series):
        times = []
        for _ in range(n):
            start = time.thread_time()
            running.run(None, {"image": image})
            times.append(time.thread_time() - start)
        medians.append(np.median(times))
    return 1e3 * float(np.quantile(medians, 0.1))


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
