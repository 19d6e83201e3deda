"""What the form draws: cards of networks, a schedule, a network's layers, a loss over rates."""

from __future__ import annotations

from pathlib import Path

from workbench.panels.view import View

_SCRIPT = (Path(__file__).parents[1] / "static" / "train_form.js").read_text("utf-8")


class Drawing(View):
    """Shows ``data`` in the manner of ``kind`` (static/train_form.js)."""

    _esm = _SCRIPT
