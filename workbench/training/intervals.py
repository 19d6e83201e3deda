"""What is due every so many epochs, fractions allowed: a function of the step alone."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Interval:
    """Multiples of ``epochs``, as steps.

    Attributes:
        epochs: passes over the training images between two multiples, more than 0.
        steps_per_epoch: whole number.
    """

    epochs: float
    steps_per_epoch: int

    def due(self, step: int, total: int) -> bool:
        """Whether a multiple is reached at ``step`` of ``total``; the end always is one."""
        if step == 0:
            return False
        nearest = max(1, round(step / (self.epochs * self.steps_per_epoch)))
        numbers = range(max(1, nearest - 1), nearest + 2)
        return step >= total or any(self._step_of(number) == step for number in numbers)

    def next(self, step: int, total: int) -> int:
        """The first multiple after ``step``, at most ``total``."""
        number = max(1, int(step / (self.epochs * self.steps_per_epoch)))
        while self._step_of(number) <= step:
            number += 1
        return min(total, self._step_of(number))

    def _step_of(self, number: int) -> int:
        return max(1, round(number * self.epochs * self.steps_per_epoch))
