"""What the parts of the form ask of the form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from workbench.data import Dataset
from workbench.panels.view import View
from workbench.training.config import TrainConfig

if TYPE_CHECKING:
    from workbench.panels.page import Page


class Host(Protocol):
    """The form as its parts see it."""

    lock: Any
    error: View

    @property
    def page(self) -> Page:
        """The page that the form stands on."""

    def changed(self) -> None:
        """Look at what was entered, show what it leads to and what is wrong with it."""

    def allow(self, config: TrainConfig) -> None:
        """Let this home execute the code of a configuration, if a person has said so here."""

    def judge(self) -> None:
        """Let a run start, or not, after something was found in the background."""

    def enter(self) -> None:
        """Start, if everything is right."""

    def use_batch(self, size: int) -> None:
        """Put a batch size into its field."""

    def use_rate(self, rate: float) -> None:
        """Put a learning rate into its field."""

    def propose(self) -> None:
        """Put what suits network and solver into its fields unless the person has put others."""

    def steps_per_epoch(self, config: TrainConfig) -> int:
        """How many steps an epoch of the chosen dataset has."""

    @property
    def data(self) -> Dataset | None:
        """The dataset that is chosen."""
