"""How an object shows itself in a cell: the one place where a call leads up to the screens."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workbench.api.run import Run
    from workbench.api.sweep import Sweep


def show_run(run: Run) -> None:
    """Display the live page of a run in the current cell."""
    from workbench.panels.app import show_run as show

    show(run)


def show_sweep(sweep: Sweep) -> None:
    """Display the live page of a sweep in the current cell."""
    from workbench.panels.app import show_sweep as show

    show(sweep)
