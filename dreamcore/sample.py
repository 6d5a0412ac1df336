"""A landscape rendered from noise: something to dream when no photograph is at hand. Needs numpy only."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Plane = NDArray[np.float64]


def landscape(width: int = 768, height: int = 512, seed: int = 12) -> NDArray[np.uint8]:
    """Clouds over mountains and a lake in the evening, (height, width, 3) uint8 sRGB; the same for the same seed."""
    random = np.random.default_rng(seed)
    y = np.linspace(0, 1, height)[:, None]
    x = np.linspace(0, 1, width)[None, :]
    shore = 0.70
    picture = _sky(random, x, y, height, width)
    for depth in range(4):
        picture = _ridge(picture, random, y, width, height, depth, shore)
    picture = _lake(picture, random, y, shore, height, width)
    picture += 0.006 * random.standard_normal((height, width, 1))
    pixels: NDArray[np.uint8] = np.clip(picture * 255 + 0.5, 0, 255).astype(np.uint8)
    return pixels


def _noise(random: np.random.Generator, height: int, width: int, roughness: float, stretch: float = 1.0) -> Plane:
    """Noise with a spectrum of 1 / f ** roughness, of mean 0 and deviation 1; stretched sideways."""
    fy = np.fft.fftfreq(height)[:, None] * height
    fx = np.fft.rfftfreq(width)[None, :] * width * stretch * height / width
    frequency = np.sqrt(fx**2 + fy**2)
    frequency[0, 0] = np.inf
    phases = np.fft.rfft2(random.standard_normal((height, width)))
    noise = np.fft.irfft2(phases / frequency**roughness, s=(height, width))
    return np.asarray((noise - noise.mean()) / noise.std())


def _colour(red: float, green: float, blue: float) -> Plane:
    return np.array([red, green, blue])


def _sky(random: np.random.Generator, x: Plane, y: Plane, height: int, width: int) -> Plane:
    glow = np.exp(-(((x - 0.68) / 0.45) ** 2) - ((y - 0.5) / 0.30) ** 2)[..., None]
    blue = _colour(0.20, 0.38, 0.68) * (1 - y[..., None]) + _colour(0.62, 0.70, 0.80) * y[..., None]
    sky = blue * (1 - 0.75 * glow) + _colour(1.0, 0.72, 0.42) * 0.75 * glow
    billows = _noise(random, height, width, 2.1, 2.2) + 0.22 * _noise(random, height, width, 1.5, 1.5)
    cover = np.clip(0.5 + 0.6 * billows - 0.25 * y, 0, 1)[..., None] ** 1.2
    # Lit from below right: a cloud is bright where it thins out towards the sun.
    light = np.clip(0.55 + 0.9 * (billows - np.roll(billows, (-14, -20), (0, 1))), 0, 1)[..., None]
    cloud = _colour(0.55, 0.52, 0.60) * (1 - light) + _colour(1.0, 0.93, 0.84) * light
    return np.asarray(sky * (1 - 0.85 * cover) + cloud * 0.85 * cover)


def _ridge(
    picture: Plane, random: np.random.Generator, y: Plane, width: int, height: int, depth: int, shore: float
) -> Plane:
    """One range of mountains before the last; the nearer, the lower, darker and greener."""
    profile = _noise(random, 64, width, 1.6)[0]
    top = shore - 0.25 + 0.065 * depth + (0.075 - 0.012 * depth) * profile[None, :]
    covered = np.clip((y - top) * height, 0, 1)[..., None]
    nearness = depth / 3
    tone = _colour(0.52, 0.55, 0.66) * (1 - nearness) + _colour(0.10, 0.17, 0.10) * nearness
    rock = 1 + (0.06 + 0.26 * nearness) * _noise(random, height, width, 1.25)[..., None]
    haze = np.clip((shore - y) / 0.3, 0, 1)[..., None] * (0.25 - 0.2 * nearness)
    return np.asarray(picture * (1 - covered) + covered * (tone * rock + haze))


def _lake(picture: Plane, random: np.random.Generator, y: Plane, shore: float, height: int, width: int) -> Plane:
    """Water that mirrors what stands above it, in ripples that widen towards the viewer."""
    rows, columns = np.mgrid[0:height, 0:width]
    below = np.clip((y - shore) / (1 - shore), 0, 1)
    ripples = _noise(random, height, width, 1.3, 6.0)
    mirrored = 2 * shore * height - rows + ripples * (1 + 9 * below)
    sideways = columns + ripples * 2 * below
    source = picture[np.clip(mirrored, 0, height - 1).astype(int), np.clip(sideways, 0, width - 1).astype(int)]
    water = source * _colour(0.74, 0.80, 0.86) + 0.02 * np.clip(ripples, 0, None)[..., None]
    covered = np.clip((y - shore) * height, 0, 1)[..., None]
    return np.asarray(picture * (1 - covered) + water * covered)
