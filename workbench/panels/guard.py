"""The one way into every callback: errors are shown, callbacks never run into each other."""

from __future__ import annotations

import functools
import traceback
from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec, Protocol

from workbench.errors import WorkbenchError
from workbench.panels.view import View


class Guarded(Protocol):
    """What has a lock and a place for errors."""

    error: View
    lock: Any


P = ParamSpec("P")


def guarded(
    method: Callable[Concatenate[Any, P], object],
) -> Callable[Concatenate[Any, P], None]:
    """Run a method under its object's lock and show what goes wrong in its ``error`` view.

    Comm messages may arrive on several threads, so every callback takes the lock.
    """

    @functools.wraps(method)
    def call(self: Any, *args: P.args, **kwargs: P.kwargs) -> None:
        with self.lock:
            try:
                method(self, *args, **kwargs)
            except Exception as error:
                show_error(self.error, error)

    return call


def show_error(view: View, error: BaseException) -> None:
    """Show an error: ours as its sentence, any other with its traceback folded."""
    if isinstance(error, WorkbenchError):
        view.show(text=str(error), tone="error")
        return
    details = "".join(traceback.format_exception(error))
    text = f"{type(error).__name__}: {error}"
    view.show(text=text, tone="error", details=details)


def clear_error(view: View) -> None:
    """Take the last error away."""
    view.show(text="", tone="error")
