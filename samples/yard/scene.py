# SPDX-License-Identifier: MIT
"""The yard at dusk: solids, materials, light. Everything that stands still, rendered once.

x to the right, y up, z away from the camera, in metres.
"""

import numpy as np

from rays import Box, Cylinder, Heap, Noise, cast, visible

WIDTH, HEIGHT = 640, 480
CAMERA = np.float32((0.0, 4.3, -2.0))
FOCAL = 780.0  # pixels
PITCH = np.float32(np.radians(-9.8))
FIRE = np.float32((-2.35, 0.0, 10.3))  # where the foot of the fire is

SKY_LIGHT = np.float32((0.036, 0.047, 0.074))
LAMPS = [  # place, colour, size of the source, whether a hood lets light out only below
    (np.float32((3.1, 4.15, 11.0)), np.float32((5.2, 5.5, 5.8)), 0.06, True),
    (np.float32((-7.0, 7.5, -3.0)), np.float32((12.0, 13.0, 15.5)), 0.5, False),
]


def rays(columns, rows):
    """Directions (not of unit length: z is 1 in the camera's frame) through picture points."""
    x = (columns - WIDTH / 2) / FOCAL
    y = (HEIGHT / 2 - rows) / FOCAL
    c, s = np.cos(PITCH), np.sin(PITCH)
    return np.stack([x, y * c + s, c - y * s], -1).astype(np.float32)


def project(point):
    """Picture coordinates (column, row) and pixels per metre at a point."""
    x, y, z = np.asarray(point, np.float32) - CAMERA
    c, s = np.cos(PITCH), np.sin(PITCH)
    depth = y * s + z * c
    return WIDTH / 2 + FOCAL * x / depth, HEIGHT / 2 - FOCAL * (y * c - z * s) / depth, FOCAL / depth


def pallet(x, y, z, turn, solids):
    """Seven boards over three bearers over three boards; 1.2 x 0.8 x 0.14 m."""
    c, s = np.cos(turn), np.sin(turn)

    def add(dx, dy, dz, half):
        solids.append(Box((x + dx * c - dz * s, y + dy, z + dx * s + dz * c), half, "wood", turn))

    for i in range(7):
        add(-0.55 + i * 1.1 / 6, 0.13, 0, (0.06, 0.011, 0.4))
    for dz in (-0.35, 0, 0.35):
        add(0, 0.10, dz, (0.6, 0.011, 0.05))
        for dx in (-0.53, 0, 0.53):
            add(dx, 0.05, dz, (0.06, 0.04, 0.05))
        add(0, 0.007, dz, (0.6, 0.009, 0.05))


def build(rng):
    solids = [
        Box((0, -0.5, 20), (60, 0.5, 60), "ground"),
        Box((0, 2.4, 13.0), (30, 2.4, 1.0), "wall"),
        Box((0, 4.86, 12.9), (30, 0.07, 1.15), "trim"),  # the roof's edge
        Box((3.1, 1.75, 12.0), (1.75, 1.75, 0.04), "shutter"),
        Box((3.1, 3.56, 11.98), (1.9, 0.10, 0.10), "trim"),
        Box((1.28, 1.75, 11.98), (0.07, 1.75, 0.07), "trim"),
        Box((4.92, 1.75, 11.98), (0.07, 1.75, 0.07), "trim"),
        Box((0.25, 1.05, 12.0), (0.48, 1.05, 0.05), "door"),
        Box((3.1, 4.42, 11.55), (0.03, 0.03, 0.45), "trim"),  # the lamp's arm over the shutter
        Box((3.1, 4.34, 11.10), (0.20, 0.05, 0.16), "trim"),
        Box((3.1, 4.285, 11.10), (0.17, 0.006, 0.13), "lamp"),
        Box((6.15, 1.3, 10.6), (1.25, 1.3, 1.5), "container", 0.12),
        Box((-7.2, 0.6, 9.2), (0.75, 0.6, 0.55), "crate", 0.25),
        Box((-7.1, 1.55, 9.3), (0.55, 0.35, 0.45), "crate", -0.15),
        Box((-5.0, 0.45, 11.3), (0.5, 0.45, 0.5), "crate", 0.5),
        Cylinder((-0.45, 0, 11.0), 0.29, 0.88, "drum"),
        Cylinder((-1.08, 0, 11.3), 0.29, 0.88, "drum"),
        Cylinder((5.3, 0, 11.3), 0.06, 4.9, "pipe"),
        Cylinder((-4.6, 0, 11.85), 0.06, 4.9, "pipe"),
    ]
    stack, pair = [], []
    for i in range(5):
        pallet(-2.35 + rng.uniform(-0.05, 0.05), i * 0.145, 10.35 + rng.uniform(-0.05, 0.05),
               rng.uniform(-0.08, 0.08), stack)
    pallet(-3.75, 0, 10.5, 0.35, pair)
    pallet(-3.70, 0.145, 10.5, 0.30, pair)
    return [
        Heap((-70, -1, -50), (70, 6, 90), solids),
        Heap((-3.15, 0, 9.8), (-1.55, 0.8, 10.9), stack),
        Heap((-4.6, 0, 9.7), (-2.9, 0.4, 11.3), pair),
    ]


