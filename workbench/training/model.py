"""The model that is trained: raw pixels in, mean subtracted, the network, raw outputs."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np

from workbench import networks, tasks
from workbench.data import Dataset
from workbench.errors import InvalidValue
from workbench.training.config import TrainConfig

if TYPE_CHECKING:
    import keras


def build_model(config: TrainConfig, dataset: Dataset) -> keras.Model:
    """Build the model of a run with fresh weights that follow from ``config.seed``.

    It takes pixels as they are stored, float32 ``(batch, height, width, channels)``; the mean is
    part of it, so whoever has the model need not know the dataset.

    Raises:
        InvalidValue: the images are too small for the network.
    """
    import keras

    card = networks.get(config.network)
    shape = (dataset.image.height, dataset.image.width, dataset.image.channels)
    if shape[0] < card.smallest[0] or shape[1] < card.smallest[1]:
        raise InvalidValue(
            f"{card.title} needs images of {card.smallest[1]}×{card.smallest[0]} pixels or more, "
            f"those of {dataset.name} have {shape[1]}×{shape[0]}; make a larger dataset"
        )
    with seeded(config.seed or 0):
        network = card.build(shape, tasks.get(config.task).outputs(dataset.labels))
        pixels = keras.Input(shape, name="pixels")
        centred = _subtract_mean(pixels, config.mean_subtraction, dataset)
        return keras.Model(pixels, network(_to_bytes(centred, dataset)), name="model")


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Let Keras draw its initial weights and dropout seeds from ``seed``.

    Keras takes a layer's own seed from Python's ``random``; its state is put back afterwards, for
    the kernel belongs to the user.
    """
    before = random.getstate()
    random.seed(seed)
    try:
        yield
    finally:
        random.setstate(before)


def _to_bytes(pixels: keras.KerasTensor, dataset: Dataset) -> keras.KerasTensor:
    """Bring 16 bits and floats to the scale of 8 bits, for which networks are made.

    Floats have units of their own: their range in the training images becomes 0–255.
    """
    import keras

    if dataset.image.dtype == "uint8":
        return pixels
    least, greatest = dataset.range
    span = 65_535.0 if dataset.image.dtype == "uint16" else max(greatest - least, 1e-12)
    return keras.layers.Rescaling(255.0 / span, name="to_bytes")(pixels)


def _subtract_mean(pixels: keras.KerasTensor, kind: str, dataset: Dataset) -> keras.KerasTensor:
    import keras

    if kind == "none":
        return pixels
    mean = dataset.mean_pixel if kind == "pixel" else dataset.mean_image
    axes = -1 if kind == "pixel" else (1, 2, 3)
    layer = keras.layers.Normalization(axis=axes, name="mean_subtraction")
    layer.build(pixels.shape)
    # As weights rather than as constants: a mean image would bloat the model's configuration.
    layer.adapt_mean.assign(np.asarray(mean, np.float32))
    layer.adapt_variance.assign(np.ones_like(mean, np.float32))
    layer.finalize_state()
    layer.trainable = False
    return layer(pixels)
