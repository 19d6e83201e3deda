"""``lab``, ``dashboard`` and ``download``."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from workbench.cli.output import emit


def add(commands: Any, common: argparse.ArgumentParser) -> None:
    """Add the commands."""
    lab = commands.add_parser("lab", parents=[common], help="JupyterLab with the sidebar")
    lab.set_defaults(run=_lab, takes_rest=True)
    board = commands.add_parser("dashboard", parents=[common], help="the Voila dashboard")
    board.add_argument("--port", type=int, metavar="P", help="default: the first free one")
    board.add_argument("--token", metavar="T", help="default: a new one, printed")
    board.add_argument("--no-browser", action="store_true", help="open no browser")
    board.set_defaults(run=_dashboard)
    download = commands.add_parser("download", parents=[common], help="sample data as folders")
    download.add_argument("what", choices=["mnist"])
    download.add_argument("folder", metavar="DIR")
    download.set_defaults(run=_download)


def _lab(arguments: argparse.Namespace) -> int:
    from workbench.server.lab import main

    return main(arguments.rest)


def _dashboard(arguments: argparse.Namespace) -> int:
    from workbench.server.dashboard import main

    return main(arguments.port, arguments.token, open_browser=not arguments.no_browser)


def _download(arguments: argparse.Namespace) -> None:
    from workbench.cli.progress import bar
    from workbench.samples import write_mnist

    folder = Path(arguments.folder).expanduser()
    with bar(arguments, "MNIST", "images") as show:
        write_mnist(folder, show)
    document = {"folder": str(folder.absolute()), "train": 60_000, "test": 10_000}
    emit(arguments, document, f"70,000 images in {folder}")
