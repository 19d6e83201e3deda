"""What every run needs: dataset, length, batch and rate, a name, and where it runs."""

from __future__ import annotations

import importlib.util
from typing import Any

from workbench import runners
from workbench.api.homes import default_runner
from workbench.jobs import LIVE, Home
from workbench.panels import fields as f
from workbench.panels.train_form.inputs import digits
from workbench.panels.train_form.several import several
from workbench.training.config import TrainConfig

_RUNNERS = [
    ("This kernel", "kernel",
     "The trained network is at hand in your cells; the run ends with the kernel."),
    ("Its own process", "process",
     "Goes on when the kernel restarts or the page is closed; gives its memory back."),
    ("Ray cluster", "ray", "On as many machines as the cluster has."),
]  # fmt: skip


class Basics:
    """The fields that are always in sight."""

    def __init__(self, home: Home) -> None:
        found = [s for s in home.summaries("dataset") if s.status == "done" or s.status in LIVE]
        self.tasks = {s.id: s.config.get("task", "classification") for s in found}
        named = [(s.name if s.status == "done" else f"{s.name}, being made", s.id) for s in found]
        self.dataset = f.select("dataset", "Dataset", named, "What the network learns from.")
        self.epochs = f.number(
            "epochs", "Epochs", tooltip="Passes over the training images, 1 or more."
        )
        self.batch_size = f.number(
            "batch_size", "Batch size, images",
            tooltip="Images a step, 1–65,536; more need more memory. Several, such as 32, 64, "
            "make a run of each.",
        )  # fmt: skip
        self.learning_rate = f.number(
            "learning_rate", "Learning rate",
            tooltip="How far each step goes. Lower it when the loss jumps. Several, such as "
            "0.1, 0.01, make a run of each.",
        )  # fmt: skip
        self.name = f.text(
            "name", "Name", hint="the network's and a number",
            tooltip="What the run is called in lists and in code.",
        )  # fmt: skip
        self.group = f.text("group", "Group", hint="none", tooltip="A heading to list it under.")
        offered = [entry for entry in _RUNNERS if _there(entry[1])]
        self.runner = f.choice(
            "runner", "Run in", [(title, key) for title, key, _ in offered], default_runner()
        )
        self.runner.control.tooltips = [about for *_, about in offered]
        self.fields = [
            self.dataset, self.epochs, self.batch_size, self.learning_rate, self.name, self.group,
            self.runner,
        ]  # fmt: skip

    def values(self) -> dict[str, Any]:
        """Dataset, task and the first of the numbers of each field.

        Raises:
            InvalidValue: a field is empty.
        """
        return {
            "dataset": self.dataset.value,
            "task": self.tasks[self.dataset.value],
            "epochs": several(self.epochs, whole=True)[0],
            "batch_size": several(self.batch_size, whole=True)[0],
            "learning_rate": several(self.learning_rate)[0],
        }

    def varied(self) -> dict[str, tuple[Any, ...]]:
        """Fields that hold several numbers, each a run of its own.

        Raises:
            InvalidValue: a field is empty.
        """
        fields = ((self.epochs, True), (self.batch_size, True), (self.learning_rate, False))
        found = {field.name: tuple(several(field, whole)) for field, whole in fields}
        return {name: numbers for name, numbers in found.items() if len(numbers) > 1}

    def fill(self, config: TrainConfig) -> None:
        """Fill the fields; a dataset that is not there is left as it is."""
        if config.dataset in self.tasks:
            self.dataset.value = config.dataset
        self.epochs.value = digits(config.epochs)
        self.batch_size.value = digits(config.batch_size)
        self.learning_rate.value = digits(config.learning_rate)


def _there(runner: str) -> bool:
    if runner not in runners.RUNNERS:
        return False
    return runner != "ray" or importlib.util.find_spec("ray") is not None
