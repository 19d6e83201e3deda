"""Work too long for a click: done in a thread, taken up by the next tick."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Background(Generic[T]):
    """Runs ``work`` in a thread. Only whoever polls touches widgets, never the thread."""

    def __init__(self, work: Callable[[], T], then: Callable[[T], object]) -> None:
        self._work, self._then = work, then
        self._result: T | None = None
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="workbench-panel", daemon=True)
        self._thread.start()

    def poll(self) -> bool:
        """Take the result up if it is there; tell whether it was.

        Raises:
            whatever the work raised.
        """
        if self._thread.is_alive():
            return False
        if self._error is not None:
            raise self._error
        self._then(self._result)  # type: ignore[arg-type]
        return True

    def join(self, timeout: float | None = None) -> None:
        """Wait for the thread, at most so many seconds."""
        self._thread.join(timeout)

    def _run(self) -> None:
        try:
            self._result = self._work()
        except BaseException as error:
            self._error = error
