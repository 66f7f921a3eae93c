#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Renders samples/yard_fire.mp4: a yard at dusk, a red car that passes, then a fire.

Needs numpy and scipy, and ffmpeg with libx264. Ten minutes of one core. See ../README.md.
"""

import argparse
import subprocess
import sys

import numpy as np
from scipy.ndimage import gaussian_filter, gaussian_filter1d, shift, zoom

import car
import scene
from fire import CELL, Fire

SEED = 20
RATE = 25
FRAMES = 250
FIRE_STARTS = 105  # frame
FIRE_GROWS = 40  # frames until it has its size
GRID = (112, 208, 52)
CAR_STARTS, CAR_SPEED = -7.4, 3.9  # metres, metres per second
GLOW = np.float32((1.0, 0.27, 0.040))  # the colour of soot at 1,600 K, linear


def fuel(fire):
    """Where things burn: over the pallets, denser in the middle."""
    nx, _, nz = fire.shape
    x, y, z = fire.grid
    off = ((x - nx / 2) / 20) ** 2 + ((y - 4) / 6) ** 2 + ((z - nz / 2) / 12) ** 2
    return np.clip(1.25 - np.sqrt(off), 0, 1)


def slices(field, scale):
    """Enlarges every slice of a field to pixels; depth first."""
    return zoom(field, (scale, scale, 1), order=1).transpose(2, 1, 0)[:, ::-1]


def look(fire, scale, ambient):
    """What the camera sees of the fire: its light and how much of the background comes through."""
    light, clear = 0, 1
    reach = 0.045 * gaussian_filter(fire.heat.sum(2), 12)  # how the flames light their own smoke
    reach = zoom(reach, scale, order=1).T[::-1, :, None]
    for heat, smoke in zip(slices(fire.heat, scale), slices(fire.smoke, scale)):
        glow = (np.clip(heat - 0.16, 0, None) ** 2.0 * 1.1)[..., None] * GLOW
        opaque = (1 - np.exp(-0.17 * smoke - 0.03 * heat))[..., None]
        grey = 0.16 * ambient + 0.5 * reach * GLOW
        light = light + clear * (glow + opaque * grey)
        clear = clear * (1 - opaque)
    return light, clear


def add_fire(picture, layers, fire, ambient):
    column, row, per_metre = scene.project(scene.FIRE + np.float32((0, 0.38, 0)))
    light, clear = look(fire, float(per_metre) * CELL, ambient)
    bottom, left = int(round(row)), int(round(column - light.shape[1] / 2))
    top, right = bottom - light.shape[0], left + light.shape[1]
    light, clear = light[max(-top, 0):], clear[max(-top, 0):]
    place = slice(max(top, 0), bottom), slice(left, right)
    behind = np.clip((layers["depth"][place] - (scene.FIRE[2] - scene.CAMERA[2] - 0.15)) * 8, 0, 1)
    picture[place] = picture[place] * (1 - behind + behind * clear) + light * behind
    return light.sum((0, 1))


def light_up(picture, layers, fire):
    """Adds the fire's light on the yard."""
    rows = (np.clip(fire.heat - 0.10, 0, None) ** 1.6).sum((0, 2)) * 1.3e-3
    height = np.arange(len(rows)) * CELL + 0.38
    edges = (0, 0.85, 1.7, 99)
    for i in range(3):
        power = rows[(height >= edges[i]) & (height < edges[i + 1])].sum()
        picture += layers[f"fire{i}"] * power * GLOW * 1.15


class Sparks:
    """Embers that the draught carries up."""

    def __init__(self, seed):
        self.rng = np.random.default_rng(seed)
        self.at = np.zeros((0, 3))
        self.life = np.zeros(0)

    def move(self, fire, size, dt):
        n = self.rng.poisson(0.55 * size)
        nx, _, nz = fire.shape
        born = self.rng.normal((nx / 2, 10, nz / 2), (9, 3, 6), (n, 3))
        self.at = np.concatenate([self.at, born])
        self.life = np.concatenate([self.life, self.rng.uniform(0.4, 1.5, n)])
        cells = np.clip(self.at, 0, np.array(fire.shape) - 1).astype(int)
        flow = fire.velocity[:, cells[:, 0], cells[:, 1], cells[:, 2]].T
        self.at += dt * (0.9 * flow + self.rng.normal(0, 14, self.at.shape) + (0, 12, 0))
        self.life -= dt
        keep = (self.life > 0) & (self.at[:, 1] < fire.shape[1] - 2)
        self.at, self.life = self.at[keep], self.life[keep]

    def draw(self, picture, fire):
        for at, life in zip(self.at, self.life):
            metres = (at - (fire.shape[0] / 2, 0, fire.shape[2] / 2)) * CELL
            column, row, _ = scene.project(scene.FIRE + metres + (0, 0.38, 0))
            column, row = int(column), int(row)
            if 1 <= row < scene.HEIGHT - 1 and 1 <= column < scene.WIDTH - 1:
                picture[row, column] += np.float32((2.2, 0.75, 0.12)) * min(life * 2, 1)


