"""Solvers by their fixed words, as Keras has them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from workbench.training.config import TrainConfig
from workbench.training.model import policy_of

if TYPE_CHECKING:
    import keras

# Parts of the names of variables that weight decay spares even where they have a kernel's rank.
_SPARED = ("bias", "gamma", "beta", "scale", "embedding")


def build_optimizer(config: TrainConfig, variables: Sequence[keras.Variable]) -> keras.Optimizer:
    """The optimizer of a run for the weights it trains, its own variables made.

    Weight decay is decoupled: a step first takes ``rate * weight_decay`` of each kernel off it.
    With ``ema`` it has variables for the moving averages (:mod:`workbench.training.averages`).
    Where the network computes in float16 it scales the loss, leaves out steps whose gradients
    overflow, and has the solver as ``inner_optimizer``.

    Clipping is not done here: Keras would clip what each device found alone, before adding up.
    """
    import keras

    optimizer = _solver(config)
    optimizer.exclude_from_weight_decay(var_list=[v for v in variables if not decays(v)])
    if policy_of(config.precision) == "mixed_float16":
        optimizer = keras.optimizers.LossScaleOptimizer(optimizer)
    optimizer.build(list(variables))
    return optimizer


def decays(variable: keras.Variable) -> bool:
    """Whether weight decay is meant for a variable: kernels, no biases, scales or embeddings."""
    return len(variable.shape) > 1 and not any(word in variable.name for word in _SPARED)


def _solver(config: TrainConfig) -> keras.Optimizer:
    from keras import optimizers

    from workbench.training.ftrl import Ftrl

    momentum = float(config.momentum)
    kinds: dict[str, tuple[Any, dict[str, Any]]] = {
        "sgd": (optimizers.SGD, {"momentum": momentum}),
        "momentum": (optimizers.SGD, {"momentum": momentum}),
        "nesterov": (optimizers.SGD, {"momentum": momentum, "nesterov": True}),
        "adagrad": (optimizers.Adagrad, {}),
        "adadelta": (optimizers.Adadelta, {}),
        "adam": (optimizers.Adam, {}),
        # Unlike the others it wants a number, and would decay by 0.004 without one.
        "adamw": (optimizers.AdamW, {"weight_decay": float(config.weight_decay)}),
        "rmsprop": (optimizers.RMSprop, {"momentum": momentum}),
        "ftrl": (Ftrl, {}),
        "lion": (optimizers.Lion, {}),
    }
    kind, own = kinds[config.solver]
    common: dict[str, Any] = {
        "learning_rate": float(config.learning_rate),
        "weight_decay": float(config.weight_decay) or None,
    }
    if config.ema:
        common |= {"use_ema": True, "ema_momentum": float(config.ema)}
    return kind(**(common | own))
