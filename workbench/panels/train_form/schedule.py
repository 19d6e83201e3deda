"""The learning rate over training, drawn as it will be."""

from __future__ import annotations

from typing import Any

from workbench.panels.train_form.drawing import Drawing
from workbench.training.config import TrainConfig
from workbench.training.plan import Plan

_POINTS = 160


class Schedule:
    """A small curve of the rate of a configuration."""

    def __init__(self) -> None:
        self.view = Drawing("schedule", points=[])

    def show(self, config: TrainConfig, steps_per_epoch: int) -> None:
        """Show the rates of a configuration."""
        self.view.show(**curve(config, steps_per_epoch))


def curve(config: TrainConfig, steps_per_epoch: int) -> dict[str, Any]:
    """What is drawn: epochs and rates, and what to say of them."""
    plan = Plan(config, steps_per_epoch)
    last = plan.total - 1
    count = min(_POINTS, plan.total)
    steps = sorted({round(last * number / max(1, count - 1)) for number in range(count)})
    rates = [plan.rate(step) for step in steps]
    text = f"{rates[0]:.3g} at the start, {max(rates):.3g} at most, {rates[-1]:.3g} at the end"
    return {
        "points": [[step / steps_per_epoch, plan.rate(step)] for step in steps],
        "epochs": config.epochs,
        "text": text,
    }
