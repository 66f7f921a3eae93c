# SPDX-License-Identifier: MIT
"""The training loops: a network of full size, then its small students, which learn from the labels and from it."""
import copy
import time

import torch
import torch.nn.functional as F
from torch import nn

SMOOTHING = 0.02  # labels are 0.02 and 0.98: some are wrong
CELL_WEIGHT = 0.3  # of the loss on the map, against the loss on the picture
DECAY = 0.998  # of the running mean of the weights that is kept in the end


def resize(images, size):
    """To [n,3,size,size] by area, as the C program scales. Channels last: the convolutions of a CPU are faster so."""
    return F.adaptive_avg_pool2d(images, size).contiguous(memory_format=torch.channels_last)


def label_loss(logit, fire):
    return F.binary_cross_entropy_with_logits(logit, fire * (1 - 2 * SMOOTHING) + SMOOTHING)


def cell_loss(cells, batch):
    """The map must be cold outside the boxes and hot somewhere in each fire's boxes, where they are known."""
    cover = F.adaptive_avg_pool2d(batch["masks"], cells.shape[1:]).squeeze(1)
    known = batch["known"].reshape(-1, 1, 1).float()
    outside = (cover < 0.02).float() * known
    cold = (F.softplus(cells) * outside).sum((1, 2)) / outside.sum((1, 2)).clamp(min=1)
    inside = (cover >= 0.3 * cover.amax((1, 2), keepdim=True)) & (cover > 0)
    hottest = cells.masked_fill(~inside, -1e4).amax((1, 2))
    hot = F.softplus(-hottest) * inside.any(2).any(1).float()
    return (cold + hot).mean()


def freeze_norms(network):
    """Batch norm with the pretrained statistics: a few epochs of augmented pictures would only blur them."""
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.eval()


def optimiser(network, rate, steps):
    flat = [value for value in network.parameters() if value.ndim < 2]
    weights = [value for value in network.parameters() if value.ndim >= 2]
    groups = [{"params": weights, "weight_decay": 0.02}, {"params": flat, "weight_decay": 0.0}]
    adam = torch.optim.AdamW(groups, lr=rate)
    return adam, torch.optim.lr_scheduler.OneCycleLR(adam, rate, total_steps=steps, pct_start=0.15)


@torch.no_grad()
def follow(average, network, step):
    """Moves the running mean `average` towards `network`."""
    decay = min(DECAY, (1 + step) / (10 + step))
    for old, new in zip(average.state_dict().values(), network.state_dict().values()):
        if old.dtype.is_floating_point:
            old.lerp_(new, 1 - decay)
        else:
            old.copy_(new)


def loop(network, batches, epochs, rate, loss_of, frozen, keep):
    """Trains in place for `epochs` and returns the running mean of the weights, in evaluation mode. After every epoch
    that mean is saved to `keep`, for a run that is cut short. `network` may hold several that are apart (ModuleList):
    their gradients are clipped one by one."""
    steps = max(1, int(epochs * batches.steps))
    network = network.to(memory_format=torch.channels_last)
    adam, schedule = optimiser(network, rate, steps)
    average = copy.deepcopy(network).eval()
    network.train()
    if frozen:
        freeze_norms(network)
    total, start = 0.0, time.monotonic()
    for step in range(1, steps + 1):
        loss = loss_of(batches.draw())
        adam.zero_grad(set_to_none=True)
        loss.backward()
        for one in network if isinstance(network, nn.ModuleList) else [network]:
            nn.utils.clip_grad_norm_(one.parameters(), 5.0)
        adam.step()
        schedule.step()
        follow(average, network, step)
        total += loss.item()
        if step % batches.steps == 0 or step == steps:
            seconds = time.monotonic() - start
            torch.save(average.state_dict(), keep)
            print(f"{keep.stem}: step {step} of {steps}, loss {total / step:.4f}, {seconds:.0f} s", flush=True)
    return average


def fit_teacher(network, batches, epochs, size, keep, rate=4e-4):
    def loss_of(batch):
        logit, cells = network(resize(batch["images"], size))
        return label_loss(logit, batch["fire"]) + CELL_WEIGHT * cell_loss(cells, batch)

    return loop(network, batches, epochs, rate, loss_of, True, keep)


def fit_students(students, sizes, teacher, teacher_size, batches, epochs, keep, rate=2e-3):
    """`students`, a ModuleList, learn side by side from the same views, each at its own size of `sizes`. Half of the
    picture's loss comes from the labels, half from the teacher's opinion on the same view."""

    def loss_of(batch):
        with torch.no_grad():
            opinion = torch.sigmoid(teacher(resize(batch["images"], teacher_size))[0])
        total = 0
        for student, size in zip(students, sizes):
            logit, cells = student(resize(batch["images"], size))
            distilled = F.binary_cross_entropy_with_logits(logit, opinion)
            total = total + 0.5 * (label_loss(logit, batch["fire"]) + distilled) + CELL_WEIGHT * cell_loss(cells, batch)
        return total

    return loop(students, batches, epochs, rate, loss_of, False, keep)
