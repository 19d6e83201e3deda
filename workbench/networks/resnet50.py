"""ResNet-50 of Keras Applications.

Source: He et al., Deep residual learning for image recognition, 2015.
"""

from __future__ import annotations

import keras
from keras import layers

from workbench.networks.applications import backbone, scaling


def build(input_shape: tuple[int, int, int], outputs: int) -> keras.Model:
    """Build ResNet-50 for images ``(height, width, channels)`` of 32 pixels a side or more.

    Pixels have ImageNet's mean colour subtracted and are not scaled, as the weights that Keras
    offers expect. Those see blue first, red last; for red first, turn round the third axis of
    the kernel of conv1_conv.

    Returns:
        A model from pixels to ``outputs`` logits, with layers scale, those of Keras, pool and
        head.
    """
    pixels = keras.Input(input_shape, name="input")
    centred = scaling(input_shape[-1], deviation=(1.0, 1.0, 1.0))(pixels)
    x = backbone(keras.applications.ResNet50, centred).output
    x = layers.GlobalAveragePooling2D(name="pool")(x)
    return keras.Model(pixels, layers.Dense(outputs, name="head")(x), name="resnet50")
