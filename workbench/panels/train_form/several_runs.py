"""Several runs that differ in some fields, begun at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workbench.panels.guard import guarded
from workbench.panels.sweep_form import SweepForm
from workbench.panels.train_form.host import Host
from workbench.panels.view import View, box
from workbench.sweeps import SweepConfig
from workbench.training.config import TrainConfig

_TITLE = "Several runs"


class SeveralRuns:
    """The form of a sweep, folded away, for fields and ranges that no field here can say.

    Attributes:
        root: what is shown.
        wrong: whether what varies cannot be.
    """

    def __init__(self, host: Host) -> None:
        self._host, self.lock, self.error = host, host.lock, host.error
        self.form: SweepForm | None = None
        self.wrong = False
        self._head = View("more", {"open": self._on_open}, title=_TITLE, told=True)
        self._body = box()
        self._body.add_class("wb-more-body")
        self.root = box(self._head, self._body, kind="wb-more")
        self.root.add_class("wb-part-sweep")

    def look(
        self, base: TrainConfig | None, varied: Mapping[str, tuple[Any, ...]]
    ) -> SweepConfig | None:
        """The sweep of a configuration, if anything varies; what is wrong with it is shown."""
        form = self.form
        active = bool(varied) or (form is not None and form.active)
        found = self._look(base, varied) if base is not None and active else None
        self.wrong = base is not None and active and found is None
        if not active and form is not None and base is not None:
            form.look(base)
        text = "one run" if found is None else self._words(found)
        self._head.show(title=_TITLE, note="" if self.wrong else text, told=True)
        return found

    def _words(self, sweep: SweepConfig) -> str:
        """What is begun, and who keeps it from being as quick as is wished."""
        text = f"{sweep.total:,} runs: {', '.join(sweep.space)}"
        slots = self._host.page.home.queue.slots
        if slots >= sweep.at_once:
            return text
        return f"{text}; the queue on Home lets {slots} train at a time"

    def _look(self, base: TrainConfig, varied: Mapping[str, tuple[Any, ...]]) -> SweepConfig | None:
        # Made where something varies: how many run at a time is chosen there.
        self._make()
        assert self.form is not None
        return self.form.look(base, varied)

    def _make(self) -> None:
        if self.form is None:
            self.form = SweepForm(self._host, self._host.changed)
            self._body.children = (box(box(self.form.root), kind="wb-sides"),)

    @guarded
    def _on_open(self) -> None:
        self._make()
        self._host.changed()
