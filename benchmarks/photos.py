"""Pictures with the statistics of photographs: JPEG of 500×375, about 60 kB each."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

WIDTH, HEIGHT = 500, 375
_SEVERAL = 24
_CLASSES = 10


def write(folder: Path, count: int, links: int = 1) -> Path:
    """Write ``count`` pictures into ten class folders under ``folder``, no two of them equal.

    Each is there under ``links`` names, to measure more of them in the time. Their spectrum falls
    with the frequency as that of photographs does (Field, 1987).
    """
    random = np.random.default_rng(0)
    grounds = [_ground(random) for _ in range(_SEVERAL)]
    for label in range(_CLASSES):
        (folder / f"class-{label}").mkdir(parents=True)
    for number in range(count):
        ground = np.roll(grounds[number % _SEVERAL], random.integers(0, HEIGHT, 2), (0, 1))
        name = f"class-{number % _CLASSES}/{number:06}.jpg"
        Image.fromarray(ground).save(folder / name, quality=87)
        for link in range(1, links):
            (folder / name.replace(".jpg", f"-{link}.jpg")).hardlink_to(folder / name)
    return folder


def _ground(random: np.random.Generator) -> np.ndarray:
    across, down = np.fft.rfftfreq(WIDTH), np.fft.fftfreq(HEIGHT)[:, None]
    falling = 1 / np.maximum(np.hypot(across, down), 1 / WIDTH)
    planes = []
    for _ in range(3):
        noise = random.standard_normal(falling.shape) + 1j * random.standard_normal(falling.shape)
        planes.append(np.fft.irfft2(noise * falling, (HEIGHT, WIDTH)))
    picture = 0.8 * planes[0][..., None] + 0.2 * np.stack(planes, axis=-1)
    picture = 127 + 55 * (picture - picture.mean()) / picture.std()
    return np.clip(picture, 0, 255).astype(np.uint8)
