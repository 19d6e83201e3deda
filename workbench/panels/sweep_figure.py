"""The figure of a sweep: its fields against the result, and the best result so far."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import traitlets

from workbench.panels.plotted import Plotted
from workbench.sweeps import Range, SweepConfig, Trial, Trials, best, best_so_far
from workbench.sweeps.spelling import spell, spelled

_MOST_CHOICES_NAMED = 12


class SweepFigure(Plotted):
    """Parallel coordinates above, a line a run; below it the best result after each run.

    Attributes:
        figure: what is shown: ``axes`` with the values of each run, ``results`` and ``steps``.
    """

    figure = traitlets.Dict(
        {"axes": [], "results": [], "ended": [], "best": [], "best_at": None}
    ).tag(sync=True)

    def __init__(self) -> None:
        super().__init__("sweep_figure.js", library="full")
        self.add_class("wb-sweep-figure")

    def show(self, config: SweepConfig, trials: Sequence[Trial], noted: Trials) -> None:
        """Show the runs that have a result; those that ended make the line of the best."""
        measured = [trial for trial in trials if trial.objective is not None]
        ended = [trial for trial in noted.ended if trial.objective is not None]
        monitor = config.monitor
        leader = best(ended, monitor)
        figure = {
            "axes": [
                axis(field, options, [trial.values[field] for trial in measured])
                for field, options in config.space.items()
            ],
            "results": [trial.objective for trial in measured],
            "objective": monitor.name.replace("_", " "),
            "percent": "accuracy" in monitor.name,
            "higher": monitor.higher_is_better,
            "ended": [trial.objective for trial in ended],
            "best": best_so_far(ended, monitor),
            "best_at": None if leader is None else ended.index(leader),
            "best_name": "" if leader is None else f"best: run {leader.number}",
            "texts": [f"run {trial.number}: {spelled(trial.values)}" for trial in ended],
        }
        if figure != self.figure:
            self.figure = figure


def axis(field: str, options: tuple[Any, ...] | Range, values: Sequence[Any]) -> dict[str, Any]:
    """One axis: where each run crosses it, and what is written along it.

    Values of a list stand at equal distances, numbers in ascending order; those of a range where
    they belong, by their logarithm where they were drawn so.
    """
    if not isinstance(options, Range):
        numbers = all(isinstance(v, int | float) and not isinstance(v, bool) for v in options)
        places = sorted(options) if numbers else list(options)
        step = math.ceil(len(places) / _MOST_CHOICES_NAMED)
        named = range(0, len(places), step)
        return {
            "label": field,
            "values": [places.index(value) for value in values],
            "range": [0, max(1, len(places) - 1)],
            "ticks": list(named),
            "texts": [spell(places[place]) for place in named],
        }
    if not options.log:
        return {"label": field, "values": list(values), "range": [options.low, options.high]}
    low, high = math.log10(options.low), math.log10(options.high)
    powers = list(range(math.ceil(low), math.floor(high) + 1))
    ticks: list[float] = list(powers) if len(powers) > 1 else [low, high]
    return {
        "label": field,
        "values": [math.log10(value) for value in values],
        "range": [low, high],
        "ticks": ticks,
        "texts": [f"{10**tick:.3g}" for tick in ticks],
    }
