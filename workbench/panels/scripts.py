"""Scripts of widgets: one module each, which cannot import modules of its own.

So a module is made of files of ``static/`` that stand one after the other.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

_STATIC = Path(__file__).with_name("static")


@cache
def script(*names: str) -> str:
    """The files ``static/<name>``, one after the other: of a module, or of a stylesheet."""
    return "\n".join((_STATIC / name).read_text("utf-8") for name in names)
