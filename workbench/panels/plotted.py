"""Figures that Plotly draws: its library comes when one is in sight, once a page.

With five megabytes in each of them, a page that finds several would take longer to load them than
its manager of widgets waits; and for as long as a library is read, the page waits for nothing else.
Curves therefore ask for the part that draws them, a fifth of it. Plotly's own widget is not used:
its views go on listening when they are gone, and then no view of the figure is updated any more
(plotly 7.1).
"""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Literal

import anywidget
import traitlets

from workbench.panels.scripts import script


class Plotted(anywidget.AnyWidget):
    """A figure that ``static/<name>`` draws.

    Attributes:
        library: what it is drawn with: ``basic`` knows lines, bars and points, ``full`` everything.
    """

    library = traitlets.Enum(("basic", "full"), "basic").tag(sync=True)

    def __init__(self, name: str, library: Literal["basic", "full"] = "basic") -> None:
        super().__init__(_esm=script("drawn.js", name), library=library)
        self.on_msg(self._give_library)

    def _give_library(self, _: object, content: object, __: object) -> None:
        if isinstance(content, dict) and content.get("event") == "library":
            given = _module(self.library)
            self.send({"library": self.library}, buffers=[given])


@cache
def _module(library: str) -> bytes:
    """A library as a module: the part that comes with this package, or all from Plotly's own.

    It looks for a module loader around it; it finds one of its own in here.
    """
    if library == "basic":
        code = (resources.files("workbench.panels") / "static" / "plotly.js").read_bytes()
    else:
        code = (resources.files("plotly") / "package_data" / "plotly.min.js").read_bytes()
    head = b"const made = (function () { const module = { exports: {} }, exports = module.exports;"
    head += b" const define = undefined;\n"
    return head + code + b"\n;return module.exports; }).call(globalThis);\nexport default made;\n"
