"""``GET workbench/api/jobs``: the jobs that are under way."""

from __future__ import annotations

import asyncio
import json
from collections.abc import MutableMapping
from typing import Any

from jupyter_server.auth.decorator import authorized
from jupyter_server.base.handlers import APIHandler
from tornado.web import HTTPError, authenticated

from workbench.api.homes import home
from workbench.errors import WorkbenchError
from workbench.jobs import LIVE, Home, JobSummary, Progress

_HOME = "workbench_home"


class JobsHandler(APIHandler):
    """A JSON list of the live jobs, newest first; reads and never commands."""

    auth_resource = "workbench"

    @authenticated
    @authorized
    async def get(self) -> None:
        """Answer with the list."""
        try:
            # Reading a home of thousands of jobs takes a moment that no kernel should wait for.
            found = kept_home(self.settings)
            jobs = await asyncio.get_running_loop().run_in_executor(None, live_jobs, found)
        except WorkbenchError as error:
            raise HTTPError(500, str(error)) from error
        self.set_header("Content-Type", "application/json")
        self.set_header("Cache-Control", "no-store")
        self.finish(json.dumps(jobs))


def kept_home(settings: MutableMapping[str, Any]) -> Home:
    """The home in use, the same one as long as it is in use: it remembers what it has read.

    Args:
        settings: those of the application, which keep it.
    """
    found = home()
    if settings.get(_HOME) != found:
        settings[_HOME] = found
    kept: Home = settings[_HOME]
    return kept


def live_jobs(home: Home) -> list[dict[str, Any]]:
    """Describe the jobs that wait, run or pause."""
    return [_describe(summary) for summary in home.summaries() if summary.status in LIVE]


def _describe(summary: JobSummary) -> dict[str, Any]:
    progress = summary.progress
    return {
        "id": summary.id,
        "kind": summary.kind,
        "name": summary.name,
        "status": summary.status,
        "fraction": progress.fraction if progress and progress.unit else None,
        "text": _text(progress) if progress else "",
    }


def _text(progress: Progress) -> str:
    """``epoch 14.6 of 30`` or ``reading 700 of 60,000 images``."""
    if progress.unit == "epochs":
        return f"epoch {progress.done:.1f} of {progress.total:g}"
    if progress.unit and progress.total > 0:
        counts = f"{progress.done:,.0f} of {progress.total:,.0f} {progress.unit}"
        return f"{progress.message} {counts}".strip()
    return progress.message
