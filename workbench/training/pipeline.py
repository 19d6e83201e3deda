"""From records to batches, each a pure function of its step.

The images of step s of a run follow from its seed alone, so a run can start anywhere and see
what it would have seen. A gather by an exact permutation of the memory-mapped records is also the
fastest way that was measured.
"""

from __future__ import annotations

import math
import threading
from typing import TYPE_CHECKING

import numpy as np

from workbench.data.records import Images

if TYPE_CHECKING:
    import tensorflow as tf

_READERS = 2


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
    images: Images | np.ndarray, targets: np.ndarray, order: Order, start: int, stop: int
) -> tf.data.Dataset:
    """The batches of steps ``start`` to ``stop``: images ``(b, h, w, c)`` as stored, targets."""
    return _gather(images, targets, order, range(start, stop), prefetch=8)


def sequential_batches(
    images: Images | np.ndarray, targets: np.ndarray, batch_size: int, start: int = 0
) -> tf.data.Dataset:
    """Batches in the stored order, from batch ``start`` on, each image once."""
    steps = range(start, math.ceil(len(images) / batch_size))
    return _gather(images, targets, _InOrder(len(images), batch_size), steps, prefetch=4)


class _InOrder:
    def __init__(self, count: int, batch_size: int) -> None:
        self.count, self.batch_size = count, batch_size

    def __getitem__(self, step: int) -> np.ndarray:
        start = step * self.batch_size
        return np.arange(start, min(self.count, start + self.batch_size))


def _gather(
    images: Images | np.ndarray,
    targets: np.ndarray,
    order: Order | _InOrder,
    steps: range,
    prefetch: int,
) -> tf.data.Dataset:
    import tensorflow as tf

    def read(step: np.int64) -> tuple[np.ndarray, np.ndarray]:
        chosen = order[int(step)]
        return images[chosen], targets[chosen]

    def batch(step: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        kinds = (tf.as_dtype(images.dtype), tf.as_dtype(targets.dtype))
        x, y = tf.numpy_function(read, [step], kinds, stateful=False)
        x.set_shape([None, *images.shape[1:]])
        y.set_shape([None, *targets.shape[1:]])
        return x, y

    numbers = tf.data.Dataset.range(steps.start, steps.stop)
    return numbers.map(batch, num_parallel_calls=_READERS, deterministic=True).prefetch(prefetch)
