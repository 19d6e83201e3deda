"""LeNet as DIGITS defines it for TensorFlow.

Source: DIGITS, digits/standard-networks/tensorflow/lenet.py (its L2 regularizer, declared there
but never part of the loss, is left out).
"""

from __future__ import annotations

import keras
from keras import layers

# 1 / the standard deviation of MNIST's pixels, as DIGITS writes it.
_SCALE = 0.0125


def build(input_shape: tuple[int, int, int], outputs: int) -> keras.Model:
    """Build LeNet for images ``(height, width, channels)`` of 16 pixels a side or more.

    Returns:
        A model from pixels to ``outputs`` logits, with layers scale, conv1, pool1, conv2, pool2,
        flatten, fc1, do1 and fc2.
    """
    return keras.Sequential(
        [
            keras.Input(input_shape, name="input"),
            layers.Rescaling(_SCALE, name="scale"),
            layers.Conv2D(20, 5, activation="relu", name="conv1"),
            layers.MaxPooling2D(2, name="pool1"),
            layers.Conv2D(50, 5, activation="relu", name="conv2"),
            layers.MaxPooling2D(2, name="pool2"),
            layers.Flatten(name="flatten"),
            layers.Dense(500, activation="relu", name="fc1"),
            layers.Dropout(0.5, name="do1"),
            layers.Dense(outputs, name="fc2"),
        ],
        name="lenet",
    )
