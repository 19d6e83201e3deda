"""ResNet-18.

Source: He et al., Deep residual learning for image recognition, 2015, in the form that torchvision
made common: the stride lies in the first 3×3 convolution of a stage, convolutions have no bias.
"""

from __future__ import annotations

import keras
from keras import layers

# Filters of each stage of two blocks.
_STAGES = (64, 128, 256, 512)
# Below so many pixels a side the first convolution does not halve the image.
_SMALL = 64
# Mean and standard deviation of ImageNet's pixels, of red, green and blue together.
_MEAN, _DEVIATION = 114.4, 57.6


def build(input_shape: tuple[int, int, int], outputs: int) -> keras.Model:
    """Build ResNet-18 for images ``(height, width, channels)`` of 16 pixels a side or more.

    The first convolution keeps the size of images smaller than 64 pixels, else too little is
    left of them at the end; its weights are the same at every size.

    Returns:
        A model from pixels to ``outputs`` logits, with layers scale, conv1, bn1, relu1, pool1,
        then stage1a_conv1 … stage4b_relu2, pool and head.
    """
    pixels = keras.Input(input_shape, name="input")
    x = layers.Rescaling(1 / _DEVIATION, -_MEAN / _DEVIATION, name="scale")(pixels)
    stride = 1 if min(input_shape[:2]) < _SMALL else 2
    x = _convolve(x, 64, 7, stride, "conv1", "bn1")
    x = layers.ReLU(name="relu1")(x)
    x = layers.MaxPooling2D(3, strides=2, padding="same", name="pool1")(x)
    for number, filters in enumerate(_STAGES, 1):
        x = _block(x, filters, 1 if number == 1 else 2, f"stage{number}a")
        x = _block(x, filters, 1, f"stage{number}b")
    x = layers.GlobalAveragePooling2D(name="pool")(x)
    return keras.Model(pixels, layers.Dense(outputs, name="head")(x), name="resnet18")


def _block(x: keras.KerasTensor, filters: int, stride: int, name: str) -> keras.KerasTensor:
    shortcut = x
    if stride > 1:
        shortcut = _convolve(x, filters, 1, stride, f"{name}_conv0", f"{name}_bn0")
    x = _convolve(x, filters, 3, stride, f"{name}_conv1", f"{name}_bn1")
    x = layers.ReLU(name=f"{name}_relu1")(x)
    x = _convolve(x, filters, 3, 1, f"{name}_conv2", f"{name}_bn2")
    x = layers.Add(name=f"{name}_add")([shortcut, x])
    return layers.ReLU(name=f"{name}_relu2")(x)


def _convolve(
    x: keras.KerasTensor, filters: int, window: int, stride: int, name: str, normalization: str
) -> keras.KerasTensor:
    x = layers.Conv2D(
        filters,
        window,
        strides=stride,
        padding="same",
        use_bias=False,
        kernel_initializer=keras.initializers.VarianceScaling(2.0, "fan_out", "truncated_normal"),
        name=name,
    )(x)
    # A tenth of each batch: small datasets have too few steps for Keras' hundredth.
    return layers.BatchNormalization(momentum=0.9, epsilon=1e-5, name=normalization)(x)
