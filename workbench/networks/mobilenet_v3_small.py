"""MobileNetV3-Small of Keras Applications.

Source: Howard et al., Searching for MobileNetV3, 2019.
"""

from __future__ import annotations

import keras
from keras import layers

from workbench.networks.applications import backbone


def build(input_shape: tuple[int, int, int], outputs: int) -> keras.Model:
    """Build MobileNetV3-Small for images ``(height, width, channels)`` of 32 pixels or more.

    Returns:
        A model from pixels to ``outputs`` logits, with the layers of Keras, which scale the
        pixels themselves, pool, conv_2, conv_2_activation, dropout, flatten and head.
    """
    pixels = keras.Input(input_shape, name="input")
    x = backbone(keras.applications.MobileNetV3Small, pixels).output
    x = layers.GlobalAveragePooling2D(keepdims=True, name="pool")(x)
    x = layers.Conv2D(1024, 1, name="conv_2")(x)
    x = layers.Activation("hard_swish", name="conv_2_activation")(x)
    x = layers.Dropout(0.2, name="dropout")(x)
    x = layers.Flatten(name="flatten")(x)
    return keras.Model(pixels, layers.Dense(outputs, name="head")(x), name="mobilenet-v3-small")
