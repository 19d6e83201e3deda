"""How many steps a run takes and at what rate each: a function of configuration and wishes.

What people wish of a running run, another rate or more epochs, is an event at the step from which
it holds. So a run that starts again at an earlier checkpoint does the same at the same step. Once
it was started there, a wish may hold from an earlier step than an older one of its kind: the older
one, which lies ahead again, is void.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from workbench.jobs.events import Event
from workbench.training.config import TrainConfig

# What may be changed while a run goes on, as the ``what`` of a change event.
RATE, EPOCHS = "learning_rate", "epochs"


@dataclass(frozen=True)
class _Stretch:
    """Steps over which progress grows evenly, and what the rate is measured by.

    Attributes:
        factor: the policy's where the rate is ``rate``; 0 where the policy says no more.
    """

    step: int
    percent: float
    epochs: float
    rate: float
    factor: float


@dataclass
class Plan:
    """The steps of a run.

    Args:
        config: its configuration.
        steps_per_epoch: whole number.
    """

    config: TrainConfig
    steps_per_epoch: int
    _wishes: dict[str, dict[int, float]] = field(default_factory=lambda: {RATE: {}, EPOCHS: {}})
    _stretches: list[_Stretch] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._lay_out()

    def fold(self, events: Iterable[Event]) -> None:
        """Take the changes among a run's events into account, in the order they were wished."""
        for event in events:
            if event.get("type") == "change":
                self.change(event["what"], event["value"], int(event["step"]))

    def change(self, what: str, value: Any, step: int) -> None:
        """From ``step`` on there is another rate, or another number of epochs in all.

        A new rate holds from that step on and then falls as the policy says. More epochs stretch
        what is left of the schedule; where nothing is left, the rate stays what it was. Older
        wishes of that kind for the same step or later ones are void.
        """
        if what not in (RATE, EPOCHS):
            return
        before = {at: wish for at, wish in self._wishes[what].items() if at < step}
        self._wishes[what] = before | {step: float(value)}
        self._lay_out()

    def _lay_out(self) -> None:
        self._stretches = [_Stretch(0, 0.0, self.config.epochs, self.config.learning_rate, 1.0)]
        for step in sorted({*self._wishes[RATE], *self._wishes[EPOCHS]}):
            self._stretches.append(self._begun(step))

    def _begun(self, step: int) -> _Stretch:
        """The stretch that begins at a step for which something was wished."""
        now, percent = self._stretches[-1], self._percent(step)
        epochs = self._wishes[EPOCHS].get(step, now.epochs)
        wish = self._wishes[RATE].get(step)
        if step == 0:  # as if it were configured so
            return _Stretch(0, 0.0, epochs, now.rate if wish is None else wish, 1.0)
        if wish is None:
            rate, factor = self.rate(step - 1), self._factor(step - 1)
        else:
            rate, factor = wish, self._factor(step)
        return _Stretch(step, percent, epochs, rate, factor if percent < 100 else 0.0)

    @property
    def epochs(self) -> float:
        """Epochs in all."""
        return self._stretches[-1].epochs

    @property
    def total(self) -> int:
        """Steps in all."""
        return max(1, round(self.epochs * self.steps_per_epoch))

    def rate(self, step: int) -> float:
        """The rate of step ``step``, from 0."""
        stretch = self._stretch(step)
        # A policy that has come to its end, or to nothing, says no more: the rate stays.
        return stretch.rate * (self._factor(step) / stretch.factor if stretch.factor else 1.0)

    def rates(self, start: int, stop: int) -> list[float]:
        """The rates of the steps ``start`` to ``stop``."""
        return [self.rate(step) for step in range(start, stop)]

    def _stretch(self, step: int) -> _Stretch:
        return next(s for s in reversed(self._stretches) if s.step <= step)

    def _factor(self, step: int) -> float:
        warm_up = self.config.warm_up * self.steps_per_epoch
        risen = min(1.0, (step + 1) / warm_up) if warm_up else 1.0
        return risen * self.config.policy.factor(self._percent(step))

    def _percent(self, step: int) -> float:
        """How much of the schedule is done when ``step`` steps are."""
        stretch = self._stretch(step)
        left = round(stretch.epochs * self.steps_per_epoch) - stretch.step
        share = (step - stretch.step) / left if left > 0 else 1.0
        return stretch.percent + (100 - stretch.percent) * share if share < 1 else 100.0
