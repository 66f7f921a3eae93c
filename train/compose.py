# SPDX-License-Identifier: MIT
"""Composed pictures: a flame cut out by its box and laid into a scene without fire, and the counterpart that keeps
the network from learning the seams: a warm patch of a picture without fire, laid in by the same hand. Some of both, and
some flames where they stand, are overexposed: surveillance cameras show them white with a pale edge. Lamps, white with a
halo too, but round, are the counterpart to that.

Pictures here are float [3,s,s] 0..1; boxes are (x0, y0, x1, y1) 0..1.
"""
import torch
import torch.nn.functional as F

SMALLEST, LARGEST = 0.07, 0.45  # side of a pasted flame, as a part of the frame
MARGIN = 0.2  # of the box on each side, so that its glow comes along
OVEREXPOSED_FLAMES, OVEREXPOSED_WARM = 0.5, 0.3  # parts of what is laid in
LEAST_OVEREXPOSED = 0.15  # side of it, as a part of the frame: a smaller white spot tells nobody what it is
LAMP_COLOURS = ((1, 0.67, 0.31), (1, 0.8, 0.5), (1, 0.55, 0.2), (1, 0.9, 0.75), (1, 0.6, 0.8), (0.9, 0.95, 1), (1, 0.15, 0.1))


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


def chance(rng, part):
    return torch.rand((), generator=rng).item() < part


def overexpose(patch, alpha, rng):
    """The patch with its flames (`alpha` [h,w]) as a camera shows them that is exposed for a darker scene: white where they
    glow, pink or pale yellow at the edge, and a pixel wider."""
    bloom = F.avg_pool2d(F.max_pool2d(alpha[None, None], 3, 1, 1), 3, 1, 1)[0, 0]
    alpha = torch.maximum(alpha, bloom)
    light = (patch[0] + patch[1]) / 2
    heat = ((light - uniform(rng, 0.2, 0.45)) / uniform(rng, 0.15, 0.4)).clamp(0, 1)
    green, blue = ((0.45, 0.85), (0.6, 1.0)) if chance(rng, 0.7) else ((0.8, 1.0), (0.5, 0.8))
    edge = torch.tensor([1.0, uniform(rng, *green), uniform(rng, *blue)]).reshape(3, 1, 1)
    return patch * (1 - alpha) + (edge + (1 - edge) * heat) * alpha


def overexpose_flames(picture, boxes, rng):
    """The flames of a picture with fire, where they stand, in place."""
    for box in boxes:
        place = cut(picture, widen(box))
        place.copy_(overexpose(place, flame_alpha(place), rng))


def shrink_to(patch, longest):
    """The patch with its longer side at `longest` pixels."""
    height, width = patch.shape[1:]
    scale = longest / max(height, width)
    size = (max(4, int(height * scale)), max(4, int(width * scale)))
    return F.interpolate(patch.unsqueeze(0), size=size, mode="bilinear", antialias=scale < 1, align_corners=False)[0]


def paste(scene, patch, overexposed, rng):
    """Lays the patch's warm part into the scene, in place, some (a part of `overexposed`) overexposed. Returns the place's
    box, or None if too little was left."""
    size = scene.shape[-1]
    longest = int(size * SMALLEST * (LARGEST / SMALLEST) ** torch.rand((), generator=rng).item())
    patch = shrink_to(patch, max(8, longest))
    height, width = patch.shape[1:]
    if height >= size or width >= size:
        return None
    alpha = flame_alpha(patch)
    if alpha.mean() < 0.15:
        return None
    if longest >= LEAST_OVEREXPOSED * size and chance(rng, overexposed):
        patch = overexpose(patch, alpha, rng)
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
    place = paste(scene, cut(picture, widen(box)), OVEREXPOSED_FLAMES, rng)
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
    paste(scene, best, OVEREXPOSED_WARM, rng)


def lay_lamps(scene, dim, rng):
    """One to four lamps into the scene, in place: a white disc with a halo, some stretched. With `dim` it is evening first,
    as often as not."""
    if dim and chance(rng, 0.5):
        scene *= uniform(rng, 0.1, 0.6)
    size = scene.shape[-1]
    places = (torch.arange(size) + 0.5) / size
    for _ in range(1 + int(uniform(rng, 0, 4))):
        radius, stretch = 0.012 * 8 ** uniform(rng, 0, 1), 1.6 ** uniform(rng, -1, 1)
        x, y = places - uniform(rng, 0, 1), (places - uniform(rng, 0, 1)).unsqueeze(1)
        distance = ((x / stretch) ** 2 + (y * stretch) ** 2).sqrt() / radius
        colour = torch.tensor(LAMP_COLOURS[int(uniform(rng, 0, len(LAMP_COLOURS)))]).reshape(3, 1, 1)
        disc = (1.5 * (uniform(rng, 0.3, 1.2) - distance) + 0.5).clamp(0, 1)
        scene += colour * torch.exp(-distance * uniform(rng, 0.8, 1.6)) * uniform(rng, 0.5, 1) + disc * (0.5 + 0.5 * colour)
    scene.clamp_(0, 1)
