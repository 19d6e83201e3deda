"""A dataset in memory, with what an export looks at."""

from __future__ import annotations

import resource
from contextlib import contextmanager
from types import SimpleNamespace

import numpy as np
import pytest


class Split:
    """Images and targets of one split."""

    def __init__(self, count, shape, dtype, classes, rng):
        top = {"uint8": 256, "uint16": 65536, "float32": 1000}[dtype]
        self.images = rng.integers(0, top, (count, *shape)).astype(dtype)
        self.targets = np.arange(count, dtype=np.int64)[::-1] % classes

    def __len__(self):
        return len(self.targets)


def make_dataset(channels=3, dtype="uint8", labels=("ant", "bee", "cat"), counts=(7, 4, 0)):
    """Images of 6×5 pixels; seven to train on, four to validate with, none to test."""
    rng = np.random.default_rng(3)
    shape = (5, 6, channels)
    splits = {
        name: Split(count, shape, dtype, len(labels), rng)
        for name, count in zip(("train", "val", "test"), counts, strict=True)
    }
    return SimpleNamespace(
        name="insects",
        labels=list(labels),
        splits=splits,
        image=SimpleNamespace(width=6, height=5, channels=channels, dtype=dtype),
        mean_image=splits["train"].images.sum(axis=0, dtype=np.float64) / max(1, counts[0]),
    )


@pytest.fixture
def make():
    return make_dataset


@pytest.fixture
def dataset():
    return make_dataset()


@contextmanager
def small_files(size):
    """No file may grow beyond so many bytes within, as on a disk that is full.

    Only within: what the tests themselves write may go to a file, too.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