COLOURS = {  # linear
    "ground": (0.20, 0.195, 0.185),
    "wall": (0.26, 0.29, 0.29),
    "trim": (0.10, 0.11, 0.12),
    "shutter": (0.34, 0.36, 0.37),
    "door": (0.10, 0.16, 0.20),
    "container": (0.06, 0.15, 0.17),
    "crate": (0.24, 0.19, 0.13),
    "drum": (0.05, 0.10, 0.22),
    "pipe": (0.22, 0.23, 0.23),
    "wood": (0.30, 0.23, 0.15),
    "lamp": (0.8, 0.8, 0.8),
}


def ribbed(p, normal, axis, per_metre, depth):
    """Bends the normals of a corrugated sheet."""
    slope = depth * np.cos(2 * np.pi * per_metre * p[:, axis])
    normal = normal.copy()
    normal[:, axis] += slope
    return normal / np.linalg.norm(normal, axis=1, keepdims=True)


def surface(noise, material, p, normal):
    """Albedo and normal of points on one material."""
    colour = np.tile(np.float32(COLOURS[material]), (len(p), 1))
    rough = noise.octaves(p * 3.0)
    fine = noise.octaves(p * 24.0, 3)
    shade = 0.75 + 0.3 * rough + 0.2 * fine
    if material == "ground":
        stains = noise.octaves(p * np.float32((0.5, 1, 0.9)) + 5, 5)
        shade = 0.55 + 0.45 * rough + 0.35 * fine - 0.9 * np.clip(stains - 0.58, 0, 1)
        joint = np.minimum(np.abs((p[:, 0] + 0.4) % 4 - 2), np.abs((p[:, 2] + 0.7) % 4 - 2))
        shade *= np.where(joint < 0.018, 0.45, 1)
        worn = noise.octaves(p * 5.0 + 9)
        line = (np.abs(p[:, 2] - 9.4) < 0.06) & (worn < 0.60)
        colour[line] = (0.42, 0.41, 0.34)
    elif material == "wall":
        normal = ribbed(p, normal, 0, 5.0, 0.55)
        streaks = noise.octaves(p * np.float32((2.2, 0.25, 1)), 4)
        shade = 0.70 + 0.5 * streaks + 0.1 * fine - 0.25 * np.clip(0.5 - p[:, 1], 0, 0.5)
        rust = np.clip(noise.octaves(p * np.float32((1.3, 0.4, 1)) + 31) - 0.62, 0, 1)[:, None] * 4
        colour = colour * (1 - rust) + np.float32((0.16, 0.10, 0.07)) * rust
        seam = np.abs((p[:, 1] + 0.02) % 2.4 - 1.2) < 0.012
        shade = np.where(seam, shade * 0.6, shade)
    elif material == "shutter":
        normal = ribbed(p, normal, 1, 9.0, 0.45)
    elif material == "container":
        normal = ribbed(p, normal, 0, 3.2, 0.7) if abs(normal[0, 2]) > 0.5 else normal
        normal = ribbed(p, normal, 2, 3.2, 0.7)
    elif material == "wood":
        grain = noise.octaves(p * np.float32((40, 40, 3)), 3)
        board = noise.at(np.floor(p * 7) + 0.5)
        shade = 0.55 + 0.45 * grain + 0.35 * board
    elif material == "drum":
        ring = np.minimum(np.abs(p[:, 1] - 0.30), np.abs(p[:, 1] - 0.58)) < 0.018
        shade = np.where(ring, shade * 1.35, shade)
    return colour * shade[:, None].astype(np.float32), normal.astype(np.float32)


def hood(way):
    """The share that a hooded lamp sends along the way from a point to it."""
    return np.clip(2.2 * way[:, 1] / np.sqrt((way * way).sum(1)), 0, 1)


