"""From records to batches, each a pure function of its step.

The images of step s of a run, and what chance does to them, follow from its seed alone, so a run
can start anywhere and see what it would have seen. A gather by an exact permutation of the
memory-mapped records is also the fastest way that was measured.
"""

from __future__ import annotations

import math
import os
import threading
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from workbench.data.records import Images
from workbench.training.augmentation.augmenter import Augmenter
from workbench.training.supply import AHEAD, Supply

if TYPE_CHECKING:
    import tensorflow as tf

_READERS = 2
_MOST_READERS = 8
_SMALL = 1 << 14

Read = Callable[[int], tuple[np.ndarray, ...]]


class Kind(NamedTuple):
    """What one array of every batch is: the shape of an item, and the dtype."""

    shape: tuple[int, ...]
    dtype: np.dtype


class Order:
    """Which images each step takes: every epoch is a fresh permutation of all images."""

    def __init__(self, count: int, batch_size: int, seed: int) -> None:
        self.count, self.batch_size, self._seed = count, batch_size, seed
        self.steps_per_epoch = math.ceil(count / batch_size)
        self._lock = threading.Lock()
        self._epochs: dict[int, np.ndarray] = {}

    def __getitem__(self, step: int) -> np.ndarray:
        """Positions of the images of step ``step`` (from 0), shape ``(≤ batch_size,)``."""
        epoch, place = divmod(step, self.steps_per_epoch)
        start = place * self.batch_size
        return self._permutation(epoch)[start : start + self.batch_size]

    def size(self, step: int) -> int:
        """How many images step ``step`` takes; the last of an epoch may take fewer."""
        start = (step % self.steps_per_epoch) * self.batch_size
        return min(self.batch_size, self.count - start)

    def _permutation(self, epoch: int) -> np.ndarray:
        with self._lock:
            if epoch not in self._epochs:
                # Readers run ahead over the end of an epoch: keep the two newest.
                for old in sorted(self._epochs)[:-1]:
                    del self._epochs[old]
                random = np.random.Generator(np.random.Philox(key=[self._seed, epoch]))
                self._epochs[epoch] = random.permutation(self.count)
            return self._epochs[epoch]


def training_batches(
    images: Images | np.ndarray,
    targets: np.ndarray,
    order: Order,
    start: int,
    stop: int,
    augment: Augmenter | None = None,
    supply: Supply | None = None,
) -> tf.data.Dataset:
    """The batches of steps ``start`` to ``stop``: images ``(b, h, w, c)`` as stored, targets.

    With ``augment``, what that makes of them; where it mixes images, also the targets of the
    other images and the share of the first in each (:class:`Augmenter`). ``supply`` is told of
    each batch that was read.
    """
    steps, kinds = range(start, stop), _kinds(images, targets)
    read, readers = _reader(images, targets, order), _READERS
    if augment is not None:
        readers = _changing_readers(int(np.prod(images.shape[1:])))
        read, kinds = _changing(read, augment), _augmented(kinds, augment)
    if supply is not None:
        read = _counted(read, supply)
    return _batches(read, kinds, steps, readers, prefetch=AHEAD)


def _changing(read: Read, augment: Augmenter) -> Read:
    def changed(step: int) -> tuple[np.ndarray, ...]:
        pixels, labels = read(step)
        return augment(pixels, labels, step)

    return changed


def _counted(read: Read, supply: Supply) -> Read:
    def counted(step: int) -> tuple[np.ndarray, ...]:
        arrays = read(step)
        supply.made()
        return arrays

    return counted


def _changing_readers(numbers: int) -> int:
    """How many threads change images of so many numbers.

    Changing a small one takes so short that threads would mostly wait for the interpreter's lock:
    measured up to 64×64 in colour, one thread is as fast as two and costs a quarter less.
    """
    if numbers <= _SMALL:
        return 1
    return min(_MOST_READERS, os.cpu_count() or 1)


def in_parts(batches: tf.data.Dataset, count: int, mine: Sequence[int]) -> tf.data.Dataset:
    """Divide each batch into ``count`` parts, one after the other; only those in ``mine`` are kept.

    The first parts are larger by an image where it does not come out even. Where a batch has
    fewer images than parts, its first image stands in for the missing ones, for a network cannot
    look at no image; the loop does not count it.
    """
    import tensorflow as tf

    numbers = tf.constant(list(mine), tf.int32)

    def divide(*arrays: tf.Tensor) -> tf.data.Dataset:
        size, over = tf.shape(arrays[0])[0] // count, tf.shape(arrays[0])[0] % count

        def part(number: tf.Tensor) -> tuple[tf.Tensor, ...]:
            first = number * size + tf.minimum(number, over)
            last = first + size + tf.cast(number < over, tf.int32)
            first = tf.where(last > first, first, 0)
            return tuple(array[first : tf.maximum(last, first + 1)] for array in arrays)

        return tf.data.Dataset.from_tensor_slices(numbers).map(part)

    return batches.flat_map(divide).prefetch(2 * count)


def sequential_batches(
    images: Images | np.ndarray, targets: np.ndarray, batch_size: int, start: int = 0
) -> tf.data.Dataset:
    """Batches in the stored order, from batch ``start`` on, each image once."""
    steps = range(start, math.ceil(len(images) / batch_size))
    read = _reader(images, targets, _InOrder(len(images), batch_size))
    return _batches(read, _kinds(images, targets), steps, _READERS, prefetch=4)


class _InOrder:
    def __init__(self, count: int, batch_size: int) -> None:
        self.count, self.batch_size = count, batch_size

    def __getitem__(self, step: int) -> np.ndarray:
        start = step * self.batch_size
        return np.arange(start, min(self.count, start + self.batch_size))


def _kinds(images: Images | np.ndarray, targets: np.ndarray) -> list[Kind]:
    return [Kind(images.shape[1:], images.dtype), Kind(targets.shape[1:], targets.dtype)]


def _augmented(kinds: list[Kind], augment: Augmenter) -> list[Kind]:
    images, targets = kinds
    found = [Kind(augment.shape, images.dtype), targets]
    return [*found, targets, Kind((), np.dtype(np.float32))] if augment.mixes else found


def _reader(images: Images | np.ndarray, targets: np.ndarray, order: Order | _InOrder) -> Read:
    def read(step: int) -> tuple[np.ndarray, ...]:
        chosen = order[step]
        return images[chosen], targets[chosen]

    return read


def _batches(
    read: Read, kinds: list[Kind], steps: range, readers: int, prefetch: int
) -> tf.data.Dataset:
    import tensorflow as tf

    dtypes = [tf.as_dtype(kind.dtype) for kind in kinds]

    def batch(step: tf.Tensor) -> tuple[tf.Tensor, ...]:
        arrays = tf.numpy_function(lambda number: read(int(number)), [step], dtypes, stateful=False)
        for array, kind in zip(arrays, kinds, strict=True):
            array.set_shape([None, *kind.shape])
        return tuple(arrays)

    numbers = tf.data.Dataset.range(steps.start, steps.stop)
    return numbers.map(batch, num_parallel_calls=readers, deterministic=True).prefetch(prefetch)
