"""Probabilities out of a classifier's raw numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Prediction:
    """One class with the probability given to it; ``index`` counts from 0."""

    label: str
    index: int
    probability: float


def softmax(logits: np.ndarray) -> np.ndarray:
    """Probabilities along the last axis, in float64 and safe for large logits."""
    shifted = np.asarray(logits, np.float64) - np.max(logits, axis=-1, keepdims=True)
    powers = np.exp(shifted)
    return powers / powers.sum(axis=-1, keepdims=True)


def ranked(logits: np.ndarray, labels: Sequence[str], top: int | None = None) -> list[Prediction]:
    """The ``top`` classes (all by default) of one image, most probable first."""
    probabilities = softmax(np.asarray(logits).reshape(-1))
    order = np.argsort(-probabilities, kind="stable")[:top]
    return [Prediction(labels[i], int(i), float(probabilities[i])) for i in order]
