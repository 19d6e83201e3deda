"""When the stages of the backbone begin to be trained: by whole steps, however many a call does."""

from __future__ import annotations

import math
from fractions import Fraction

from workbench.training.start import Start


def thaws(start: Start, steps_per_epoch: int) -> tuple[int, ...]:
    """The step, from 0, at which each stage begins to be trained; none if it never is.

    That is the first one at or after the stage's epoch.
    """
    if start.frozen == -1:
        return ()
    # As it was written: the float for 0.4 is a little more, and would begin a step late.
    frozen = Fraction(str(start.frozen))
    return tuple(math.ceil((frozen + stage) * steps_per_epoch) for stage in range(start.stages))


def begun(start: Start, steps_per_epoch: int, step: int) -> int:
    """How many stages are trained at a step."""
    return sum(thaw <= step for thaw in thaws(start, steps_per_epoch))


def at_first(start: Start) -> int:
    """How many stages are trained from the first step on, however many steps an epoch has."""
    return begun(start, 1, 0)
