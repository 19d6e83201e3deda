"""VGG-16 as DIGITS defines it for TensorFlow.

Source: DIGITS, digits/standard-networks/tensorflow/vgg16.py, after Simonyan and Zisserman, Very
deep convolutional networks for large-scale image recognition, 2014 (the L2 regularizer, declared
there but never part of the loss, is left out). Pixels are not scaled, there as here: the initial
weights are made for their size.
"""

from __future__ import annotations

import keras
from keras import layers

# How many convolutions of how many filters stand before each pool.
_STAGES = ((2, 64), (2, 128), (3, 256), (3, 512), (3, 512))


def build(input_shape: tuple[int, int, int], outputs: int) -> keras.Model:
    """Build VGG-16 for images ``(height, width, channels)`` of 32 pixels a side or more.

    Returns:
        A model from pixels to ``outputs`` logits, with layers conv1_1 … conv5_3, pool1 … pool5,
        flatten5, fc6, do6, fc7, do7 and fcX8.
    """
    pixels = keras.Input(input_shape, name="input")
    x = pixels
    for stage, (repeats, filters) in enumerate(_STAGES, 1):
        for repeat in range(1, repeats + 1):
            name = f"conv{stage}_{repeat}"
            x = layers.Conv2D(filters, 3, padding="same", activation="relu", name=name)(x)
        x = layers.MaxPooling2D(2, name=f"pool{stage}")(x)
    x = layers.Flatten(name="flatten5")(x)
    for number in (6, 7):
        x = layers.Dense(4096, activation="relu", name=f"fc{number}")(x)
        x = layers.Dropout(0.5, name=f"do{number}")(x)
    return keras.Model(pixels, layers.Dense(outputs, name="fcX8")(x), name="vgg16")
