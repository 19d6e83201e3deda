"""The networks of the catalogue, each a card, the fitting ones first."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import anywidget
import traitlets

from workbench.panels.scripts import script


class Cards(anywidget.AnyWidget):
    """One of many, each with a few words, and a search box over them.

    Args:
        search: called with the words that were typed.

    Attributes:
        value: the name of the chosen one.
        description: what stands over it.
        options: what is listed: ``name, title, facts, about, badge, reason``.
    """

    _esm = script("dom.js", "cards.js")
    value = traitlets.Unicode().tag(sync=True)
    description = traitlets.Unicode().tag(sync=True)
    options = traitlets.List().tag(sync=True)

    def __init__(self, description: str, value: str, search: Callable[[str], object]) -> None:
        super().__init__(description=description, value=value)
        self._search = search
        self.on_msg(self._receive)

    def _receive(self, _: object, content: dict[str, Any], __: object) -> None:
        if content.get("event") == "search":
            self._search(str(content.get("words", "")))
