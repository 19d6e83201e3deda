"""A split as a ``tf.data.Dataset``."""

from __future__ import annotations

from typing import Any

import numpy as np

from workbench.errors import NotFound
from workbench.validation import check_whole

_AT_ONCE = 128


def to_tf_data(
    dataset: Any,
    split: str,
    batch_size: int | None = None,
    shuffle: bool = False,
    seed: int | None = None,
) -> Any:
    """The images and targets of a split for TensorFlow.

    Args:
        dataset: the dataset.
        split: ``train``, ``val`` or ``test``.
        batch_size: images a batch, the last may have fewer; ``None`` gives them one by one.
        shuffle: mix all images, anew each time it is gone through.
        seed: makes the mixing repeatable.

    Returns:
        A ``tf.data.Dataset`` of images ``([batch,] height, width, channels)`` in the dataset's
        own type and int64 targets ``([batch])``.

    Raises:
        NotFound: there is no such split.
        InvalidValue: a batch size below 1.
    """
    if batch_size is not None:
        check_whole("batch_size", batch_size, 1)
    if split not in dataset.splits:
        there = ", ".join(dataset.splits)
        raise NotFound(f"the dataset {dataset.name} has no split {split!r}; it has {there}")
    import tensorflow as tf

    source = dataset.splits[split]
    shape, dtype = source.images.shape[1:], source.images.dtype

    def gather(places: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return np.asarray(source.images[places]), np.asarray(source.targets[places], np.int64)

    def load(places: Any) -> tuple[Any, Any]:
        images, targets = tf.numpy_function(gather, [places], [dtype, tf.int64], stateful=False)
        return tf.ensure_shape(images, (None, *shape)), tf.ensure_shape(targets, (None,))

    places = tf.data.Dataset.range(len(source))
    if shuffle:
        places = places.shuffle(len(source), seed=seed, reshuffle_each_iteration=True)
    loaded = places.batch(batch_size or _AT_ONCE).map(load)
    return (loaded if batch_size else loaded.unbatch()).prefetch(tf.data.AUTOTUNE)