def lit(heaps, rng, p, normal, place, colour, size, n_samples, hooded=False):
    """Light from a small source at a place, with soft shadows."""
    total = 0
    for _ in range(n_samples):
        jitter = rng.normal(0, size, p.shape).astype(np.float32)
        way = place + jitter - p
        squared = (way * way).sum(1)
        cosine = (way * normal).sum(1) / np.sqrt(squared)
        seen = visible(heaps, p + normal * 4e-3, place + jitter)
        total = total + np.clip(cosine, 0, None) * seen / (squared + 0.3)
    total = total / n_samples
    if hooded:
        total = total * hood(place - p)
    return total[:, None] * colour


def sky_share(heaps, rng, p, normal, n_samples):
    """The share of the sky that a point sees: cosine-weighted samples."""
    total = 0
    for _ in range(n_samples):
        v = rng.normal(size=p.shape).astype(np.float32)
        v = v / np.linalg.norm(v, axis=1, keepdims=True) + normal
        v /= np.linalg.norm(v, axis=1, keepdims=True) + 1e-6
        up = np.clip(0.35 + 0.65 * v[:, 1], 0.1, 1)  # below the horizon: what the ground sends back
        total = total + visible(heaps, p + normal * 4e-3, p + v * 9) * up
    return (total / n_samples)[:, None]


def sky(direction, noise):
    """Dusk: a paler strip over the roof, darker above, thin cloud."""
    y = direction[:, 1] / np.linalg.norm(direction, axis=1)
    low, high = np.float32((0.110, 0.120, 0.155)), np.float32((0.032, 0.050, 0.095))
    share = np.clip((y - 0.02) / 0.20, 0, 1)[:, None]
    cloud = noise.octaves(direction * np.float32((3, 14, 3)) + 3, 5)[:, None]
    return (low * (1 - share) + high * share) * (0.8 + 0.4 * cloud)


def render(seed, n_sky=24, n_lamp=6, n_fire=4, oversample=2):
    """The still layers, linear light, HEIGHT x WIDTH: see the keys of the result."""
    rng = np.random.default_rng(seed)
    noise = Noise(rng)
    heaps = build(rng)
    materials = np.array([solid.material for heap in heaps for solid in heap.solids])
    step = 1 / oversample
    rows, columns = np.mgrid[0:HEIGHT * oversample, 0:WIDTH * oversample] * step + step / 2
    direction = rays(columns.ravel(), rows.ravel())
    origin = np.broadcast_to(CAMERA, direction.shape)
    t, which, normal = cast(heaps, origin, direction)
    hit = which >= 0
    p, n = origin[hit] + t[hit, None] * direction[hit], normal[hit]
    albedo = np.zeros_like(p)
    for material in COLOURS:
        chosen = materials[which[hit]] == material
        if chosen.any():
            albedo[chosen], n[chosen] = surface(noise, material, p[chosen], n[chosen])
    light = sky_share(heaps, rng, p, normal[hit], n_sky) * SKY_LIGHT * np.pi
    for place, colour, size, hooded in LAMPS:
        light = light + lit(heaps, rng, p, n, place, colour, size, n_lamp, hooded)
    layers = {"still": np.zeros_like(direction)}
    layers["still"][hit] = albedo * light
    layers["still"][hit] += 6.0 * (materials[which[hit]] == "lamp")[:, None]
    layers["still"][~hit] = sky(direction[~hit], noise)
    for i, height in enumerate((0.5, 1.2, 2.2)):  # what the fire lights from these heights
        place = FIRE + np.float32((0, height, -0.35))
        one = np.float32((1, 1, 1))
        layers[f"fire{i}"] = np.zeros_like(direction)
        layers[f"fire{i}"][hit] = albedo * lit(heaps, rng, p, n, place, one, 0.3, n_fire)
    layers["albedo"] = np.zeros_like(direction)
    layers["albedo"][hit] = albedo
    layers["point"] = np.zeros_like(direction)
    layers["point"][hit] = p
    layers["normal"] = np.zeros_like(direction)
    layers["normal"][hit] = n
    layers["depth"] = np.where(hit, t, 1e4)[:, None]
    return {name: shrink(v, oversample) for name, v in layers.items()}


def shrink(values, oversample):
    shape = (HEIGHT, oversample, WIDTH, oversample, values.shape[1])
    return values.reshape(shape).mean((1, 3)).astype(np.float32)
