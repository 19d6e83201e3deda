"""What one should know of an array of weights or activations."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

BINS = 20


@dataclass(frozen=True)
class Statistics:
    """Shape, mean, standard deviation and a histogram of twenty equal bins.

    Values that are no finite numbers are counted in ``not_finite`` and left out of the rest.
    """

    shape: tuple[int, ...]
    mean: float
    std: float
    counts: tuple[int, ...]
    edges: tuple[float, ...]
    not_finite: int = 0


def measure(array: np.ndarray) -> Statistics:
    """Measure an array in float64."""
    values = np.asarray(array, np.float64).reshape(-1)
    finite = values[np.isfinite(values)]
    if not finite.size:
        return Statistics(array.shape, 0.0, 0.0, (0,) * BINS, (0.0,) * (BINS + 1), values.size)
    counts, edges = np.histogram(finite, BINS)
    return Statistics(
        shape=tuple(array.shape),
        mean=float(finite.mean()),
        std=float(finite.std()),
        counts=tuple(counts.tolist()),
        edges=tuple(edges.tolist()),
        not_finite=int(values.size - finite.size),
    )
