"""GoogLeNet with its two auxiliary heads.

Source: DIGITS, digits/standard-networks/tensorflow/googlenet.py, for the trunk and its initial
values; Szegedy et al., Going deeper with convolutions, 2015, for the dropout before the last layer
and for the heads, which DIGITS leaves unused. The rectifier in which DIGITS ends would hide every
negative logit and is left out, as is local response normalization, switched off there. Pixels are
not scaled, there as here.
"""

from __future__ import annotations

import keras
from keras import layers

# Filters of each inception: 1×1; 3×3 and before it; 5×5 and before it; after the pool.
_INCEPTIONS = {
    "3a": (64, (96, 128), (16, 32), 32),
    "3b": (128, (128, 192), (32, 96), 64),
    "4a": (192, (96, 208), (16, 48), 64),
    "4b": (160, (112, 224), (24, 64), 64),
    "4c": (128, (128, 256), (24, 64), 64),
    "4d": (112, (144, 288), (32, 64), 64),
    "4e": (256, (160, 320), (32, 128), 128),
    "5a": (256, (160, 320), (32, 128), 128),
    "5b": (384, (192, 384), (48, 128), 128),
}


def build(input_shape: tuple[int, int, int], outputs: int) -> keras.Model:
    """Build GoogLeNet for images ``(height, width, channels)`` of 32 pixels a side or more.

    The last pool takes the mean of all places, which at 224 pixels are DIGITS' seven by seven.

    Returns:
        A model from pixels to three times ``outputs`` logits: the answer, with the last layer fc,
        and those of the auxiliary heads aux_1 and aux_2, which look at inceptions 4a and 4d.
        Each counts 0.3 of the loss in training and is dropped afterwards.
    """
    pixels = keras.Input(input_shape, name="input")
    x = _convolve(pixels, 64, 7, "conv_7x7_2s", strides=2)
    x = _halve(x, "pool1")
    x = _convolve(x, 64, 1, "conv_1x1_vs")
    x = _convolve(x, 192, 3, "conv_3x3_1s")
    x = _halve(x, "pool2")
    x = _halve(_inceptions(x, "3a", "3b"), "pool3")
    first = _inceptions(x, "4a")
    second = _inceptions(first, "4b", "4c", "4d")
    x = _halve(_inceptions(second, "4e"), "pool4")
    x = _inceptions(x, "5a", "5b")
    x = layers.GlobalAveragePooling2D(name="pool5")(x)
    x = layers.Dropout(0.4, name="do")(x)
    answer = _connect(x, outputs, "fc")
    heads = [_auxiliary(first, outputs, "aux_1"), _auxiliary(second, outputs, "aux_2")]
    return keras.Model(pixels, [answer, *heads], name="googlenet")


def _inceptions(x: keras.KerasTensor, *names: str) -> keras.KerasTensor:
    for name in names:
        single, (before_3, three), (before_5, five), after_pool = _INCEPTIONS[name]
        pooled = layers.MaxPooling2D(3, strides=1, padding="same", name=f"{name}-pool")(x)
        branches = [
            _convolve(x, single, 1, f"{name}-conv_1x1_1"),
            _convolve(
                _convolve(x, before_3, 1, f"{name}-conv_1x1_2"), three, 3, f"{name}-conv_3x3"
            ),
            _convolve(_convolve(x, before_5, 1, f"{name}-conv_1x1_3"), five, 5, f"{name}-conv_5x5"),
            _convolve(pooled, after_pool, 1, f"{name}-conv_pool"),
        ]
        x = layers.Concatenate(name=name)(branches)
    return x


def _auxiliary(x: keras.KerasTensor, outputs: int, name: str) -> keras.KerasTensor:
    """A head of its own; its pool covers the whole where that is smaller than five by five."""
    window = (min(5, x.shape[1]), min(5, x.shape[2]))
    x = layers.AveragePooling2D(window, strides=3, name=f"{name}-pool")(x)
    x = _convolve(x, 128, 1, f"{name}-conv_1x1")
    x = layers.Flatten(name=f"{name}-flatten")(x)
    x = layers.Activation("relu", name=f"{name}-relu")(_connect(x, 1024, f"{name}-fc1"))
    x = layers.Dropout(0.7, name=f"{name}-do")(x)
    return _connect(x, outputs, f"{name}-fc")


def _convolve(
    x: keras.KerasTensor, filters: int, window: int, name: str, strides: int = 1
) -> keras.KerasTensor:
    return layers.Conv2D(
        filters,
        window,
        strides=strides,
        padding="same",
        activation="relu",
        bias_initializer=keras.initializers.Constant(0.2),
        name=name,
    )(x)


def _halve(x: keras.KerasTensor, name: str) -> keras.KerasTensor:
    return layers.MaxPooling2D(3, strides=2, padding="same", name=name)(x)


def _connect(x: keras.KerasTensor, units: int, name: str) -> keras.KerasTensor:
    return layers.Dense(units, bias_initializer=keras.initializers.Constant(0.2), name=name)(x)
