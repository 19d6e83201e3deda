"""The MNIST digits as the benchmarks use them: PNG files and a dataset, in a home of their own."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import workbench as wb


@cache
def folder() -> Path:
    """All 70,000 digits as PNG files, a folder a class."""
    return wb.samples.mnist()


@cache
def dataset() -> wb.Dataset:
    """The dataset of them."""
    source = wb.ImageFolder(
        str(folder() / "train"), validation_percent=10, test_folder=str(folder() / "test")
    )
    image = wb.ImageFormat(width=28, height=28, channels=1)
    return wb.create_dataset("mnist", source, image=image)
