"""Which values the next run gets: of a grid, drawn, or chosen by what the others gave."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from typing import Protocol

from workbench.sweeps import space
from workbench.sweeps.config import SweepConfig
from workbench.sweeps.space import Values
from workbench.sweeps.trials import Trial


class Method(Protocol):
    """Gives the values of the runs of a sweep, one after the other."""

    def values(self, number: int, trials: Sequence[Trial]) -> Values:
        """The values of run ``number``, counted from 1, given the runs before it.

        They follow from the configuration and the runs alone, so a sweep that goes on after a
        kill chooses what it would have chosen.
        """


class Planned:
    """All values are known from the beginning: grid and random."""

    def __init__(self, config: SweepConfig) -> None:
        self._plan = (
            list(islice(space.grid(config.space), config.total))
            if config.method == "grid"
            else space.random(config.space, config.total, config.seed or 0)
        )

    def values(self, number: int, trials: Sequence[Trial]) -> Values:
        """The values of run ``number``."""
        return self._plan[number - 1]


def method(config: SweepConfig) -> Method:
    """The method of a sweep.

    Raises:
        MissingExtra: it is Bayesian and Optuna is not installed.
    """
    if config.method == "bayesian":
        from workbench.sweeps.bayesian import Bayesian

        return Bayesian(config)
    return Planned(config)
