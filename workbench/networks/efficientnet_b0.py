"""EfficientNet-B0 of Keras Applications.

Source: Tan and Le, EfficientNet: Rethinking model scaling for convolutional neural networks, 2019.
"""

from __future__ import annotations

import keras
from keras import layers

from workbench.networks.applications import backbone, scaling


def build(input_shape: tuple[int, int, int], outputs: int) -> keras.Model:
    """Build EfficientNet-B0 for images ``(height, width, channels)`` of 32 pixels a side or more.

    Returns:
        A model from pixels to ``outputs`` logits, with layers scale, those of Keras, pool,
        dropout and head.
    """

    def whole(layer: keras.Layer) -> keras.Layer:
        # Keras' scaling is whole only together with the published weights; ours is by itself.
        if isinstance(layer, layers.Rescaling):
            return scaling(input_shape[-1])
        if isinstance(layer, layers.Normalization):
            return layers.Identity(name="scaled")
        return type(layer).from_config(layer.get_config())

    pixels = keras.Input(input_shape, name="input")
    model = backbone(keras.applications.EfficientNetB0, pixels)
    model = keras.models.clone_model(model, clone_function=whole)
    x = layers.GlobalAveragePooling2D(name="pool")(model.output)
    x = layers.Dropout(0.2, name="dropout")(x)
    return keras.Model(
        model.inputs[0], layers.Dense(outputs, name="head")(x), name="efficientnet-b0"
    )
