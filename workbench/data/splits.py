"""Dividing each class between training, validation and test."""

from __future__ import annotations

import numpy as np

SPLITS = ("train", "val", "test")


def split_class(
    count: int, validation_percent: float, test_percent: float, seed: int, label: int
) -> dict[str, np.ndarray]:
    """Divide the ``count`` images of class ``label``; positions by split, each sorted.

    The division follows from seed and class alone. Shares are rounded; a class keeps at least
    one training image.
    """
    random = np.random.Generator(np.random.Philox(key=[seed, label]))
    order = random.permutation(count)
    validation = round(count * validation_percent / 100)
    test = round(count * test_percent / 100)
    surplus = max(0, validation + test - (count - 1))
    from_test = min(test, surplus)
    test, validation = test - from_test, validation - (surplus - from_test)
    parts = np.split(order, [validation, validation + test])
    return dict(zip(("val", "test", "train"), (np.sort(part) for part in parts), strict=True))
