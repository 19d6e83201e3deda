"""Letting the code be executed that a run was copied with."""

from __future__ import annotations

from workbench.api.homes import home as current_home
from workbench.api.run import Run
from workbench.jobs import Home
from workbench.training import trust as trusted


def trust(run: Run | str, *, home: Home | None = None) -> None:
    """Let the code of a run's network, ``run.config.code``, be executed from this home.

    Read it first: it can do whatever you can.

    Args:
        run: the run, or its id or name.

    Raises:
        NotFound: there is no such run.
        StorageError: the home cannot be written.
    """
    where = home or current_home()
    found = Run(where.job(run, "run")) if isinstance(run, str) else run
    trusted.trust(found.home, found.config.code)
