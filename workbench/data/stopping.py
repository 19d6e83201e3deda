"""Between two parts of long work: whether anybody wants it to end."""

from __future__ import annotations

from workbench.jobs import JobContext, Stopped


def heed_stop(context: JobContext) -> None:
    """Go no further once Stop was commanded.

    Raises:
        Stopped: it was.
    """
    if context.stop_requested():
        raise Stopped
