"""A widget that draws what it is told: a table, bars, pictures, a note."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import anywidget
import ipywidgets as widgets
import traitlets

from workbench.panels.scripts import script


class View(anywidget.AnyWidget):
    """Shows ``data`` in the manner of ``kind`` (static/view.js); ``blob`` holds pixels.

    What the person does comes back as an event: its name, and the values that go with it.
    """

    # As text: of a path anywidget would watch the file, and keep every view that was ever made.
    _esm = script("dom.js", "view.js")
    kind = traitlets.Unicode().tag(sync=True)
    data = traitlets.Dict().tag(sync=True)
    blob = traitlets.Bytes().tag(sync=True)

    def __init__(
        self, kind: str, on: Mapping[str, Callable[..., object]] | None = None, **data: Any
    ):
        super().__init__(kind=kind, data=data)
        self._handlers = on or {}
        self.on_msg(self._receive)

    def show(self, blob: bytes | None = None, **data: Any) -> None:
        """Replace what is shown; nothing is sent when nothing changed."""
        with self.hold_sync():
            if blob is not None:
                self.blob = blob
            if data != self.data:
                self.data = data

    def _receive(self, _: object, content: dict[str, Any], buffers: list[Any] | None) -> None:
        values = dict(content)
        handler = self._handlers.get(str(values.pop("event", "")))
        if buffers:
            values["content"] = bytes(buffers[0])
        if handler is not None:
            handler(**values)


class Pulse(anywidget.AnyWidget):
    """Asks for news while a page is looked at; brings the stylesheet with it."""

    _esm = script("pulse.js")
    _css = script("style.css")

    def __init__(self, on_tick: Callable[[], object]) -> None:
        super().__init__()
        self._on_tick = on_tick
        self.on_msg(self._receive)

    def _receive(self, *_: object) -> None:
        try:
            self._on_tick()
        finally:
            self.send({"tock": True})


def note(text: str = "", tone: str = "info") -> View:
    """A sentence; tone is info, hint, ok or error."""
    return View("note", text=text, tone=tone)


def box(*children: widgets.Widget, kind: str = "wb-stack") -> widgets.VBox:
    """Widgets below or beside each other, as the stylesheet has it for ``kind``."""
    made = widgets.VBox(list(children))
    made.add_class(kind)
    return made


def button(
    label: str, on_click: Callable[[], object], *classes: str, tooltip: str = ""
) -> widgets.Button:
    """A button."""
    made = widgets.Button(description=label, tooltip=tooltip or label)
    for name in classes:
        made.add_class(name)
    made.on_click(lambda _: on_click())
    return made


def show_if(widget: widgets.DOMWidget, visible: bool) -> None:
    """Show a widget, or hide it; what it holds stays."""
    widget.layout.display = None if visible else "none"


def close_tree(widget: widgets.Widget) -> None:
    """Close a widget and all within it, their layouts and styles too: nothing is left behind."""
    for child in getattr(widget, "children", ()):
        close_tree(child)
    for name in ("layout", "style"):
        part = getattr(widget, name, None)
        if isinstance(part, widgets.Widget):
            part.close()
    widget.close()
