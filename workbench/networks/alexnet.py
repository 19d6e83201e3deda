"""AlexNet as DIGITS defines it for TensorFlow.

Source: DIGITS, digits/standard-networks/tensorflow/alexnet.py, after Krizhevsky et al., ImageNet
classification with deep convolutional neural networks, 2012: one tower instead of two, and no
local response normalization, which DIGITS has switched off. Pixels are not scaled, there as here:
the initial weights are made for their size.
"""

from __future__ import annotations

import keras
from keras import layers

_WINDOW = 3


def build(input_shape: tuple[int, int, int], outputs: int) -> keras.Model:
    """Build AlexNet for images ``(height, width, channels)`` of 32 pixels a side or more.

    A pool is left out where fewer than three rows or columns are left to it, so that small
    images keep something to look at; from 57 pixels a side on none is.

    Returns:
        A model from pixels to ``outputs`` logits, with layers conv1, pool1, conv2, pool2, conv3,
        conv4, conv5, pool5, flatten, fc1, do1, fc2, do2 and fc3.
    """
    pixels = keras.Input(input_shape, name="input")
    x = layers.Conv2D(96, 11, strides=4, padding="same", activation="relu", name="conv1")(pixels)
    x = _pool(x, "pool1")
    x = layers.Conv2D(256, 5, padding="same", activation="relu", name="conv2")(x)
    x = _pool(x, "pool2")
    x = layers.Conv2D(384, 3, padding="same", activation="relu", name="conv3")(x)
    x = layers.Conv2D(384, 3, padding="same", activation="relu", name="conv4")(x)
    x = layers.Conv2D(256, 3, padding="same", activation="relu", name="conv5")(x)
    x = _pool(x, "pool5")
    x = layers.Flatten(name="flatten")(x)
    for number in (1, 2):
        x = layers.Dense(4096, activation="relu", name=f"fc{number}")(x)
        x = layers.Dropout(0.5, name=f"do{number}")(x)
    return keras.Model(pixels, layers.Dense(outputs, name="fc3")(x), name="alexnet")


def _pool(x: keras.KerasTensor, name: str) -> keras.KerasTensor:
    if min(x.shape[1:3]) < _WINDOW:
        return x
    return layers.MaxPooling2D(_WINDOW, strides=2, name=name)(x)
