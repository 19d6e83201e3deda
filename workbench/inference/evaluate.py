"""Measuring a network on a split."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from workbench.data import Dataset
from workbench.inference.predictor import Predictor

_BATCH = 128
_TOP = 5
_Z95 = 1.959963984540054


@dataclass(frozen=True)
class Evaluation:
    """How a classifier did on ``count`` images of a split.

    Attributes:
        epoch: when the weights were kept, if they are those of a run.
        confusion: images by true class (row) and predicted class (column).
        interval: 95 % confidence interval of the accuracy.
    """

    split: str
    labels: tuple[str, ...]
    count: int
    epoch: float | None
    loss: float
    accuracy: float
    top5_accuracy: float
    confusion: np.ndarray
    interval: tuple[float, float]

    @property
    def per_class(self) -> list[dict[str, Any]]:
        """Each class with its images and the share recognized (None without images)."""
        totals = self.confusion.sum(axis=1)
        right = np.diag(self.confusion)
        return [
            {
                "label": label,
                "count": int(totals[i]),
                "accuracy": float(right[i] / totals[i]) if totals[i] else None,
            }
            for i, label in enumerate(self.labels)
        ]

    def to_dict(self) -> dict[str, Any]:
        """As the JSON that ``workbench evaluate`` prints."""
        return {
            "split": self.split,
            "count": self.count,
            "epoch": self.epoch,
            "accuracy": self.accuracy,
            "interval": list(self.interval),
            "top5_accuracy": self.top5_accuracy,
            "loss": self.loss,
            "confusion": self.confusion.tolist(),
            "per_class": self.per_class,
        }

    def __repr__(self) -> str:
        low, high = self.interval
        at = "" if self.epoch is None else f" at epoch {self.epoch:g}"
        return (
            f"{self.split}, {self.count:,} images{at}: accuracy {100 * self.accuracy:.2f} % "
            f"(95 % interval {100 * low:.2f}–{100 * high:.2f} %), "
            f"top 5 {100 * self.top5_accuracy:.2f} %, loss {self.loss:.4f}"
        )


def evaluate(
    predictor: Predictor,
    dataset: Dataset,
    split: str = "test",
    progress: Callable[[int, int], None] | None = None,
) -> Evaluation:
    """Classify every image of a split, a batch at a time.

    Args:
        progress: called with images done and images in all.

    Raises:
        NotFound: the dataset has no such split.
    """
    part = dataset.split(split)
    count, classes = len(part), len(dataset.labels)
    confusion = np.zeros((classes, classes), np.int64)
    loss, in_top, done = 0.0, 0, 0
    starts = range(0, count, _BATCH)
    batches = (np.asarray(part.images[start : start + _BATCH]) for start in starts)
    for start, logits in zip(starts, predictor.outputs(batches), strict=True):
        targets = np.asarray(part.targets[start : start + _BATCH])
        loss += float(cross_entropy(logits, targets).sum())
        in_top += int(among_top(logits, targets, _TOP).sum())
        np.add.at(confusion, (targets, logits.argmax(axis=1)), 1)
        done += len(targets)
        if progress is not None:
            progress(done, count)
    right = int(np.trace(confusion))
    return Evaluation(
        split=split,
        labels=tuple(dataset.labels),
        count=count,
        epoch=predictor.epoch,
        loss=loss / count,
        accuracy=right / count,
        top5_accuracy=in_top / count,
        confusion=confusion,
        interval=wilson(right, count),
    )


def cross_entropy(logits: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """−log softmax of the true class, one value an image, in float64."""
    values = logits.astype(np.float64)
    values -= values.max(axis=1, keepdims=True)
    return np.log(np.exp(values).sum(axis=1)) - values[np.arange(len(targets)), targets]


def among_top(logits: np.ndarray, targets: np.ndarray, top: int) -> np.ndarray:
    """Whether fewer than ``top`` classes score higher than the true one."""
    true = logits[np.arange(len(targets)), targets]
    return (logits > true[:, None]).sum(axis=1) < top


def wilson(right: int, count: int) -> tuple[float, float]:
    """95 % interval of a share (E. B. Wilson, J. Am. Stat. Assoc. 22, 1927)."""
    if count == 0:
        return 0.0, 1.0
    share, z2 = right / count, _Z95**2
    centre = (share + z2 / (2 * count)) / (1 + z2 / count)
    spread = math.sqrt(share * (1 - share) / count + z2 / (4 * count**2)) * _Z95 / (1 + z2 / count)
    # Rounding must not leave the share itself outside.
    return max(0.0, min(share, centre - spread)), min(1.0, max(share, centre + spread))
