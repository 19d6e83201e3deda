"""The list of runs as a widget: what it shows, what it tells the kernel."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import anywidget
import traitlets

from workbench.panels.scripts import script


class ResultsGrid(anywidget.AnyWidget):
    """One page of runs, with a filter above, and what can be done with those selected.

    Attributes:
        options: the columns there are; changes rarely.
        data: the page in sight and what was asked for.
        selected: ids of runs.
    """

    options = traitlets.Dict().tag(sync=True)
    data = traitlets.Dict().tag(sync=True)
    selected = traitlets.List(traitlets.Unicode()).tag(sync=True)

    def __init__(self, on: Mapping[str, Callable[..., object]], data: dict[str, Any]) -> None:
        made_of = script("dom.js", "results.js")
        super().__init__(_esm=made_of, options={"columns": []}, data=data)
        self._handlers = on
        self.add_class("wb-results-grid")
        self.on_msg(self._receive)

    def show(self, data: dict[str, Any], options: dict[str, Any]) -> None:
        """Replace the page in sight; nothing is sent when nothing changed."""
        with self.hold_sync():
            if options != self.options:
                self.options = options
            if data != self.data:
                self.data = data

    def _receive(self, _: object, content: dict[str, Any], buffers: object) -> None:
        values = dict(content)
        handler = self._handlers.get(str(values.pop("event", "")))
        if handler is not None:
            handler(**values)
