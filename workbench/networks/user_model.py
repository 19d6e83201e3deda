"""Networks written as DIGITS' users know them: ``class UserModel(Tower)``.

::

    class UserModel(Tower):

        @model_property
        def inference(self):
            x = layers.Conv2D(20, 5, activation="relu")(self.x * 0.0125)
            x = layers.GlobalAveragePooling2D()(x)
            return layers.Dense(self.nclasses)(x)

        @model_property
        def loss(self):
            return digits.classification_loss(self.inference, self.y)

``inference`` is read once and makes the graph with ``keras.layers`` and ``keras.ops`` out of the
symbolic ``self.x``; ``loss``, if there is one, is read for each step with ``self.inference`` the
raw outputs and ``self.y`` the targets. A list from ``inference`` is the answer, then auxiliary
heads.

What differs from DIGITS, which had TensorFlow 1:

- Weights are those of layers. There is no ``tf.get_variable``, no ``tf.contrib``, no scope and no
  placeholder; functions of ``tf`` cannot take ``self.x``, those of ``keras.ops`` can.
- There is one graph for training and for use, made with ``self.is_training`` true: layers such as
  ``Dropout`` and ``BatchNormalization`` know themselves whether the network is being trained.
- ``self.summaries`` may be appended to and is not read: accuracy and loss are drawn anyway.
- ``loss`` is one value an example or one in all; ``self.x`` is not at hand there. Several losses
  for several optimizers, and ``gradientUpdate``, do not exist.

Source: DIGITS, digits/tools/tensorflow/model.py and utils.py.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import keras


def model_property(function: Callable[[Any], Any]) -> property:
    """A property that is computed when first read and kept from then on."""
    place = f"_kept_{function.__name__}"

    @functools.wraps(function)
    def kept(tower: Any) -> Any:
        if not hasattr(tower, place):
            setattr(tower, place, function(tower))
        return getattr(tower, place)

    return property(kept)


class Tower:
    """Base of the class that describes a network.

    Attributes:
        x: pixels, float32 ``(batch, height, width, channels)``, symbolic.
        y: targets, the numbers of classes ``(batch,)``; None but in ``loss``.
        input_shape: height, width and channels.
        nclasses: how many outputs are needed.
    """

    loss: Any = None

    def __init__(
        self,
        x: Any,
        y: Any,
        input_shape: tuple[int, int, int],
        nclasses: int,
        is_training: bool,
        is_inference: bool,
    ) -> None:
        self.x, self.y = x, y
        self.input_shape, self.nclasses = input_shape, nclasses
        self.is_training, self.is_inference = is_training, is_inference
        self.summaries: list[Any] = []

    @property
    def inference(self) -> Any:
        """The raw outputs."""
        raise NotImplementedError("UserModel has no property inference, which gives the outputs")


Build = Callable[[tuple[int, int, int], int], "keras.Model"]
Loss = Callable[[Any, Any], Any]


def recipe_of(user_model: type[Tower]) -> tuple[Build, Loss | None]:
    """What a class describes: its network, and its loss of targets and raw outputs, if any."""
    built_for = (0, 0, 0)

    def build(input_shape: tuple[int, int, int], outputs: int) -> keras.Model:
        import keras

        nonlocal built_for
        built_for = input_shape
        x = keras.Input(input_shape, name="input")
        tower = user_model(x, None, input_shape, outputs, True, False)
        return keras.Model(x, tower.inference, name="user_model")

    def loss(targets: Any, outputs: Any) -> Any:
        # The outputs are there already, however the class keeps its properties.
        answered = type(user_model.__name__, (user_model,), {"inference": outputs})
        return answered(None, targets, built_for, int(outputs.shape[-1]), True, False).loss

    return build, None if user_model.loss is None else loss


def classification_loss(pred: Any, y: Any) -> Any:
    """Cross-entropy of raw outputs, one value an example."""
    from keras import ops

    losses = ops.log_softmax(ops.cast(pred, "float32"), axis=-1)
    return -ops.take_along_axis(losses, ops.expand_dims(ops.cast(y, "int32"), -1), axis=-1)[..., 0]


def mse_loss(lhs: Any, rhs: Any) -> Any:
    """The mean of squared differences."""
    from keras import ops

    return ops.mean(ops.square(lhs - rhs))


def classification_accuracy(pred: Any, y: Any) -> Any:
    """The share of examples whose greatest output is that of the true class."""
    from keras import ops

    right = ops.equal(ops.argmax(pred, axis=-1), ops.cast(y, "int32"))
    return ops.mean(ops.cast(right, "float32"))
