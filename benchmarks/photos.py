"""Cuttings of real photographs: JPEG of 500×375, about 40 kB each."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

WIDTH, HEIGHT = 500, 375
_CLASSES = 10
_QUALITY = 87
_LEAST = 0.6
# Of those that come with scikit-image: people, animals, things, machines, tissue, an eye, the sky.
_NAMES = (
    "astronaut.png",
    "chelsea.png",
    "coffee.png",
    "hubble_deep_field.jpg",
    "ihc.png",
    "motorcycle_left.png",
    "retina.jpg",
    "rocket.jpg",
)


def write(folder: Path, count: int, links: int = 1) -> Path:
    """Write ``count`` pictures into ten class folders under ``folder``, no two of them equal.

    Each is there under ``links`` names, to measure more of them in the time.
    """
    random = np.random.default_rng(0)
    originals = [_original(name) for name in _NAMES]
    for label in range(_CLASSES):
        (folder / f"class-{label}").mkdir(parents=True)
    for number in range(count):
        picture = _cutting(originals[number % len(originals)], random)
        name = f"class-{number % _CLASSES}/{number:06}.jpg"
        picture.save(folder / name, quality=_QUALITY)
        for link in range(1, links):
            (folder / name.replace(".jpg", f"-{link}.jpg")).hardlink_to(folder / name)
    return folder


def _original(name: str) -> Image.Image:
    place = resources.files("skimage.data").joinpath(name)
    with resources.as_file(place) as path, Image.open(path) as file:
        return file.convert("RGB")


def _cutting(original: Image.Image, random: np.random.Generator) -> Image.Image:
    """A part of at least 60 % of the largest that fits, anywhere, mirrored or not."""
    scale = random.uniform(_LEAST, 1) * min(original.width / WIDTH, original.height / HEIGHT)
    width, height = scale * WIDTH, scale * HEIGHT
    left = random.uniform(0, original.width - width)
    top = random.uniform(0, original.height - height)
    box = (left, top, left + width, top + height)
    picture = original.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS, box)
    return ImageOps.mirror(picture) if random.random() < 0.5 else picture
