"""What networks from Keras Applications have in common: how they are built, and with what input.

They are built without their last layer and without weights, so nothing is fetched. Their layers
keep the names that Keras gives them, which is how published weights find their place.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
from keras import layers

# Of ImageNet's pixels, red, green and blue.
MEAN = (123.675, 116.28, 103.53)
DEVIATION = (58.395, 57.12, 57.375)
_COLOURS = 3


def backbone(
    application: Callable[..., keras.Model], pixels: keras.KerasTensor, **options: Any
) -> keras.Model:
    """Build an application on ``pixels``, up to what its last layer would see.

    Args:
        application: such as ``keras.applications.ResNet50``.
        pixels: the input, or what was made of it; any number of channels.
    """
    # Given as a tensor, for given as a shape Keras warns of other channels than one or three.
    model = application(weights=None, include_top=False, input_tensor=pixels, **options)
    for layer in model.layers:
        if isinstance(layer, layers.BatchNormalization):
            # Small datasets have too few steps for Keras' hundredth or thousandth of each batch.
            layer.momentum = 0.9
    return model


def scaling(channels: int, deviation: tuple[float, ...] = DEVIATION) -> keras.Layer:
    """A layer that subtracts ImageNet's mean colour and divides by ``deviation``, channel-wise.

    Images with other than three channels have the colours' mean in every one of them.
    """
    means = MEAN if channels == _COLOURS else (sum(MEAN) / _COLOURS,) * channels
    spread = deviation if channels == _COLOURS else (sum(deviation) / _COLOURS,) * channels
    factors = [1 / each for each in spread]
    offsets = [-mean / each for mean, each in zip(means, spread, strict=True)]
    return layers.Rescaling(factors, offsets, name="scale")
