"""EfficientNetV2-S of Keras Applications.

Source: Tan and Le, EfficientNetV2: Smaller models and faster training, 2021.
"""

from __future__ import annotations

import keras
from keras import layers

from workbench.networks.applications import backbone


def build(input_shape: tuple[int, int, int], outputs: int) -> keras.Model:
    """Build EfficientNetV2-S for images ``(height, width, channels)`` of 32 pixels or more.

    Returns:
        A model from pixels to ``outputs`` logits, with the layers of Keras, which scale the
        pixels themselves, pool, dropout and head.
    """
    pixels = keras.Input(input_shape, name="input")
    x = backbone(keras.applications.EfficientNetV2S, pixels).output
    x = layers.GlobalAveragePooling2D(name="pool")(x)
    x = layers.Dropout(0.2, name="dropout")(x)
    return keras.Model(pixels, layers.Dense(outputs, name="head")(x), name="efficientnet-v2-s")
