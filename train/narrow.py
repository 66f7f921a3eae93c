# SPDX-License-Identifier: MIT
"""Makes a small network out of the trained large one: cut after some blocks, with only the channels inside each block
that matter most to the loss.

Importance of a channel: |activation x gradient| summed over the picture, a first-order estimate of how far the loss
moves when the channel goes (Molchanov et al., https://arxiv.org/abs/1611.06440).
"""
import torch

from fit import cell_loss, label_loss, resize
from network import FireNet


def importance(network, batches, size, n_batches):
    """One score for each channel inside each block: a list of [width] tensors."""
    scores = [torch.zeros(width) for width in network.widths]
    held = {}

    def keep(index):
        def hook(_module, _inputs, output):
            output.retain_grad()
            held[index] = output

        return hook

    hooks = [block.depthwise.register_forward_hook(keep(index)) for index, block in enumerate(network.blocks)]
    network.eval()
    for _ in range(n_batches):
        batch = batches.draw()
        logit, cells = network(resize(batch["images"], size))
        network.zero_grad(set_to_none=True)
        (label_loss(logit, batch["fire"]) + 0.3 * cell_loss(cells, batch)).backward()
        for index, activation in held.items():
            scores[index] += (activation * activation.grad).sum((2, 3)).abs().mean(0).detach().cpu()
    for hook in hooks:
        hook.remove()
    return scores


def keep_best(scores, widths):
    """The channels to keep in each block, ascending."""
    return [score.topk(width).indices.sort().values for score, width in zip(scores, widths)]


def copy_layer(target, source, rows=None, columns=None):
    """Copies a convolution with its batch norm; `rows` picks output channels, `columns` input channels."""
    weight = source[0].weight.data
    weight = weight if rows is None else weight[rows]
    target[0].weight.data.copy_(weight if columns is None else weight[:, columns])
    for field in ("weight", "bias", "running_mean", "running_var"):
        value = getattr(source[1], field).data
        getattr(target[1], field).data.copy_(value if rows is None else value[rows])


def narrow(large, scores, widths):
    """A new FireNet of len(widths) blocks with the weights of `large`; its head is new."""
    device = next(large.parameters()).device
    small = FireNet(len(widths), widths).to(device)
    kept = [indices.to(device) for indices in keep_best(scores, widths)]
    copy_layer(small.stem, large.stem, kept[0])
    for index, (target, source) in enumerate(zip(small.blocks, large.blocks)):
        if index:
            copy_layer(target.expand, source.expand, kept[index])
        copy_layer(target.depthwise, source.depthwise, kept[index])
        copy_layer(target.project, source.project, None, kept[index])
    return small
