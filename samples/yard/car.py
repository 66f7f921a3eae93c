# SPDX-License-Identifier: MIT
"""A red car that drives through the picture: a distance field, marched for each frame."""

import numpy as np

from scene import CAMERA, LAMPS, SKY_LIGHT, project, rays

BODY = np.float32([(-2.12, 0.30), (-2.17, 0.60), (-2.10, 0.93), (-1.55, 1.00), (0.80, 0.97),
                   (1.70, 0.84), (2.08, 0.70), (2.16, 0.50), (2.12, 0.30)])
CABIN = np.float32([(-1.90, 0.92), (-1.20, 1.36), (-0.70, 1.43), (0.00, 1.42), (0.30, 1.36), (1.08, 0.92)])
WHEELS = (-1.30, 1.32)
WHEEL_RADIUS = 0.33
PAINT = np.float32((0.30, 0.012, 0.016))


def polygon(points, x, y):
    """Signed distance to a polygon."""
    best = np.full(x.shape, np.inf, np.float32)
    inside = np.zeros(x.shape, bool)
    for (ax, ay), (bx, by) in zip(points, np.roll(points, 1, 0)):
        ex, ey, px, py = bx - ax, by - ay, x - ax, y - ay
        h = np.clip((px * ex + py * ey) / (ex * ex + ey * ey), 0, 1)
        best = np.minimum(best, (px - ex * h) ** 2 + (py - ey * h) ** 2)
        crosses = (ay > y) != (by > y)
        inside ^= crosses & (x < ex * (y - ay) / (ey if ey else 1e-9) + ax)
    return np.sqrt(best) * np.where(inside, -1, 1)


def prism(flat, across, rounding):
    """A profile with distance `flat` drawn out to a width, with round edges."""
    flat, across = flat + rounding, across + rounding
    outside = np.hypot(np.maximum(flat, 0), np.maximum(across, 0))
    return np.minimum(np.maximum(flat, across), 0) + outside - rounding


def parts(p):
    """Distances of body, cabin and wheels."""
    x, y, z = p[:, 0], p[:, 1], np.abs(p[:, 2])
    waist = 0.86 - 0.10 * np.clip(np.abs(x) - 1.5, 0, 1) ** 1.5 - 0.08 * np.abs(y - 0.65)
    body = prism(polygon(BODY, x, y), z - waist, 0.10)
    cabin = prism(polygon(CABIN, x, y), z - (0.80 - 0.36 * (y - 0.95)), 0.09)
    wheels = np.full(x.shape, np.inf, np.float32)
    for at in WHEELS:
        r = np.hypot(x - at, y - WHEEL_RADIUS)
        body = np.maximum(body, np.minimum(0.40 - r, z - 0.5) * 1.0)  # the arch
        wheels = np.minimum(wheels, prism(r - WHEEL_RADIUS, np.abs(z - 0.74) - 0.11, 0.04))
    return body, cabin, wheels


def distance(p):
    return np.minimum(np.minimum(*parts(p)[:2]), parts(p)[2])


def march(origin, direction):
    """Distance along each ray (inf: none)."""
    length = np.linalg.norm(direction, axis=1)
    t = np.zeros(len(direction), np.float32)
    box = 1 / np.where(np.abs(direction) < 1e-9, np.float32(1e-9), direction)
    low = (np.float32((-2.3, 0, -0.95)) - origin) * box
    high = (np.float32((2.3, 1.6, 0.95)) - origin) * box
    t = np.minimum(low, high).max(1)
    end = np.maximum(low, high).min(1)
    alive = np.flatnonzero(t < end)
    result = np.full(len(direction), np.inf, np.float32)
    for _ in range(70):
        p = origin[alive] + t[alive, None] * direction[alive]
        d = distance(p)
        done = d < 0.002
        result[alive[done]] = t[alive[done]]
        t[alive] += np.maximum(d * 0.8, 0.002) / length[alive]
        alive = alive[~done & (t[alive] < end[alive])]
        if not len(alive):
            break
    return result


def gradient(p):
    e = np.float32(0.01)
    d = [distance(p + e * axis) - distance(p - e * axis) for axis in np.eye(3, dtype=np.float32)]
    n = np.stack(d, 1)
    return n / (np.linalg.norm(n, axis=1, keepdims=True) + 1e-9)


def materials(p, n, spin):
    """Albedo, gloss and own light at points of the surface, in the car's frame."""
    body, cabin, wheels = parts(p)
    x, y, z = p[:, 0], p[:, 1], np.abs(p[:, 2])
    albedo = np.tile(PAINT, (len(p), 1))
    gloss = np.full(len(p), 0.9, np.float32)
    own = np.zeros_like(p)
    glass_side = (polygon(CABIN, x, y) < -0.045) & (np.abs(x + 0.33) > 0.035) & (y > 1.0)
    glass_end = (np.abs(n[:, 0]) > 0.4) & (z < 0.62) & (y > 0.99) & (y < 1.38)
    glass = (cabin < body + 0.01) & (np.where(np.abs(n[:, 2]) > 0.6, glass_side, glass_end))
    albedo[glass], gloss[glass] = (0.008, 0.010, 0.012), 1.6
    low = (y < 0.36) & (wheels > 0.01)
    albedo[low], gloss[low] = (0.02, 0.02, 0.02), 0.2
    seam = (np.abs(x + 0.33) < 0.010) | (np.abs(x - 0.86) < 0.010) | (np.abs(x + 1.15) < 0.010)
    seam &= (n[:, 2] < -0.6) & (y < 1.0) & (y > 0.4)
    albedo[seam] *= 0.25
    tyre = wheels < np.minimum(body, cabin)
    albedo[tyre], gloss[tyre] = (0.015, 0.015, 0.016), 0.1
    for at in WHEELS:
        dx, dy = x - at, y - WHEEL_RADIUS
        r = np.hypot(dx, dy)
        spoke = np.cos(5 * (np.arctan2(dy, dx) + spin)) > -0.2
        rim = tyre & (r < 0.22) & (spoke | (r < 0.06) | (r > 0.19))
        albedo[rim], gloss[rim] = (0.30, 0.31, 0.32), 0.6
    head = (x > 1.86) & (y > 0.58) & (y < 0.74) & (z > 0.45)
    own[head] = (5.0, 5.0, 4.8)
    tail = (x < -1.98) & (y > 0.66) & (y < 0.86) & (z > 0.45)
    albedo[tail], own[tail] = (0.3, 0.0, 0.0), (0.9, 0.02, 0.02)
    return albedo, gloss, own


