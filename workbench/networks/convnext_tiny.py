"""ConvNeXt-Tiny of Keras Applications.

Source: Liu et al., A ConvNet for the 2020s, 2022.
"""

from __future__ import annotations

import keras
from keras import layers

from workbench.networks.applications import backbone, scaling


def build(input_shape: tuple[int, int, int], outputs: int) -> keras.Model:
    """Build ConvNeXt-Tiny for images ``(height, width, channels)`` of 32 pixels a side or more.

    Returns:
        A model from pixels to ``outputs`` logits, with layers scale, those of Keras, which pool
        and normalize at the end, and head.
    """
    pixels = keras.Input(input_shape, name="input")
    x = backbone(
        keras.applications.ConvNeXtTiny,
        scaling(input_shape[-1])(pixels),
        include_preprocessing=False,
        pooling="avg",
    ).output
    return keras.Model(pixels, layers.Dense(outputs, name="head")(x), name="convnext-tiny")
