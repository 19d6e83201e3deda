"""Where the notebooks that come with the package are, and a folder of one's own to work in."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from jupyter_core.paths import jupyter_path

from workbench.errors import NotFound, storage_error
from workbench.jobs import Home

DASHBOARD = "dashboard.ipynb"


def packaged() -> Path | None:
    """The folder of the notebooks that came with the package, or with this checkout."""
    checkout = Path(__file__).parents[2] / "notebooks"
    installed = [Path(path) for path in jupyter_path("workbench", "notebooks")]
    return next((path for path in (checkout, *installed) if (path / DASHBOARD).is_file()), None)


def dashboard() -> Path:
    """The notebook that the dashboard shows."""
    folder = packaged()
    if folder is None:
        raise NotFound("dashboard.ipynb is missing; install jupyter-workbench anew")
    return folder / DASHBOARD


def working_folder(home: Home) -> Path:
    """``notebooks`` in the home, with a copy of each packaged one; never overwrites."""
    folder = home.path / "notebooks"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for source in sorted((packaged() or folder).glob("*.ipynb")):
            copy = folder / source.name
            if source.name != DASHBOARD and not copy.exists():
                aside = folder / f".{source.name}.partial"
                shutil.copyfile(source, aside)
                os.replace(aside, copy)
    except OSError as error:
        raise storage_error("copy the notebooks to", folder, error) from error
    return folder
