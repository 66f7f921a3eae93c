# SPDX-License-Identifier: MIT
"""Random views of a batch: crops and flips, colour, night and infra-red looks, blur, noise, JPEG.

Everything is batched; each picture draws its own values. `rng` is a CPU torch.Generator, so a seed gives the same
pictures on every device.
"""
import math

import torch
import torch.nn.functional as F
from torchvision.io import decode_jpeg, encode_jpeg

LUMA = (0.299, 0.587, 0.114)


class Draw:
    """Random values for n pictures, shaped to be multiplied with [n,3,h,w]."""

    def __init__(self, n, rng, device):
        self.n, self.rng, self.device = n, rng, device

    def uniform(self, low, high, columns=1):
        values = torch.rand((self.n, columns, 1, 1), generator=self.rng)
        return (low + (high - low) * values).to(self.device)

    def spread(self, factor, columns=1):
        """Between 1/factor and factor, evenly in the logarithm."""
        return torch.exp(self.uniform(-math.log(factor), math.log(factor), columns))

    def chance(self, probability):
        return self.uniform(0, 1) < probability


def crop_matrices(boxes, rng):
    """One affine matrix a picture, [n,2,3]: a crop that still holds the middle of one of its boxes, maybe mirrored."""
    matrices = torch.zeros((len(boxes), 2, 3))
    for index, own in enumerate(boxes):
        draw = torch.rand(8, generator=rng).tolist()
        smallest = 0.75 if own is None else 0.45  # the place of the fire is unknown: keep most of the picture
        scale = smallest + (1 - smallest) * draw[0]
        if own and draw[1] < 0.15:
            scale = 1 + 0.6 * draw[0]  # mirrored edges around it: a fire farther away
        stretch = math.exp(0.25 * (2 * draw[2] - 1))
        scales = (min(scale * stretch, 1.7), min(scale / stretch, 1.7))
        box = own[int(draw[3] * len(own))] if own else None
        turn = 0.12 * (2 * draw[4] - 1)
        mirror = -1.0 if draw[5] < 0.5 else 1.0
        for axis in (0, 1):
            middle = box[axis] + box[axis + 2] - 1 if box else None
            matrices[index, axis, 2] = crop_middle(scales[axis], middle, draw[6 + axis])
            matrices[index, axis, axis] = scales[axis] * math.cos(turn)
            matrices[index, axis, 1 - axis] = scales[axis] * math.sin(turn) * (1 if axis else -1)
        matrices[index, :, 0] *= mirror
    return matrices


def crop_middle(scale, wanted, draw):
    """The middle of a crop of half-length `scale` in -1..1 that stays inside and holds the point `wanted`."""
    room = max(0.0, 1 - scale)
    low, high = -room, room
    if wanted is not None:
        low, high = max(low, wanted - 0.85 * scale), min(high, wanted + 0.85 * scale)
        if low > high:
            low = high = max(-room, min(room, wanted))
    return low + (high - low) * draw


def warp(images, masks, boxes, rng):
    """Crops pictures [n,3,s,s] float and masks [n,1,s,s] alike."""
    grid = F.affine_grid(crop_matrices(boxes, rng).to(images.device), list(images.shape), align_corners=False)
    both = torch.cat((images, masks), 1)
    both = F.grid_sample(both, grid, mode="bilinear", padding_mode="reflection", align_corners=False)
    return both[:, :3], both[:, 3:]


def luma(images):
    red, green, blue = images.unbind(1)
    return (LUMA[0] * red + LUMA[1] * green + LUMA[2] * blue).unsqueeze(1)


def rotate_hue(images, angle):
    """Turns the colours by `angle` [n,1,1,1] radians, at constant luma (in YIQ)."""
    red, green, blue = images.unbind(1)
    i = (0.596 * red - 0.274 * green - 0.322 * blue).unsqueeze(1)
    q = (0.211 * red - 0.523 * green + 0.312 * blue).unsqueeze(1)
    cos, sin = torch.cos(angle), torch.sin(angle)
    i, q, y = i * cos - q * sin, i * sin + q * cos, luma(images)
    return torch.cat((y + 0.956 * i + 0.621 * q, y - 0.272 * i - 0.647 * q, y - 1.106 * i + 1.703 * q), 1)


def recolour(images, fire, draw):
    """Negatives in the colours of fire: other hues and warm light. Fires get the warm light too, more rarely."""
    angle = draw.uniform(-math.pi, math.pi) * draw.chance(0.12) * (1 - fire)
    images = rotate_hue(images, angle + draw.uniform(-0.08, 0.08))
    warm = draw.chance(0.15) & (draw.chance(0.4) | (fire < 0.5))
    tint = torch.cat((draw.uniform(1.05, 1.7), draw.uniform(0.75, 1.1), draw.uniform(0.25, 0.75)), 1)
    return torch.where(warm, images * tint, images)


def light(images, draw):
    """White balance, saturation, contrast, gamma, exposure; sometimes night or an infra-red (grey) look."""
    images = images * draw.spread(1.15, 3)
    grey = luma(images)
    saturation = draw.spread(1.5) * (~draw.chance(0.07))
    images = grey + (images - grey) * saturation
    mean = images.mean((1, 2, 3), keepdim=True)
    images = mean + (images - mean) * draw.spread(1.3)
    exposure = torch.where(draw.chance(0.1), draw.uniform(0.3, 0.7), draw.spread(1.35))
    return images.clamp(1e-4, 1) ** draw.spread(1.4) * exposure


def soften(images, draw):
    """A lens out of focus, or a camera of few pixels."""
    half = F.interpolate(F.avg_pool2d(images, 2), scale_factor=2, mode="bilinear", align_corners=False)
    fourth = F.interpolate(F.avg_pool2d(images, 4), scale_factor=4, mode="bilinear", align_corners=False)
    return torch.where(draw.chance(0.08), fourth, torch.where(draw.chance(0.15), half, images))


def noise(images, draw):
    strength = draw.uniform(0, 0.1) * draw.chance(0.2)
    grain = torch.randn(images.shape, generator=draw.rng).to(images.device)
    return images + grain * strength


def compress(images, rng, probability=0.25):
    """A JPEG round trip of quality 15 to 75."""
    draw = torch.rand((len(images), 2), generator=rng).tolist()
    for index, (chance, quality) in enumerate(draw):
        if chance < probability:
            raw = (images[index].clamp(0, 1) * 255).to(torch.uint8).cpu()
            images[index] = decode_jpeg(encode_jpeg(raw, int(15 + 60 * quality))).to(images.device) / 255
    return images


def views(images, masks, boxes, fire, rng):
    """images float [n,3,s,s] 0..1, masks float [n,1,s,s], boxes a list -> random views of the same shapes."""
    draw = Draw(len(images), rng, images.device)
    images, masks = warp(images, masks, boxes, rng)
    images = light(recolour(images, fire.reshape(-1, 1, 1, 1), draw), draw)
    images = compress(noise(soften(images, draw), draw), rng)
    return images.clamp(0, 1), masks
