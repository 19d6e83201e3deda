"""What people wish of a run while it goes on: another rate, more epochs, a snapshot, a pause.

Each wish that is obeyed is a ``change`` event at the step from which it holds: a mark on the curve,
and the reason why a run that starts again does the same (see :mod:`workbench.training.plan`).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from workbench.errors import InvalidValue, NotFound
from workbench.jobs import Command, JobContext
from workbench.training.config import MAX_EPOCHS
from workbench.training.plan import EPOCHS, RATE, Plan
from workbench.training.watch import Watch
from workbench.validation import check_range

WISHES = ("learning_rate", "extend", "snapshot", "watch", "pause", "resume")


def check_rate(value: Any) -> float:
    """A learning rate as a run takes it.

    Raises:
        InvalidValue: it is none.
    """
    check_range("learning_rate", value, 1e-9, 1000)
    return float(value)


def check_more(value: Any, epochs: float) -> float:
    """How many epochs there are in all after ``value`` more.

    Raises:
        InvalidValue: they are not more, or too many.
    """
    check_range("epochs", value, 0.01, MAX_EPOCHS - epochs, "more")
    return epochs + value


class Control:
    """Obeys the wishes put to one run.

    Args:
        context: where they arrive, and the events go.
        plan: what they change.
        save: write a checkpoint now.
        watch: look at other layers, or another image, from now on.
    """

    def __init__(
        self,
        context: JobContext,
        plan: Plan,
        save: Callable[[], None],
        watch: Callable[[Watch], None],
    ) -> None:
        self._context, self._plan, self._save, self._watch = context, plan, save, watch

    def obey(self, step: int, epoch: float) -> bool:
        """Do what was wished since the last call; tell whether to stop.

        Returns only when the run is not paused.
        """
        paused = False
        while not self._context.stop_requested():
            for wish in self._context.wishes():
                paused = self._obey(wish, step, epoch, paused)
            if not paused:
                return False
            self._context.rest()
        return True

    def _obey(self, wish: Command, step: int, epoch: float, paused: bool) -> bool:
        """Obey one wish; tell whether the run is paused after it."""
        try:
            if wish.name == "learning_rate":
                self._change(RATE, check_rate(wish.values.get("value")), step, epoch)
            elif wish.name == "extend":
                epochs = check_more(wish.values.get("epochs"), self._plan.epochs)
                self._change(EPOCHS, epochs, step, epoch)
            elif wish.name == "snapshot":
                self._save()
            elif wish.name == "watch":
                self._watch(Watch.from_dict(wish.values))
            elif wish.name == "pause" and not paused:
                self._save()
                self._tell("paused", step, epoch)
                self._context.lend_turn()
                return True
            elif wish.name == "resume" and paused:
                self._context.take_turn()
                self._tell("running", step, epoch)
                return False
        except (InvalidValue, NotFound) as error:
            self._context.log(f"refused: {error}", "warning")
        return paused

    def _change(self, what: str, value: float, step: int, epoch: float) -> None:
        assert math.isfinite(value)
        self._plan.change(what, value, step)
        self._context.emit("change", sync=True, what=what, value=value, step=step, epoch=epoch)

    def _tell(self, status: str, step: int, epoch: float) -> None:
        self._context.emit("status", sync=True, status=status, step=step, epoch=epoch, paused=True)
