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
import re
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.errors import NetworkError
from workbench.networks import user_model

if TYPE_CHECKING:
    import keras

GIVEN = (
    "keras", "layers", "ops", "tf", "np", "math", "Tower", "model_property", "digits",
)  # fmt: skip

Build = Callable[[tuple[int, int, int], int], "keras.Model"]
Loss = Callable[[Any, Any], Any]

_INHERITED = user_model.Tower.inference
# Modules that DIGITS' networks import; what they held is given.
_OF_DIGITS = ("model", "utils", "digits")
_MOST_TEXT = 300
_COLOUR = re.compile(r"\x1b\[\d*m")
_PLAIN = (NameError, AttributeError, TypeError, ValueError, ImportError, NotImplementedError)


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
    with _blaming(filename):
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
    return {"__name__": __name__, **dict(zip(GIVEN, values, strict=True))}


def _found(names: dict[str, Any]) -> tuple[Build, Loss | None, int | None]:
    """The functions of a network, and the line where it is defined."""
    build, user = names.get("build"), names.get("UserModel")
    if callable(build):
        loss = names.get("loss")
        line = getattr(getattr(build, "__code__", None), "co_firstlineno", None)
        return build, loss if callable(loss) else None, line
    if isinstance(user, type) and issubclass(user, user_model.Tower):
        return user_model.build_of(user), user_model.loss_of(user), _line_of(user)
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
        with _blaming(filename):
            model = build(input_shape, outputs)
        _check_model(model, input_shape, outputs, line)
        if loss is not None:
            with _blaming(filename):
                _check_loss(loss, outputs)
        return model

    return checked


def _check_model(
    model: Any, input_shape: tuple[int, int, int], outputs: int, line: int | None
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
    if not model.trainable_weights:
        raise NetworkError(
            "the network has no weights to train; those of keras.layers are, variables of "
            "other kinds are not",
            line,
        )


def _check_loss(loss: Loss, outputs: int) -> None:
    """Try the loss on two examples, so that an error names its line before training begins."""
    from keras import ops

    value = _per_example(loss)(ops.zeros((2,), "int64"), ops.zeros((2, outputs)))
    if tuple(value.shape) != (2,):
        shape = tuple(value.shape)
        raise NetworkError(f"the loss of 2 examples has shape {shape}, one value each is needed")


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


@contextmanager
def _blaming(filename: str) -> Iterator[None]:
    """Turn what the person's code raises into an error that knows its line."""
    try:
        yield
    except NetworkError:
        raise
    except (Exception, SystemExit) as error:
        if isinstance(error, SyntaxError) and error.filename == filename:
            raise NetworkError(error.msg, error.lineno) from error
        lines = [
            line
            for frame, line in traceback.walk_tb(error.__traceback__)
            if frame.f_code.co_filename == filename
        ]
        raise NetworkError(_words(error), lines[-1] if lines else None) from error


def _words(error: BaseException) -> str:
    """The sentence of an error that says most."""
    lines = [line.strip() for line in _COLOUR.sub("", str(error)).splitlines()]
    lines = [line for line in lines if line and not line.startswith("Exception encountered")]
    kind = type(error).__name__
    if isinstance(error, ModuleNotFoundError) and error.name in _OF_DIGITS:
        return f"there is no {error.name} to import; Tower, model_property and digits are given"
    if not lines:
        return kind
    text = lines[0][:_MOST_TEXT]
    return text if isinstance(error, _PLAIN) else f"{kind}: {text}"
