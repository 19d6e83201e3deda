"""What the form draws: cards of networks, a schedule, a network's layers, a loss over rates."""

from __future__ import annotations

from workbench.panels.scripts import script
from workbench.panels.view import View


class Drawing(View):
    """Shows ``data`` in the manner of ``kind`` (static/train_form.js)."""

    _esm = script("dom.js", "train_form.js")
