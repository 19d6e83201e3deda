"""Find a rate: the loss over rising learning rates, and which one to begin with."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from workbench.data import Dataset
from workbench.errors import WorkbenchError
from workbench.networks.loading import load_keras
from workbench.panels import format as fmt
from workbench.panels.guard import guarded
from workbench.panels.settled import Settled
from workbench.panels.train_form.drawing import Drawing
from workbench.panels.train_form.host import Host
from workbench.panels.view import View, box, button, note
from workbench.training.config import TrainConfig

if TYPE_CHECKING:
    from workbench.training.lr_finder import LrCurve

_STEPS = 100
# How much of an exploding loss is drawn, over the loss at the start.
_HIGHEST = 1.3


class _Cancelled(WorkbenchError):
    """Nobody waits for it any more."""


class RateFinder:
    """Trains a hundred steps in the background, at ever higher rates; no run is made.

    Attributes:
        root: what is shown.
    """

    def __init__(self, host: Host) -> None:
        self._host, self.lock, self.error = host, host.lock, host.error
        self._settled = Settled["LrCurve"](host.page, self._show)
        self._config: TrainConfig | None = None
        self._done = 0
        self._find = button(
            "Find a rate", self._on_find, "wb-find-rate",
            tooltip=f"Train {_STEPS} steps at rising rates and see where the loss falls fastest",
        )  # fmt: skip
        self._cancel = button("Cancel", self._on_cancel, "wb-cancel-rate")
        self._use = button("Use it", self._on_use, "wb-use-rate")
        self._progress = View("progress", fraction=None, text="")
        self._problem = note(tone="error")
        self._curve = Drawing("rates", points=[])
        self._card = box(
            View("heading", text="A rate to begin with"),
            box(self._find, self._cancel, self._use, kind="wb-row"),
            self._progress,
            self._problem,
            self._curve,
        )
        self._card.add_class("wb-panel")
        self.root = self._card
        self._show()

    def offer(self, config: TrainConfig | None) -> None:
        """Take up another configuration; what was found for the last one stays in sight."""
        self._config = config
        self._find.disabled = config is None or self._settled.busy

    def tick(self) -> None:
        """Begin what is wanted, and show how far it is."""
        self._settled.tick()
        if self._settled.busy:
            self._show_progress()

    def failed(self) -> None:
        """The search has failed; its error is shown at the top of the page."""
        self._settled.drop()
        self._show()

    def _work(self, config: TrainConfig, dataset: Dataset) -> Callable[..., LrCurve]:
        def work(stale: Callable[[], bool]) -> LrCurve:
            load_keras()
            from workbench.training.lr_finder import find_learning_rate

            def progress(done: int, _: int) -> None:
                self._done = done
                if stale():
                    raise _Cancelled

            return find_learning_rate(config, dataset, _STEPS, progress)

        return work

    def _show(self) -> None:
        busy, found = self._settled.busy, self._settled.result
        self._find.layout.display = "none" if busy else None
        self._cancel.layout.display = None if busy else "none"
        self._find.disabled = self._config is None
        suggestion = found.suggestion if found is not None else None
        self._use.layout.display = "none" if busy or suggestion is None else None
        self._problem.show(text=self._settled.problem, tone="error")
        self._show_progress()
        if busy:
            self._curve.show(points=[])
        elif found is not None:
            self._show_curve(found)

    def _show_progress(self) -> None:
        if not self._settled.busy:
            self._progress.show(fraction=None, text="")
            return
        text = f"{fmt.count(self._done)} of {_STEPS} steps" if self._done else "Building …"
        self._progress.show(fraction=self._done / _STEPS, text=text)

    def _show_curve(self, found: LrCurve) -> None:
        if found.suggestion is None:
            text = "The loss falls nowhere; try another solver or network."
        else:
            text = f"Loss over the rate. {found.suggestion:.2g} is a good rate to begin with."
            self._use.description = f"Use {found.suggestion:.2g}"
        # What explodes at the end would flatten what matters.
        top = _HIGHEST * found.smoothed[0] if found.smoothed else 0.0
        curve = zip(found.rates, found.smoothed, strict=True)
        points = [[float(rate), min(float(loss), top)] for rate, loss in curve]
        self._curve.show(points=points, suggestion=found.suggestion, text=text)

    @guarded
    def _on_find(self) -> None:
        config, dataset = self._config, self._host.data
        if config is None or dataset is None:
            return
        self._done = 0
        self._host.allow(config)
        self._settled.want(repr(config), self._work(config, dataset), at_once=True)
        self._show()

    @guarded
    def _on_cancel(self) -> None:
        self._settled.drop()
        self._show()

    @guarded
    def _on_use(self) -> None:
        found = self._settled.result
        if found is not None and found.suggestion is not None:
            self._host.use_rate(float(f"{found.suggestion:.2g}"))
