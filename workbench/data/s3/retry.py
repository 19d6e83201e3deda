"""Making a request again while there is hope."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

from workbench.data.s3.connection import Limits
from workbench.data.s3.errors import dialect, passing

Answer = TypeVar("Answer")


class GaveUp(Exception):  # noqa: N818 - nothing went wrong: nobody waits for the answer
    """Raised where an attempt would be made although nobody waits for its result any more."""


def patiently(
    request: Callable[[], Answer], limits: Limits, leaving: threading.Event | None = None
) -> Answer:
    """Make a request up to ``limits.attempts`` times, each pause twice as long as the last.

    Args:
        request: makes the request once and reads its answer to the end.
        limits: how patient to be.
        leaving: once set, no further attempt is made.

    Raises:
        GaveUp: ``leaving`` was set.
        Exception: the last of the exceptions of boto3 that ``request`` raised.
    """
    leaving = leaving or threading.Event()
    for attempt in range(1, limits.attempts + 1):
        if leaving.is_set():
            raise GaveUp
        try:
            return request()
        except dialect() as error:
            if attempt == limits.attempts or not passing(error):
                raise
        leaving.wait(limits.pause_s * 2 ** (attempt - 1))
    raise AssertionError("at least one attempt is made")
