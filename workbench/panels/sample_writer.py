"""The sample digits being written as files, on the way to a first dataset."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from workbench import samples
from workbench.data import DatasetConfig, ImageFolder, ImageFormat
from workbench.panels.view import View

if TYPE_CHECKING:
    from workbench.panels.page import Page


class SampleWriter:
    """Writes them in the background and shows how far it is.

    Args:
        page: whose background it is done in.
        then: called with the configuration of the dataset they make.
    """

    def __init__(self, page: Page, then: Callable[[DatasetConfig], object]) -> None:
        self._written, self._total = 0, 70_000
        self._progress = View("progress", fraction=0, text="")
        self.widgets = (View("title", text="mnist", status="waiting"), self._progress)
        home = page.home
        page.begin(lambda: samples.mnist(home, self._note), lambda folder: then(mnist(folder)))
        self.refresh()

    def refresh(self) -> None:
        """Show how far it is."""
        text = f"Writing the sample digits as PNG: {self._written:,} of {self._total:,} images"
        self._progress.show(fraction=self._written / self._total, text=text)

    def _note(self, done: int, total: int) -> None:
        self._written, self._total = done, total


def mnist(folder: Path) -> DatasetConfig:
    """The dataset of the sample digits."""
    source = ImageFolder(
        str(folder / "train"), validation_percent=10, test_folder=str(folder / "test")
    )
    image = ImageFormat(width=28, height=28, channels=1)
    return DatasetConfig(name="mnist", source=source, image=image)
