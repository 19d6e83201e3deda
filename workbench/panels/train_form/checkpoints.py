"""How often a run is measured and kept, and when it ends by itself."""

from __future__ import annotations

from collections.abc import Sequence

import ipywidgets as widgets

from workbench.panels.train_form.part import PlainPart, said
from workbench.panels.view import box
from workbench.training.config import TrainConfig


class Checkpoints(PlainPart):
    """Checkpoints, validation, early stopping and the seed."""

    title = "Checkpoints and validation"
    names = ("snapshot_interval", "validation_interval", "keep_last", "patience", "seed")

    def build(self) -> Sequence[widgets.Widget]:
        """Make the fields."""
        fields = self.inputs
        fields.number(
            "snapshot_interval", "Checkpoint every, epochs",
            "How often the network is kept; fractions are allowed.",
        )  # fmt: skip
        fields.number(
            "validation_interval", "Validate every, epochs",
            "How often validation loss and accuracy are measured; fractions are allowed.",
        )  # fmt: skip
        fields.number(
            "keep_last", "Keep the last", "Checkpoints kept beside the best; 0 keeps all.", True
        )
        fields.number(
            "patience", "Patience, epochs",
            "The run ends after so many epochs without a better validation; 0 is never.",
        )  # fmt: skip
        fields.number(
            "seed", "Seed", "The same seed gives the same run on the same machine.", True, "drawn"
        )
        pairs = (("snapshot_interval", "validation_interval"), ("keep_last", "patience"))
        shown = [box(*(fields[name].root for name in pair), kind="wb-pair") for pair in pairs]
        return (box(box(*shown, fields["seed"].root), kind="wb-sides"),)

    def summary(self, config: TrainConfig) -> str:
        """``kept every epoch, validated every epoch``."""
        return said(
            (True, f"kept every {_epochs(config.snapshot_interval)}"),
            (True, f"validated every {_epochs(config.validation_interval)}"),
            (config.keep_last > 0, f"the last {config.keep_last} and the best stay"),
            (config.patience > 0, f"ends after {_epochs(config.patience)} without progress"),
            (config.seed is not None, f"seed {config.seed}"),
        )


def _epochs(number: float) -> str:
    return "epoch" if number == 1 else f"{number:g} epochs"
