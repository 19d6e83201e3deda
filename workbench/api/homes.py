"""Which home the calls of this process use."""

from __future__ import annotations

import os

from workbench.jobs import Home


def home(path: str | os.PathLike[str] | None = None) -> Home:
    """The home in use; with ``path``, use that one from now on.

    The choice is kept in ``$WORKBENCH_HOME`` of this process, so that every process it starts
    uses the same.
    """
    if path is not None:
        os.environ["WORKBENCH_HOME"] = str(Home(path).path)
    return Home()


def in_voila() -> bool:
    """Whether this kernel serves a dashboard page, with which it ends."""
    return bool(os.environ.get("WORKBENCH_VOILA"))


def default_runner() -> str:
    """Where a run is executed unless told: here, or apart where this process is short-lived."""
    return "process" if in_voila() else "kernel"
