"""What every export walks over: the images of a dataset, batch by batch."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from workbench.errors import DataError

_BATCH_BYTES = 8 << 20
_MOST_ROWS = 1024


class Batch(NamedTuple):
    """Some consecutive records: the number of the first, ``(n, h, w, c)`` and int64 ``(n,)``."""

    start: int
    images: np.ndarray
    targets: np.ndarray


@dataclass(frozen=True)
class Content:
    """A dataset and how to write it.

    Attributes:
        dataset: has ``splits``, ``labels``, ``mean_image`` and ``name``.
        encoding: ``png``, ``jpeg`` or ``none``; ``quality`` is JPEG's.
        seed: shuffles each split; ``None`` keeps the order.
        progress: told how many of how many images are written.
    """

    dataset: Any
    encoding: str
    quality: int
    seed: int | None = None
    progress: Callable[[int, int], None] | None = None

    @property
    def splits(self) -> Mapping[str, Any]:
        """The splits that have images.

        Raises:
            DataError: none has.
        """
        found = {name: split for name, split in self.dataset.splits.items() if len(split)}
        if not found:
            raise DataError(f"the dataset {self.dataset.name} has no images to export")
        return found

    @property
    def shape(self) -> tuple[int, int, int]:
        """Height, width and channels of an image."""
        return tuple(next(iter(self.splits.values())).images.shape[1:])

    @property
    def dtype(self) -> np.dtype:
        """Of the pixels: uint8, uint16 or float32."""
        return np.dtype(next(iter(self.splits.values())).images.dtype)

    @property
    def labels(self) -> list[str]:
        """The names of the classes."""
        return list(self.dataset.labels)

    def batches(self, name: str) -> Iterator[Batch]:
        """One split, some eight megabytes at a time."""
        splits = self.splits
        split, total = splits[name], sum(len(each) for each in splits.values())
        before = sum(len(splits[each]) for each in list(splits)[: list(splits).index(name)])
        image_bytes = int(np.prod(self.shape)) * self.dtype.itemsize
        rows = max(1, min(_MOST_ROWS, _BATCH_BYTES // image_bytes))
        order = self._order(name, len(split))
        for start in range(0, len(split), rows):
            wanted: Any = slice(start, min(start + rows, len(split)))
            if order is not None:
                wanted = order[wanted]
            images, targets = np.asarray(split.images[wanted]), np.asarray(split.targets[wanted])
            yield Batch(start, images, targets)
            if self.progress is not None:
                self.progress(before + start + len(targets), total)

    def targets(self, name: str) -> np.ndarray:
        """The targets of one split in the order of its batches, int64 ``(n,)``."""
        split = self.splits[name]
        order = self._order(name, len(split))
        return np.asarray(split.targets if order is None else split.targets[order], np.int64)

    def _order(self, name: str, count: int) -> np.ndarray | None:
        if self.seed is None:
            return None
        return np.random.default_rng([self.seed, *name.encode()]).permutation(count)
