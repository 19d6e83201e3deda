"""Networks that people write: source text becomes a recipe.

The text defines ``build(input_shape, outputs) -> keras.Model``, and ``loss(targets, outputs)`` if
it has one of its own; or ``class UserModel(Tower)`` (``workbench/networks/user_model.py``). The
names in :data:`GIVEN` need no import.

:func:`compile_network` executes the text with all rights of this process. It is the only place
that does so; whoever calls it has made sure that a person wants it.
"""

from __future__ import annotations

import hashlib
import inspect
import linecache
import math
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.errors import NetworkError
from workbench.networks import user_model
from workbench.networks.blaming import blaming
from workbench.networks.user_model import Build, Loss

if TYPE_CHECKING:
    import keras

GIVEN = (
    "keras", "layers", "ops", "tf", "np", "math", "Tower", "model_property", "digits",
)  # fmt: skip

_INHERITED = user_model.Tower.inference


@dataclass(frozen=True)
class Recipe:
    """How a network is made.

    Attributes:
        build: gives a model from raw pixels to raw outputs; further outputs are auxiliary heads.
        loss: the network's own, of targets and raw outputs, one value an example; or None.
    """

    build: Build
    loss: Loss | None = None


def compile_network(source: str) -> Recipe:
    """Execute the text of a network and find its recipe.

    Raises:
        NetworkError: it cannot be understood or executed, or defines no network; the recipe's
            ``build`` raises it for what goes wrong there, and for a model that does not fit.
    """
    filename = f"<network {hashlib.sha256(source.encode('utf-8', 'replace')).hexdigest()[:12]}>"
    with blaming(filename):
        code = compile(source, filename, "exec", dont_inherit=True)
        # Tracebacks quote it, and TensorFlow reads it to put conditions into the graph.
        linecache.cache[filename] = len(source), None, source.splitlines(True), filename
        names = _given()
        exec(code, names)  # noqa: S102 - the one place where a person's code is executed
    build, loss, line = _found(names)
    return Recipe(_checked(build, loss, filename, line), _per_example(loss) if loss else None)


def _given() -> dict[str, Any]:
    import keras
    import tensorflow as tf

    # In the order of GIVEN. The module's name is one that can be imported: dataclasses look it up.
    values = (
        keras, keras.layers, keras.ops, tf, np, math,
        user_model.Tower, user_model.model_property, user_model,
    )  # fmt: skip
    return {"__name__": __name__, "print": _print, **dict(zip(GIVEN, values, strict=True))}


def _print(*values: Any, file: Any = None, **options: Any) -> None:
    """What the person's code prints is no result: a command's output may be read as JSON."""
    print(*values, file=file or sys.stderr, **options)


def _found(names: dict[str, Any]) -> tuple[Build, Loss | None, int | None]:
    """The functions of a network, and the line where it is defined."""
    build, user = names.get("build"), names.get("UserModel")
    if callable(build):
        loss = names.get("loss")
        line = getattr(getattr(build, "__code__", None), "co_firstlineno", None)
        return build, loss if callable(loss) else None, line
    if isinstance(user, type) and issubclass(user, user_model.Tower):
        return *user_model.recipe_of(user), _line_of(user)
    raise NetworkError(
        "the code defines no network; write def build(input_shape, outputs) that returns a "
        "keras.Model, or class UserModel(Tower)"
    )


def _line_of(user: type[user_model.Tower]) -> int | None:
    """Where the class says what its outputs are."""
    function = inspect.unwrap(getattr(user.inference, "fget", user.inference))
    return function.__code__.co_firstlineno if user.inference is not _INHERITED else None


def _checked(build: Build, loss: Loss | None, filename: str, line: int | None) -> Build:
    def checked(input_shape: tuple[int, int, int], outputs: int) -> keras.Model:
        with blaming(filename):
            model = build(input_shape, outputs)
        _check_model(model, input_shape, outputs, loss, line)
        if loss is not None:
            with blaming(filename):
                _check_loss(loss, outputs)
        return model

    return checked


def _check_model(
    model: Any, input_shape: tuple[int, int, int], outputs: int, loss: Loss | None, line: int | None
) -> None:
    import keras

    if not isinstance(model, keras.Model):
        raise NetworkError(f"build must return a keras.Model, got {model!r:.80}", line)
    if not isinstance(model, keras.Sequential) and not hasattr(model, "operations"):
        raise NetworkError(
            "the layers of a model with a call method of its own cannot be seen; return "
            "keras.Model(inputs, outputs) or keras.Sequential",
            line,
        )
    if not model.built or not getattr(model, "inputs", None):
        raise NetworkError("the model has no input; begin it with keras.Input(input_shape)", line)
    taken, wanted = [tuple(tensor.shape) for tensor in model.inputs], (None, *input_shape)
    if len(taken) != 1 or taken[0] != wanted:
        shapes = ", ".join(map(str, taken))
        raise NetworkError(f"the input has shape {shapes}, the images are {wanted}", line)
    for tensor in model.outputs:
        if tuple(tensor.shape) != (None, outputs):
            raise NetworkError(
                f"the output has shape {tuple(tensor.shape)}, {outputs} outputs are needed: "
                f"(None, {outputs})",
                line,
            )
    if loss is None and _ends_in_softmax(model):
        raise NetworkError(
            "the network ends in softmax, which is part of the loss; leave it out, outputs are raw",
            line,
        )
    if not model.trainable_weights:
        raise NetworkError(
            "the network has no weights to train; those of keras.layers are, variables of "
            "other kinds are not",
            line,
        )


def _ends_in_softmax(model: Any) -> bool:
    operation = model.outputs[0]._keras_history.operation
    kind = getattr(operation, "activation", None)
    names = (getattr(kind, "__name__", ""), type(kind).__name__, type(operation).__name__)
    return "softmax" in [name.casefold() for name in names]


def _check_loss(loss: Loss, outputs: int) -> None:
    """Try the loss on two examples, so that an error names its line before training begins.

    Then once more in a graph, which is how it is trained with.
    """
    import tensorflow as tf
    from keras import ops

    tried = _per_example(loss)
    targets, raw = ops.zeros((2,), "int64"), ops.zeros((2, outputs))
    shape = tuple(tried(targets, raw).shape)
    if shape != (2,):
        raise NetworkError(f"the loss of 2 examples has shape {shape}, one value each is needed")
    tf.function(tried)(targets, raw)


def _per_example(loss: Loss) -> Loss:
    """A loss with one value an example; a single value counts for each of them."""

    def per_example(targets: Any, outputs: Any) -> Any:
        from keras import ops

        value = ops.convert_to_tensor(loss(targets, outputs))
        rank = len(value.shape)
        if rank == 0:
            return ops.broadcast_to(value, (ops.shape(outputs)[0],))
        return ops.mean(value, axis=tuple(range(1, rank))) if rank > 1 else value

    return per_example
