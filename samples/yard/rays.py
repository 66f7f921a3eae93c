# SPDX-License-Identifier: MIT
"""Ray casting on boxes and upright cylinders, and the noise that textures are made of."""

import numpy as np

CHUNK = 1 << 15  # rays at a time: what fits the cache


class Box:
    """A box turned about the vertical axis. centre, half: (x, y, z) in metres."""

    def __init__(self, centre, half, material, turn=0.0):
        self.centre = np.float32(centre)
        self.half = np.float32(half)
        self.material = material
        self.cos, self.sin = np.float32(np.cos(turn)), np.float32(np.sin(turn))

    def local(self, v):
        x, z = v[:, 0] * self.cos + v[:, 2] * self.sin, v[:, 2] * self.cos - v[:, 0] * self.sin
        return np.stack([x, v[:, 1], z], 1)

    def world(self, v):
        x, z = v[:, 0] * self.cos - v[:, 2] * self.sin, v[:, 2] * self.cos + v[:, 0] * self.sin
        return np.stack([x, v[:, 1], z], 1)

    def hit(self, origin, direction):
        """Distances (inf: none) and a function that gives the normals of chosen rays."""
        o, d = self.local(origin - self.centre), self.local(direction)
        inverse = 1 / np.where(np.abs(d) < 1e-9, np.float32(1e-9), d)
        near = -o * inverse - self.half * np.abs(inverse)
        far = -o * inverse + self.half * np.abs(inverse)
        start, end = near.max(1), far.min(1)
        t = np.where((start < end) & (start > 1e-3), start, np.inf)

        def normals(chosen):
            axis = near[chosen].argmax(1)
            n = np.zeros((len(axis), 3), np.float32)
            n[np.arange(len(axis)), axis] = -np.sign(d[chosen][np.arange(len(axis)), axis])
            return self.world(n)

        return t, normals


class Cylinder:
    """An upright cylinder standing at `foot`."""

    def __init__(self, foot, radius, height, material):
        self.foot = np.float32(foot)
        self.radius, self.height, self.material = np.float32(radius), np.float32(height), material

    def hit(self, origin, direction):
        o, d = origin - self.foot, direction
        a = np.maximum(d[:, 0] ** 2 + d[:, 2] ** 2, 1e-9)
        b = o[:, 0] * d[:, 0] + o[:, 2] * d[:, 2]
        c = o[:, 0] ** 2 + o[:, 2] ** 2 - self.radius**2
        root = b * b - a * c
        side = (-b - np.sqrt(np.maximum(root, 0))) / a
        y = o[:, 1] + side * d[:, 1]
        side = np.where((root > 0) & (side > 1e-3) & (y > 0) & (y < self.height), side, np.inf)
        down = np.where(np.abs(d[:, 1]) < 1e-9, np.float32(1e-9), d[:, 1])
        lid = (self.height - o[:, 1]) / down
        off = (o[:, 0] + lid * d[:, 0]) ** 2 + (o[:, 2] + lid * d[:, 2]) ** 2
        lid = np.where((lid > 1e-3) & (off < self.radius**2), lid, np.inf)
        t = np.minimum(side, lid)

        def normals(chosen):
            p = o[chosen] + t[chosen, None] * d[chosen]
            n = np.stack([p[:, 0], np.zeros(len(p)), p[:, 2]], 1) / self.radius
            top = lid[chosen] < side[chosen]
            n[top] = (0, 1, 0)
            return n.astype(np.float32)

        return t, normals


class Heap:
    """Solids that stand close together, behind one box that most rays miss."""

    def __init__(self, low, high, solids):
        low, high = np.float32(low), np.float32(high)
        self.bounds = Box((low + high) / 2, (high - low) / 2, None)
        self.solids = solids

    def near(self, origin, direction):
        """Which rays come near, from outside or from within."""
        b = self.bounds
        inverse = 1 / np.where(np.abs(direction) < 1e-9, np.float32(1e-9), direction)
        way = (b.centre - origin) * inverse
        reach = b.half * np.abs(inverse)
        return np.flatnonzero(np.maximum((way - reach).max(1), 0) < (way + reach).min(1))


def cast(heaps, origin, direction):
    """The nearest hit of each ray: distance (inf: none), its solid's number, normal."""
    n = len(direction)
    t = np.full(n, np.inf, np.float32)
    which = np.full(n, -1, np.int32)
    normal = np.zeros((n, 3), np.float32)
    for at in range(0, n, CHUNK):
        number = 0
        for heap in heaps:
            near = at + heap.near(origin[at:at + CHUNK], direction[at:at + CHUNK])
            o, d = origin[near], direction[near]
            for solid in heap.solids:
                distance, normals = solid.hit(o, d)
                closer = distance < t[near]
                t[near[closer]] = distance[closer]
                which[near[closer]] = number
                normal[near[closer]] = normals(closer)
                number += 1
    return t, which, normal


def visible(heaps, origin, target):
    """1 where nothing lies between the points, else 0."""
    way = target - origin
    clear = np.ones(len(origin), np.float32)
    for at in range(0, len(origin), CHUNK):
        for heap in heaps:
            open_ = at + np.flatnonzero(clear[at:at + CHUNK])
            near = open_[heap.near(origin[open_], way[open_])]
            for solid in heap.solids:
                hit = solid.hit(origin[near], way[near])[0] < 0.999
                clear[near[hit]] = 0
                near = near[~hit]
    return clear


class Noise:
    """Smooth value noise in three dimensions, and sums of its octaves."""

    def __init__(self, rng, side=64):
        self.side = side
        self.lattice = rng.random((side, side, side), dtype=np.float32)

    def at(self, p):
        cell = np.floor(p).astype(np.int32)
        f = (p - cell).astype(np.float32)
        f = f * f * (3 - 2 * f)
        result = 0
        for corner in range(8):
            step = np.array([corner & 1, corner >> 1 & 1, corner >> 2])
            i, j, k = ((cell + step) % self.side).T
            weight = np.where(step, f, 1 - f).prod(1)
            result = result + weight * self.lattice[i, j, k]
        return result

    def octaves(self, p, n=4):
        total, size = 0, 0
        for i in range(n):
            total = total + self.at(p * 2.0**i + 17.3 * i) * 0.5**i
            size += 0.5**i
        return total / size