def shade(p, n, view, spin, centre):
    albedo, gloss, own = materials(p, n, spin)
    up = 0.5 + 0.5 * n[:, 1:2]
    light = SKY_LIGHT * np.pi * (0.25 + 0.75 * up) * np.clip(p[:, 1:2] / 0.5, 0.25, 1)
    for place, colour, _, _ in LAMPS:
        way = place - (p + centre)
        squared = (way * way).sum(1, keepdims=True)
        light = light + colour * np.clip((way * n).sum(1, keepdims=True), 0, None) / (squared + 0.3) ** 1.5
    mirror = view - 2 * (view * n).sum(1, keepdims=True) * n
    fresnel = 0.04 + 0.6 * (1 - np.clip(-(view * n).sum(1), 0, 1)) ** 4
    seen = np.where(mirror[:, 1] > 0.05, 0.16 + 0.1 * mirror[:, 1], 0.035)[:, None]
    reflected = seen * np.float32((0.85, 0.95, 1.2)) * (gloss * fresnel)[:, None]
    for place, colour, _, _ in LAMPS:
        way = place - (p + centre)
        way /= np.linalg.norm(way, axis=1, keepdims=True)
        glint = np.clip((way * mirror).sum(1), 0, 1) ** 220
        reflected = reflected + glint[:, None] * colour * 0.05 * gloss[:, None]
    return albedo * light + reflected + own


def shadow(layers, centre):
    """What the car leaves of the light on the ground around it."""
    p = layers["point"] - centre
    x = np.maximum(np.abs(p[..., 0]) - 1.95, 0)
    z = np.maximum(np.abs(p[..., 2] + 0.1) - 0.72, 0)
    away = np.hypot(x, z)
    low = p[..., 1] < 0.3
    return 1 - np.where(low, 0.86 * np.exp(-((away / 0.34) ** 2)) + 0.10 * np.exp(-away), 0)[..., None]


def lamps(layers, centre):
    """Light of the head lamps ahead and of the tail lamps behind, on the still scene."""
    total = 0
    for at, colour, ahead, spread in (((2.2, 0.65, -0.6), (9.5, 9.2, 8.4), 1, 0.16),
                                      ((2.2, 0.65, 0.6), (9.5, 9.2, 8.4), 1, 0.16),
                                      ((-2.2, 0.76, 0.0), (0.25, 0.006, 0.005), -1, 0.9)):
        way = layers["point"] - centre - np.float32(at)
        length = np.sqrt((way * way).sum(-1)) + 1e-6
        off = np.hypot(way[..., 1] + 0.05 * length, way[..., 2]) / length
        beam = np.exp(-((off / spread) ** 2)) * (way[..., 0] * ahead > 0)
        facing = np.abs((way * layers["normal"]).sum(-1)) / length
        total = total + (beam * facing / (length**2 + 0.4))[..., None] * np.float32(colour)
    return layers["albedo"] * total


def draw(picture, layers, centre, spin, blur):
    """Draws the car at a place into a linear picture; `blur` is how far it moves meanwhile."""
    picture *= shadow(layers, centre)
    picture += lamps(layers, centre)
    corners = [project(centre + np.float32((x, y, z)))
               for x in (-2.5, 2.5) for y in (-0.1, 1.6) for z in (-1, 1)]
    left, right = int(min(c[0] for c in corners)), int(max(c[0] for c in corners)) + 1
    top, bottom = int(min(c[1] for c in corners)), int(max(c[1] for c in corners)) + 1
    left, right = max(left, 0), min(right, picture.shape[1])
    top, bottom = max(top, 0), min(bottom, picture.shape[0])
    if left >= right or top >= bottom:
        return
    rows, columns = np.mgrid[top:bottom, left:right].astype(np.float32)
    colour, cover = 0, 0
    for i, (dx, dy) in enumerate(((0.25, 0.125), (0.75, 0.375), (0.125, 0.625), (0.625, 0.875))):
        here = centre + np.float32((blur * (i / 4 - 0.375), 0, 0))
        direction = rays((columns + dx).ravel(), (rows + dy).ravel())
        origin = np.broadcast_to(CAMERA - here, direction.shape)
        t = march(origin, direction)
        hit = np.isfinite(t)
        p = origin[hit] + t[hit, None] * direction[hit]
        view = direction[hit] / np.linalg.norm(direction[hit], axis=1, keepdims=True)
        one = np.zeros_like(direction)
        one[hit] = shade(p, gradient(p), view, spin, here)
        colour, cover = colour + one, cover + hit
    shape = rows.shape
    cover = (cover / 4).reshape(shape + (1,)).astype(np.float32)
    part = picture[top:bottom, left:right]
    part *= 1 - cover
    part += (colour / 4).reshape(shape + (3,))
