# SPDX-License-Identifier: MIT
"""A fire as hot gas on a grid: moved by its own draught, cooling, leaving smoke.

Stable fluids: advection backwards along the flow, buoyancy, vorticity confinement, and a pressure
that takes out divergence, solved by cosine and sine transforms (open sides and top, closed floor).
Axes are x, y (up), z. Lengths in cells, time in seconds.
"""

import numpy as np
from scipy.fft import dct, dst, idct, idst
from scipy.ndimage import gaussian_filter, map_coordinates

CELL = 0.03  # metres


class Fire:
    def __init__(self, shape, seed):
        self.shape = shape
        self.rng = np.random.default_rng(seed)
        self.velocity = np.zeros((3,) + shape, np.float32)
        self.heat = np.zeros(shape, np.float32)  # 1: burning
        self.smoke = np.zeros(shape, np.float32)
        self.grid = np.mgrid[0:shape[0], 0:shape[1], 0:shape[2]].astype(np.float32)
        noise = self.rng.normal(size=(400, shape[0], shape[2])).astype(np.float32)
        self.flicker = gaussian_filter(noise, (2.0, 2.5, 2.5), mode="wrap")  # time, x, z
        self.flicker /= self.flicker.std()
        self.eigenvalues = self._eigenvalues()
        self.sponge = self._sponge()
        self.time = 0.0

    def _eigenvalues(self):
        nx, ny, nz = self.shape
        x = 2 * np.cos(np.pi * np.arange(1, nx + 1) / nx) - 2
        y = 2 * np.cos(np.pi * (np.arange(ny) + 0.5) / ny) - 2
        z = 2 * np.cos(np.pi * np.arange(1, nz + 1) / nz) - 2
        return (x[:, None, None] + y[None, :, None] + z[None, None, :]).astype(np.float32)

    def _sponge(self):
        """Keeps what leaves through the sides and the top from coming back."""
        edge = np.ones(self.shape, np.float32)
        for axis, ends in ((0, "both"), (1, "far"), (2, "both")):
            n = self.shape[axis]
            i = np.arange(n)
            distance = np.minimum(i, n - 1 - i) if ends == "both" else n - 1 - i
            ramp = np.clip((distance + 1) / 7, 0, 1).astype(np.float32)
            edge *= ramp.reshape([-1 if a == axis else 1 for a in range(3)])
        return edge

    def _advect(self, field, dt, sharpen=False):
        back = self.grid - self.velocity * np.float32(dt)
        moved = map_coordinates(field, back, order=1, mode="nearest")
        if not sharpen:
            return moved
        # MacCormack: half of the error of going there and back is taken off, within the values
        # that the point came from.
        there = self.grid + self.velocity * np.float32(dt)
        returned = map_coordinates(moved, there, order=1, mode="nearest")
        better = moved + 0.5 * (field - returned)
        low = np.minimum(moved * 0.6, moved)
        return np.clip(better, low, moved * 1.4 + 0.02)

    def _confine(self, dt, strength):
        u, v, w = self.velocity
        d = lambda f, axis: np.gradient(f, axis=axis)
        curl = np.stack([d(w, 1) - d(v, 2), d(u, 2) - d(w, 0), d(v, 0) - d(u, 1)])
        size = np.sqrt((curl**2).sum(0))
        n = np.stack(np.gradient(size))
        n /= np.sqrt((n**2).sum(0)) + 1e-3
        force = np.stack([n[1] * curl[2] - n[2] * curl[1], n[2] * curl[0] - n[0] * curl[2],
                          n[0] * curl[1] - n[1] * curl[0]])
        self.velocity += np.float32(dt * strength) * force

    def _project(self, expansion):
        u, v, w = self.velocity
        u[0], u[-1], w[:, :, 0], w[:, :, -1] = u[1], u[-2], w[:, :, 1], w[:, :, -2]
        v[:, 0] = np.maximum(v[:, 0], 0) * 0
        divergence = np.zeros(self.shape, np.float32)
        for axis, f in enumerate((u, v, w)):
            divergence += f - np.roll(f, 1, axis)
        divergence[0], divergence[:, :, 0] = 0, 0
        divergence[:, 0] = (u - np.roll(u, 1, 0) + w - np.roll(w, 1, 2))[:, 0] + v[:, 0]
        p = divergence - expansion
        p = dst(dst(dct(p, 4, axis=1), 2, axis=0), 2, axis=2)
        p /= self.eigenvalues
        p = idct(idst(idst(p, 2, axis=2), 2, axis=0), 4, axis=1)
        u[:-1] -= p[1:] - p[:-1]
        v[:, :-1] -= p[:, 1:] - p[:, :-1]
        w[:, :, :-1] -= p[:, :, 1:] - p[:, :, :-1]

    def step(self, dt, size, source):
        """source: where fuel burns, 0..1 on the grid; size: how much of it, 0..1."""
        self.time += dt
        at = self.time * 50.0
        i, share = int(at) % len(self.flicker), np.float32(at % 1)
        flicker = self.flicker[i] * (1 - share) + self.flicker[(i + 1) % len(self.flicker)] * share
        burning = np.clip(source * size * (1.0 + 0.7 * flicker[:, None, :]), 0, 1)
        self.heat = np.maximum(self.heat, burning)
        self.velocity[1] += np.float32(dt) * (245.0 * self.heat - 6.0 * self.smoke)
        self._confine(dt, 11.0)
        self._project(8.0 * burning * size)
        self.velocity *= 0.3 + 0.7 * self.sponge
        velocity = [self._advect(f, dt) for f in self.velocity]
        heat = self._advect(self.heat, dt, True)
        smoke = self._advect(self.smoke, dt)
        self.velocity = np.stack(velocity)
        before = heat
        heat = np.maximum(heat - np.float32(dt) * (0.42 + 0.62 * heat * heat), 0)
        born = np.where(before < 0.5, before - heat, 0)
        self.heat = heat * self.sponge
        self.smoke = (smoke * np.float32(1 - 0.25 * dt) + 0.9 * born) * self.sponge
