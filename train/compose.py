# SPDX-License-Identifier: MIT
"""Composed pictures: a flame cut out by its box and laid into a scene without fire, and the counterpart that keeps
the network from learning the seams: a warm patch of a picture without fire, laid in by the same hand.

Pictures here are float [3,s,s] 0..1; boxes are (x0, y0, x1, y1) 0..1.
"""
import torch
import torch.nn.functional as F

SMALLEST, LARGEST = 0.07, 0.45  # side of a pasted flame, as a part of the frame
MARGIN = 0.2  # of the box on each side, so that its glow comes along


def uniform(rng, low, high):
    return low + (high - low) * torch.rand((), generator=rng).item()


def widen(box):
    x0, y0, x1, y1 = box
    dx, dy = MARGIN * (x1 - x0), MARGIN * (y1 - y0)
    return max(0.0, x0 - dx), max(0.0, y0 - dy), min(1.0, x1 + dx), min(1.0, y1 + dy)


def cut(picture, box):
    size = picture.shape[-1]
    x0, y0, x1, y1 = (int(round(value * size)) for value in box)
    return picture[:, y0 : max(y1, y0 + 4), x0 : max(x1, x0 + 4)]


def flame_alpha(patch):
    """How far a pixel counts as flame: warm or glaring, and away from the patch's edge. [h,w] 0..1."""
    red, green, blue = patch
    warm = ((red - blue - 0.1) * 4).clamp(0, 1)
    glaring = ((torch.minimum(red, green) - 0.75) * 5).clamp(0, 1)
    height, width = red.shape
    y = torch.linspace(-1, 1, height).unsqueeze(1)
    x = torch.linspace(-1, 1, width).unsqueeze(0)
    window = ((1.15 - (x * x + y * y).sqrt()) * 4).clamp(0, 1)
    return torch.maximum(warm, glaring) * window


def shrink_to(patch, longest):
    """The patch with its longer side at `longest` pixels."""
    height, width = patch.shape[1:]
    scale = longest / max(height, width)
    size = (max(4, int(height * scale)), max(4, int(width * scale)))
    return F.interpolate(patch.unsqueeze(0), size=size, mode="bilinear", antialias=scale < 1, align_corners=False)[0]


def paste(scene, patch, rng):
    """Lays the patch's warm part into the scene, in place. Returns the place's box, or None if too little was left."""
    size = scene.shape[-1]
    longest = int(size * SMALLEST * (LARGEST / SMALLEST) ** torch.rand((), generator=rng).item())
    patch = shrink_to(patch, max(8, longest))
    height, width = patch.shape[1:]
    if height >= size or width >= size:
        return None
    alpha = flame_alpha(patch)
    if alpha.mean() < 0.15:
        return None
    top, left = int(uniform(rng, 0, size - height)), int(uniform(rng, 0, size - width))
    place = scene[:, top : top + height, left : left + width]
    place.copy_(place * (1 - alpha) + patch * alpha)
    return left / size, top / size, (left + width) / size, (top + height) / size


def tight(place):
    """The flame's own box inside a pasted place that has the margin around it."""
    x0, y0, x1, y1 = place
    dx, dy = (x1 - x0) * MARGIN / (1 + 2 * MARGIN), (y1 - y0) * MARGIN / (1 + 2 * MARGIN)
    return x0 + dx, y0 + dy, x1 - dx, y1 - dy


def paste_flame(scene, picture, boxes, rng):
    """A flame of `picture` into `scene`. Returns its box or None."""
    box = boxes[int(torch.randint(len(boxes), (), generator=rng))]
    place = paste(scene, cut(picture, widen(box)), rng)
    return place and tight(place)


def paste_warm(scene, picture, rng):
    """The warmest of a few random patches of a picture without fire, into `scene`."""
    best, warmth = None, -1.0
    for _ in range(5):
        side = uniform(rng, 0.1, 0.4)
        x, y = uniform(rng, 0, 1 - side), uniform(rng, 0, 1 - side)
        patch = cut(picture, (x, y, x + side, y + side))
        value = (patch[0] - patch[2]).mean().item()
        if value > warmth:
            best, warmth = patch, value
    paste(scene, best, rng)
