"""``workbench dashboard``: the workbench as a page of its own, served by Voila."""

from __future__ import annotations

import logging
import os
import secrets
import socket
import webbrowser
from collections.abc import Sequence
from typing import Any

from traitlets.config import Config
from voila.app import Voila

from workbench.errors import InvalidValue
from workbench.server.notebooks import dashboard

_FIRST_PORT = 8866
_PORTS = 50
_MESSAGE_BYTES = 64 * 2**20
_CULL_AFTER_S = 300
_CULL_EVERY_S = 60
# The one sidebar is the page itself here; other extensions of this Python are none of its business.
_EXTENSIONS = [
    "@voila-dashboards/widgets-manager8",
    "@jupyter-widgets/jupyterlab-manager",
    "anywidget",
    "jupyterlab-plotly",
]


class Dashboard(Voila):
    """Voila on one notebook; says where it is once it answers."""

    opens_browser = True

    def launch_browser(self) -> None:
        """Called by Voila once it listens."""
        url = f"http://{self.ip}:{self.port}{self.base_url}?token={self.identity_provider.token}"
        print(f"The dashboard: {url}", flush=True)
        if self.opens_browser:
            webbrowser.open(url)


def main(
    port: int | None = None,
    token: str | None = None,
    open_browser: bool = True,
    extra: Sequence[str] = (),
) -> int:
    """Serve the dashboard until it is stopped.

    Args:
        port: by default the first free one from 8866 on.
        token: by default a new one, printed in the address.
        extra: further options of Voila's own.
    """
    if token is not None and not token:
        raise InvalidValue("the token must not be empty")
    # Kernels inherit it: what they train outlives the page, in a process of its own.
    os.environ["WORKBENCH_VOILA"] = "1"
    Dashboard.opens_browser = open_browser
    Dashboard.launch_instance(
        argv=list(extra),
        config=configuration(port or _free_port(), token or secrets.token_urlsafe(24)),
        notebook_path=str(dashboard()),
        log_level=logging.WARNING,
    )
    return 0


def configuration(port: int, token: str) -> Config:
    """Everything that Voila is told."""
    return Config(
        Voila={
            "port": port,
            "port_retries": 0,
            "token": token,
            "open_browser": True,
            "tornado_settings": {"websocket_max_message_size": _MESSAGE_BYTES},
        },
        VoilaConfiguration={
            "template": "workbench",
            "file_allowlist": [],
            "extension_allowlist": _EXTENSIONS,
            "show_tracebacks": True,
            "prelaunch_hook": _prepare_page,
        },
        MappingKernelManager={
            "cull_idle_timeout": _CULL_AFTER_S,
            "cull_interval": _CULL_EVERY_S,
            "root_dir": os.getcwd(),
        },
        ZMQChannelsWebsocketConnection={
            "iopub_msg_rate_limit": 10_000,
            "iopub_data_rate_limit": 100_000_000,
        },
    )


def _prepare_page(handler: Any, notebook: Any, cwd: str) -> Any:
    """``?voila-theme=dark`` chooses the theme of this page load."""
    # Asking for it sets its cookie, without which a page that closes cannot end its kernel.
    _ = handler.xsrf_token
    theme = handler.get_argument("voila-theme", None)
    if theme in ("dark", "light"):
        notebook.metadata["voila"] = {**notebook.metadata.get("voila", {}), "theme": theme}
    return notebook


def _free_port() -> int:
    for port in range(_FIRST_PORT, _FIRST_PORT + _PORTS):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise InvalidValue(f"no port from {_FIRST_PORT} on is free; name one with --port")
