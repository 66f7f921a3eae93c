# SPDX-License-Identifier: MIT
"""Random training batches: which pictures, what is laid into them, and their augmented views."""
from collections import Counter

import torch

from augment import views
from compose import lay_lamps, overexpose_flames, paste_flame, paste_warm
from data import box_mask

FIRE_PART = 0.42  # of the pictures drawn; composed fires come on top, out of the others
FLAME_PART, WARM_PART, LAMP_PART = 0.18, 0.12, 0.1  # of the drawn pictures without fire: what is laid in
OVEREXPOSED_PART, LAMP_BESIDE_PART = 0.12, 0.04  # of the drawn fires: flames overexposed, lamps beside them
SOURCE_POWER = 0.65  # a source of n pictures is drawn with the weight n ** SOURCE_POWER


def source_weights(records, fire):
    """The chance of each record to be drawn when a picture of this class is wanted."""
    counts = Counter(record.source for record in records if record.fire == fire)
    weights = [counts[record.source] ** (SOURCE_POWER - 1) if record.fire == fire else 0.0 for record in records]
    return torch.tensor(weights)


class Batches:
    """Draws batches from `pictures`. `draw` gives a dict of tensors on `device`:

    images [n,3,s,s] 0..1; fire [n] 0 or 1; masks [n,1,s,s], how far a pixel lies in a fire's box; known [n], whether
    the masks say all there is (a fire without box has no usable mask).
    """

    def __init__(self, pictures, size, seed, device):
        self.pictures, self.size, self.device = pictures, size, device
        self.rng = torch.Generator().manual_seed(seed)
        self.weights = {fire: source_weights(pictures.records, fire) for fire in (True, False)}
        self.boxed = [index for index, record in enumerate(pictures.records) if record.fire and record.boxes]
        self.steps = len(pictures) // size

    def picture(self, index):
        return self.pictures.images[index].float() / 255

    def choose(self, fire, n):
        return torch.multinomial(self.weights[fire], n, replacement=True, generator=self.rng).tolist()

    def one(self, index):
        """One picture, maybe with something laid in: (image, boxes or None, fire)."""
        record, image = self.pictures.records[index], self.picture(index)
        chance = torch.rand((), generator=self.rng).item()
        if record.fire:
            if chance < OVEREXPOSED_PART and record.boxes:
                overexpose_flames(image, record.boxes, self.rng)
            elif chance > 1 - LAMP_BESIDE_PART:
                lay_lamps(image, False, self.rng)
            return image, record.boxes, 1.0
        if chance < FLAME_PART and self.boxed:
            other = self.boxed[int(torch.randint(len(self.boxed), (), generator=self.rng))]
            box = paste_flame(image, self.picture(other), self.pictures.records[other].boxes, self.rng)
            if box:
                return image, (box,), 1.0
        elif chance < FLAME_PART + WARM_PART:
            paste_warm(image, self.picture(self.choose(False, 1)[0]), self.rng)
        elif chance < FLAME_PART + WARM_PART + LAMP_PART:
            lay_lamps(image, True, self.rng)
        return image, (), 0.0

    def draw(self):
        n_fire = round(self.size * FIRE_PART)
        chosen = self.choose(True, n_fire) + self.choose(False, self.size - n_fire)
        images, boxes, fire = zip(*(self.one(index) for index in chosen))
        side = images[0].shape[-1]
        masks = torch.stack([box_mask(own, side) for own in boxes]).unsqueeze(1).float()
        fire = torch.tensor(fire, device=self.device)
        images, masks = torch.stack(images).to(self.device), masks.to(self.device)
        images, masks = views(images, masks, boxes, fire, self.rng)
        known = torch.tensor([own is not None for own in boxes], device=self.device)
        return {"images": images, "fire": fire, "masks": masks, "known": known}
