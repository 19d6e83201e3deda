"""Plotly's library and what draws with it, as one module of a widget."""

from __future__ import annotations

from functools import cache
from importlib import resources
from pathlib import Path

_STATIC = Path(__file__).with_name("static")


@cache
def plotly_module(name: str) -> str:
    """The library as its Python package brings it, before the script ``static/<name>``.

    The library looks for a module loader around it; it finds one of its own in here. Plotly's own
    widget is not used: its views go on listening when they are gone, and then no view of the
    figure is updated any more (plotly 7.1).
    """
    library = (resources.files("plotly") / "package_data" / "plotly.min.js").read_text("utf-8")
    head = "const Plotly = (function () { const module = { exports: {} }, exports = module.exports;"
    head += " const define = undefined;\n"
    tail = "\n;return module.exports; }).call(globalThis);\n"
    return head + library + tail + (_STATIC / name).read_text("utf-8")
