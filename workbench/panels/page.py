"""What every page is: a box with a place for errors, told when to look for news."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import ipywidgets as widgets

from workbench.jobs import Home
from workbench.panels.background import Background
from workbench.panels.guard import clear_error, guarded
from workbench.panels.view import box, close_tree, note

if TYPE_CHECKING:
    from workbench.panels.app import App

T = TypeVar("T")


class Page:
    """A page of the app. Subclasses fill ``body`` and override ``refresh``.

    Attributes:
        root: the page's widget.
        body: what the subclass fills.
        error: where errors of its callbacks show.
        tab: which tab it belongs to, where that is not its own.
    """

    name = ""
    tab = ""

    def __init__(self, app: App) -> None:
        self.app, self.lock = app, app.lock
        self.error = note(tone="error")
        self.body = box()
        self.root = box(self.error, self.body, kind="wb-page")
        if self.name:
            self.root.add_class(f"wb-page-{self.name}")
        self._work: list[Background[Any]] = []

    @property
    def home(self) -> Home:
        """The home that the app shows."""
        return self.app.home

    def fill(self, *children: widgets.Widget) -> None:
        """Replace what the page shows; what it showed before is closed."""
        before = self.body.children
        self.body.children = children
        for child in before:
            if child not in children:
                close_tree(child)

    def begin(self, work: Callable[[], T], then: Callable[[T], object]) -> None:
        """Do ``work`` in a thread and ``then`` on a later tick, with its result."""
        clear_error(self.error)
        self._work.append(Background(work, then))

    def start(self) -> None:
        """Fill the page with what it begins with."""

    @property
    def busy(self) -> bool:
        """Whether something begun has not been taken up."""
        return bool(self._work)

    @guarded
    def tick(self) -> None:
        """Take up what threads have finished and look for news."""
        pending, self._work = self._work, []
        for number, work in enumerate(pending):
            try:
                if not work.poll():
                    self._work.append(work)
            except BaseException:
                self._work += pending[number + 1 :]
                self.failed()
                raise
        self.refresh()

    def refresh(self) -> None:
        """Show what has changed on disk."""

    def failed(self) -> None:
        """Something begun has failed; its error is shown next."""

    def close(self) -> None:
        """Close every widget of the page."""
        close_tree(self.root)
