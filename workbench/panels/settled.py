"""Work that follows what somebody types: done when they pause, dropped when they go on."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import TYPE_CHECKING, Generic, TypeVar

from workbench.errors import WorkbenchError

if TYPE_CHECKING:
    from workbench.panels.page import Page

T = TypeVar("T")
Work = Callable[[Callable[[], bool]], T]


class Settled(Generic[T]):
    """Does in the background what was last wanted.

    Work begins when the wish has stayed the same from one tick to the next; what it finds is
    dropped if something else is wanted by then.

    Args:
        page: whose background it is done in.
        then: called when ``result`` or ``problem`` has changed.

    Attributes:
        result: what the work found, None before that.
        problem: why it found nothing, in a sentence.
        busy: whether there is more to come.
    """

    def __init__(self, page: Page, then: Callable[[], object]) -> None:
        self._page, self._then = page, then
        self._key: Hashable = None
        self._turn = 0
        self._waiting: Work[T] | None = None
        self._fresh = False
        self.result: T | None = None
        self.problem = ""
        self.busy = False

    def want(self, key: Hashable, work: Work[T] | None, at_once: bool = False) -> None:
        """Want ``work`` done unless that of the same ``key`` is; None wants nothing.

        The work is given a function that tells whether nobody waits for it any more.
        """
        if work is None:
            key = None
        if key == self._key and not at_once:
            return
        self._key, self._turn = key, self._turn + 1
        self.result, self.problem, self.busy = None, "", work is not None
        self._waiting, self._fresh = work, not at_once

    def knows(self, key: Hashable) -> bool:
        """Whether that is what was last wanted."""
        return key is not None and key == self._key

    def tick(self) -> None:
        """Begin what has been wanted since the last tick."""
        if self._waiting is None:
            return
        if self._fresh:
            self._fresh = False
            return
        work, turn, self._waiting = self._waiting, self._turn, None

        def attempt() -> tuple[T | None, str]:
            try:
                return work(lambda: self._turn != turn), ""
            except WorkbenchError as error:
                return None, str(error)

        self._page.begin(attempt, lambda outcome: self._take(turn, *outcome))

    def drop(self) -> None:
        """Want nothing any more."""
        self.want(None, None)

    def _take(self, turn: int, result: T | None, problem: str) -> None:
        if turn != self._turn:
            return
        self.result, self.problem, self.busy = result, problem, False
        self._then()
