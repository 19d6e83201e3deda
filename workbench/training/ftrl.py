"""FTRL whose weight decay lasts."""

from __future__ import annotations

from typing import Any

import keras
import tensorflow as tf


class Ftrl(keras.optimizers.Ftrl):
    """Keras' FTRL; weight decay is taken off the sum of gradients as well.

    FTRL computes each weight anew from that sum, ``w = -z * rate / sqrt(n)``: what is taken off
    the weight alone is back after the step.
    """

    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        """Change one variable by its gradient."""
        if self.weight_decay and self._use_weight_decay(variable):
            linear = self._linears[self._get_variable_index(variable)]
            share = tf.cast(learning_rate, variable.dtype) * self.weight_decay
            self.assign(linear, linear.value * (1 - share))
        super().update_step(gradient, variable, learning_rate)
