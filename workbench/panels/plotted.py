"""Figures that Plotly draws: its library comes when one is in sight, once a page.

With five megabytes in each of them, a page that finds several would take longer to load them than
its manager of widgets waits. Plotly's own widget is not used: its views go on listening when they
are gone, and then no view of the figure is updated any more (plotly 7.1).
"""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Any

import anywidget

from workbench.panels.scripts import script


class Plotted(anywidget.AnyWidget):
    """A figure that ``static/<name>`` draws."""

    def __init__(self, name: str, **traits: Any) -> None:
        super().__init__(_esm=script("drawn.js", name), **traits)
        self.on_msg(self._give_library)

    def _give_library(self, _: object, content: object, __: object) -> None:
        if isinstance(content, dict) and content.get("event") == "library":
            self.send({"library": True}, buffers=[_library()])


@cache
def _library() -> bytes:
    """The library as its Python package brings it, as a module.

    It looks for a module loader around it; it finds one of its own in here.
    """
    library = (resources.files("plotly") / "package_data" / "plotly.min.js").read_bytes()
    head = b"const made = (function () { const module = { exports: {} }, exports = module.exports;"
    head += b" const define = undefined;\n"
    return (
        head + library + b"\n;return module.exports; }).call(globalThis);\nexport default made;\n"
    )