def develop(picture, rng, shake, grain):
    """The camera: shake, bloom, exposure, film curve, vignette, noise. 8-bit RGB."""
    picture = shift(picture, (*shake, 0), order=1, mode="nearest")
    bright = np.minimum(picture, 6)
    bloom = gaussian_filter(bright, (5, 5, 0)) * 0.035 + gaussian_filter(bright, (24, 24, 0)) * 0.03
    picture = (picture * 0.95 + bloom) * 2.1
    rows, columns = np.mgrid[-1:1:scene.HEIGHT * 1j, -1:1:scene.WIDTH * 1j]
    picture *= (1 - 0.13 * (rows**2 + columns**2))[..., None]
    values = np.clip(1 - np.exp(-picture), 0, 1) ** (1 / 2.2)
    noise = rng.normal(size=values.shape[:2] + (1,)) + 0.5 * rng.normal(size=values.shape)
    values = values + grain * noise * (1.2 - values)
    return (np.clip(values, 0, 1) * 255 + 0.5).astype(np.uint8)


def frames(layers, grid, n_frames):
    """The pictures of the clip, in linear light, each with the time."""
    fire = Fire(grid, SEED + 1)
    source = fuel(fire)
    sparks = Sparks(SEED + 2)
    ambient = scene.SKY_LIGHT * 2
    for i in range(n_frames):
        picture = layers["still"].copy()
        if i >= FIRE_STARTS:
            size = min((i - FIRE_STARTS + 6) / FIRE_GROWS, 1.0)
            for _ in range(2):
                fire.step(0.5 / RATE, size, source)
            sparks.move(fire, size, 1 / RATE)
            light_up(picture, layers, fire)
        x = CAR_STARTS + CAR_SPEED * i / RATE
        if abs(x) < 7.5:
            place = np.float32((x, 0, 8.2))
            car.draw(picture, layers, place, -x / car.WHEEL_RADIUS, CAR_SPEED / RATE / 3)
        if i >= FIRE_STARTS:
            add_fire(picture, layers, fire, ambient)
            sparks.draw(picture, fire)
        yield picture


def encoder(path, crf):
    command = ["ffmpeg", "-v", "error", "-y", "-f", "rawvideo", "-pix_fmt", "rgb24",
               "-s", f"{scene.WIDTH}x{scene.HEIGHT}", "-r", str(RATE), "-i", "-",
               "-vf", "scale=out_color_matrix=bt601:out_range=tv", "-pix_fmt", "yuv420p",
               "-c:v", "libx264", "-preset", "veryslow", "-crf", str(crf), "-bf", "3", "-g", "50",
               "-threads", "1", "-colorspace", "smpte170m", "-color_primaries", "smpte170m",
               "-color_trc", "smpte170m", "-color_range", "tv", "-movflags", "+faststart",
               "-fflags", "+bitexact", "-flags:v", "+bitexact", path]
    return subprocess.Popen(command, stdin=subprocess.PIPE)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("output", help="the mp4 to write")
    parser.add_argument("--frames", type=int, default=FRAMES)
    parser.add_argument("--crf", type=int, default=25)
    parser.add_argument("--draft", action="store_true", help="a noisy scene and a coarse fire")
    args = parser.parse_args()
    quality = (4, 1, 1, 1) if args.draft else (10, 4, 3, 1)
    layers = scene.render(SEED, *quality)
    rng = np.random.default_rng(SEED + 3)
    shake = gaussian_filter1d(rng.normal(size=(2, FRAMES)), 9, axis=1) * 1.6
    ffmpeg = encoder(args.output, args.crf)
    for i, picture in enumerate(frames(layers, GRID, args.frames)):
        ffmpeg.stdin.write(develop(picture, rng, shake[:, i % FRAMES], 0.011).tobytes())
        print(f"\rframe {i + 1} of {args.frames}", end="", file=sys.stderr)
    ffmpeg.stdin.close()
    print(file=sys.stderr)
    sys.exit(ffmpeg.wait())


if __name__ == "__main__":
    main()
