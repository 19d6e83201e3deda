"""How an object shows itself in a cell: the one place where a call leads up to the screens."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workbench.api.run import Run


def show_run(run: Run) -> None:
    """Display the live page of a run in the current cell."""
    from workbench.panels.app import show_run as show

    show(run)
