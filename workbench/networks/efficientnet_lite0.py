"""EfficientNet-Lite0: EfficientNet-B0 without squeeze-and-excitation, and with ReLU6.

Source: Tan and Le, EfficientNet, 2019; its "lite" variants for phones, 2020.

Layout, for importing weights: layers are named stem_conv, stem_bn, then for stage 1–7 and block
a, b … ``block2a_expand_conv``, ``block2a_expand_bn`` (not in stage 1), ``block2a_depthwise_conv``,
``block2a_depthwise_bn``, ``block2a_project_conv``, ``block2a_project_bn``, and at last head_conv,
head_bn and the Dense layer head. Variables are Keras' own: ``kernel`` of the convolutions, which
have no bias; ``gamma``, ``beta``, ``moving_mean`` and ``moving_variance`` of the normalizations.
So a path such as ``block2a_expand_conv/kernel`` names an array in both.
"""

from __future__ import annotations

from dataclasses import dataclass

import keras
from keras import layers

# Pixels become (x - 127) / 128, as the published weights expect.
_SCALE, _OFFSET = 1 / 128, -127 / 128
_SPREAD = keras.initializers.VarianceScaling(2.0, "fan_out", "truncated_normal")


@dataclass(frozen=True)
class _Stage:
    repeats: int
    filters: int
    expansion: int
    window: int
    stride: int


_STAGES = (
    _Stage(1, 16, 1, 3, 1),
    _Stage(2, 24, 6, 3, 2),
    _Stage(2, 40, 6, 5, 2),
    _Stage(3, 80, 6, 3, 2),
    _Stage(3, 112, 6, 5, 1),
    _Stage(4, 192, 6, 5, 2),
    _Stage(1, 320, 6, 3, 1),
)


def build(input_shape: tuple[int, int, int], outputs: int) -> keras.Model:
    """Build EfficientNet-Lite0 for images ``(height, width, channels)`` of 16 pixels or more.

    Returns:
        A model from pixels to ``outputs`` logits, with layers scale, those of the layout above
        with an activation ``…_relu6`` and a sum ``…_add`` each, then pool, dropout and head.
    """
    pixels = keras.Input(input_shape, name="input")
    x = layers.Rescaling(_SCALE, _OFFSET, name="scale")(pixels)
    x = _convolve(x, 32, 3, 2, "stem")
    for number, stage in enumerate(_STAGES, 1):
        for repeat in range(stage.repeats):
            stride = stage.stride if repeat == 0 else 1
            x = _block(x, stage, stride, f"block{number}{'abcd'[repeat]}")
    x = _convolve(x, 1280, 1, 1, "head")
    x = layers.GlobalAveragePooling2D(name="pool")(x)
    x = layers.Dropout(0.2, name="dropout")(x)
    return keras.Model(pixels, layers.Dense(outputs, name="head")(x), name="efficientnet-lite0")


def _block(x: keras.KerasTensor, stage: _Stage, stride: int, name: str) -> keras.KerasTensor:
    shortcut, channels = x, x.shape[-1]
    if stage.expansion > 1:
        x = _convolve(x, channels * stage.expansion, 1, 1, f"{name}_expand")
    x = layers.DepthwiseConv2D(
        stage.window,
        strides=stride,
        padding="same",
        use_bias=False,
        depthwise_initializer=_SPREAD,
        name=f"{name}_depthwise_conv",
    )(x)
    x = _activate(_normalize(x, f"{name}_depthwise"), f"{name}_depthwise")
    x = _convolve(x, stage.filters, 1, 1, f"{name}_project", activate=False)
    if stride > 1 or channels != stage.filters:
        return x
    return layers.Add(name=f"{name}_add")([shortcut, x])


def _convolve(
    x: keras.KerasTensor, filters: int, window: int, stride: int, name: str, activate: bool = True
) -> keras.KerasTensor:
    x = layers.Conv2D(
        filters,
        window,
        strides=stride,
        padding="same",
        use_bias=False,
        kernel_initializer=_SPREAD,
        name=f"{name}_conv",
    )(x)
    x = _normalize(x, name)
    return _activate(x, name) if activate else x


def _normalize(x: keras.KerasTensor, name: str) -> keras.KerasTensor:
    # A tenth of each batch: small datasets have too few steps for Keras' hundredth.
    return layers.BatchNormalization(momentum=0.9, epsilon=1e-3, name=f"{name}_bn")(x)


def _activate(x: keras.KerasTensor, name: str) -> keras.KerasTensor:
    return layers.ReLU(6, name=f"{name}_relu6")(x)
