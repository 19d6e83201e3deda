"""Asking once before something is destroyed, naming what goes."""

from __future__ import annotations

from collections.abc import Callable

from workbench.panels.view import View, box, button, close_tree


class Confirm:
    """A place where a question appears with a button that does it and one that does not."""

    def __init__(self) -> None:
        self.root = box()

    def ask(self, question: str, label: str, do: Callable[[], object]) -> None:
        """Ask; ``do`` is called when the person agrees."""
        self.clear()

        def agreed() -> None:
            self.clear()
            do()

        buttons = box(
            button(label, agreed, "wb-danger", "wb-confirm"),
            button("Keep", self.clear, "wb-keep"),
            kind="wb-row",
        )
        self.root.children = (View("note", text=question, tone="info", reveal=True), buttons)

    def clear(self) -> None:
        """Take the question away."""
        before, self.root.children = self.root.children, ()
        for child in before:
            close_tree(child)
