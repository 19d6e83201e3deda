"""Moving averages of the weights.

Keras makes their variables and would keep them in the middle of a step, before what holds a weight
back, a constraint or a gentler rate, was applied. Here a step's end is what counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import keras
    import tensorflow as tf


class Averages:
    """The averages that an optimizer was built with, if any; from now on they are kept here.

    Args:
        optimizer: built for ``weights``.
        weights: what it trains, in its order.
    """

    def __init__(self, optimizer: keras.Optimizer, weights: Sequence[keras.Variable]) -> None:
        # Where the loss is scaled, the solver that has the averages is within.
        self._solver = getattr(optimizer, "inner_optimizer", optimizer)
        kept = getattr(self._solver, "_model_variables_moving_average", None)
        self._solver.use_ema = False
        self.pairs = [] if kept is None else list(zip(weights, kept, strict=True))

    def steps(self) -> tf.Tensor:
        """How many steps the solver has done, to be asked before the next."""
        import tensorflow as tf

        return tf.identity(self._solver.iterations.value)

    def follow(self, before: tf.Tensor) -> None:
        """Take the weights in as they are after a step.

        A step that was left out, since its gradients overflowed, leaves the averages too.

        Args:
            before: what :meth:`steps` gave before the step.
        """
        import tensorflow as tf

        if not self.pairs:
            return
        done = self._solver.iterations.value > before
        # The first weights are the first average.
        momentum = tf.where(before > 0, self._solver.ema_momentum, 0.0)
        kept = tf.where(done, momentum, 1.0)
        for weight, average in self.pairs:
            share = tf.cast(kept, weight.dtype)
            average.assign(share * average.value + (1 - share) * weight.value)
