"""``workbench lab``: JupyterLab as the workbench needs it."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from workbench.api.homes import home
from workbench.server.extension import OPEN_SIDEBAR
from workbench.server.notebooks import working_folder

_CONFIG = Path(__file__).parent / "config"
_FOLDER_OPTIONS = ("--notebook-dir", "--ServerApp.root_dir", "--preferred-dir")


def main(argv: Sequence[str] = ()) -> int:
    """Run JupyterLab until it is stopped; ``argv`` are options of Jupyter's own."""
    prepare_environment()
    from jupyterlab.labapp import LabApp

    LabApp.launch_instance(argv=arguments(argv))
    return 0


def prepare_environment() -> None:
    """Put our settings of the server in front of the ones found elsewhere.

    They are files on the path of configurations and not options, so that what is given on the
    command line still wins.
    """
    others = os.environ.get("JUPYTER_CONFIG_PATH")
    os.environ["JUPYTER_CONFIG_PATH"] = os.pathsep.join(filter(None, [str(_CONFIG), others]))
    os.environ[OPEN_SIDEBAR] = "1"


def arguments(argv: Sequence[str]) -> list[str]:
    """Complete the options: a folder to open where none is named, leave for root."""
    given = list(argv)
    names = {argument.split("=", 1)[0] for argument in given}
    if not names.intersection(_FOLDER_OPTIONS) and not any(map(os.path.exists, given)):
        given.append(f"--ServerApp.root_dir={working_folder(home())}")
    if hasattr(os, "geteuid") and os.geteuid() == 0 and "--allow-root" not in names:
        # Containers have no other user; the server listens on this machine alone, with a token.
        print("running as root, as in a container", file=sys.stderr)
        given.append("--allow-root")
    return given
