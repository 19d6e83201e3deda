"""What is known of the dataset and the network before a run begins."""

from __future__ import annotations

from workbench.data import Dataset
from workbench.panels.view import View
from workbench.training.config import TrainConfig


class AboutData:
    """The dataset in a few figures.

    Attributes:
        view: what is shown.
    """

    def __init__(self) -> None:
        self.view = View("facts", title="Dataset", facts=[])

    def show(self, dataset: Dataset | None, config: TrainConfig | None) -> None:
        """Show the figures of a dataset; the steps follow from the configuration."""
        if dataset is None:
            return
        splits = ", ".join(f"{len(s):,} {name}" for name, s in dataset.splits.items())
        facts = [
            ["Images", splits],
            ["Classes", f"{len(dataset.labels):,}"],
            ["Size", dataset.image.describe()],
        ]
        if config is not None:
            steps = steps_per_epoch(dataset, config)
            facts.append(["Steps", f"{steps:,} an epoch, {steps * config.epochs:,} in all"])
        self.view.show(title="Dataset", facts=facts)


def steps_per_epoch(dataset: Dataset, config: TrainConfig) -> int:
    """How often the weights change in an epoch."""
    return -(-len(dataset.splits["train"]) // (config.batch_size * config.accumulation))
