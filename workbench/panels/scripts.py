"""Scripts of widgets: one module each, which cannot import modules of its own.

So a module is made of files of ``static/`` that stand one after the other.
"""

from __future__ import annotations

from functools import cache
from importlib import resources
from pathlib import Path

_STATIC = Path(__file__).with_name("static")


@cache
def script(*names: str) -> str:
    """The files ``static/<name>``, one after the other: of a module, or of a stylesheet."""
    return "\n".join((_STATIC / name).read_text("utf-8") for name in names)


@cache
def plotly_script(name: str) -> str:
    """Plotly's library as its Python package brings it, and ``static/<name>`` that draws with it.

    The library looks for a module loader around it; it finds one of its own in here. Plotly's own
    widget is not used: its views go on listening when they are gone, and then no view of the
    figure is updated any more (plotly 7.1).
    """
    library = (resources.files("plotly") / "package_data" / "plotly.min.js").read_text("utf-8")
    head = "const Plotly = (function () { const module = { exports: {} }, exports = module.exports;"
    head += " const define = undefined;\n"
    tail = "\n;return module.exports; }).call(globalThis);\n"
    return head + library + tail + script("drawn.js", name)
