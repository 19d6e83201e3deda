"""Solvers by their fixed words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.training.config import TrainConfig

if TYPE_CHECKING:
    import keras


def build_optimizer(config: TrainConfig, model: keras.Model) -> keras.Optimizer:
    """The optimizer of a run, with its variables made."""
    import keras

    optimizer = keras.optimizers.SGD(float(config.learning_rate), momentum=config.momentum)
    optimizer.build(model.trainable_variables)
    return optimizer
