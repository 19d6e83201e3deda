"""The server extension: routes, and what the page is told at its start."""

from __future__ import annotations

import os
from typing import Any

from jupyter_server.utils import url_path_join

from workbench.server.jobs import JobsHandler

OPEN_SIDEBAR = "WORKBENCH_OPEN_SIDEBAR"


def load(app: Any) -> None:
    """Add the routes of the workbench to a server."""
    settings = app.web_app.settings
    # The lab extension asks for jobs only where somebody answers.
    page = settings.setdefault("page_config_data", {})
    page["workbench"] = "true"
    if os.environ.get(OPEN_SIDEBAR):
        page["workbenchOpen"] = "true"
    route = url_path_join(settings["base_url"], "workbench", "api", "jobs")
    app.web_app.add_handlers(".*$", [(route, JobsHandler)])
