"""What the workbench adds to a Jupyter server, and how its own servers are started."""

from __future__ import annotations

from typing import Any


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": "workbench.server"}]


def _load_jupyter_server_extension(app: Any) -> None:
    from workbench.server.extension import load

    load(app)
