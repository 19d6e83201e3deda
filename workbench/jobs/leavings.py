"""What a kill leaves behind, half written and of no use to anybody, is removed."""

from __future__ import annotations

import os
import re
import shutil
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from workbench.storage import is_aside

# Where the owner of a job alone writes. Elsewhere in it anybody may: notes, commands, its name.
_OWNERS = ("checkpoints", "layers")
# Whatever anybody writes into a job, and the two files that make a new one, take moments: what
# nobody has touched for so long, no living process is making. A lock would not tell: nobody holds
# one to write a note, and a job that is being deleted loses its own before its folder is gone.
_ABANDONED_S = 3600.0
_HALF_A_JOB = re.compile(r"\.[a-z][a-z0-9]{7}\.(partial|deleted)")


def sweep_job(directory: Path) -> None:
    """Remove what was being written into the job in ``directory`` when a process was killed.

    The caller holds the job's lock, so what an owner was writing was left by an earlier one.
    """
    owners = [str(directory / name) for name in _OWNERS]
    for folder, _, files in os.walk(directory):
        for path in (Path(folder, name) for name in files if is_aside(name)):
            if folder in owners or _is_abandoned(path):
                with suppress(OSError):  # it is in nobody's way
                    path.unlink(missing_ok=True)


def sweep_home(folders: Iterable[Path]) -> None:
    """Remove jobs that were half made or half deleted by a process that was killed.

    Args:
        folders: where jobs live.
    """
    for path in _halves(folders):
        if _is_abandoned(path):
            shutil.rmtree(path, ignore_errors=True)


def _halves(folders: Iterable[Path]) -> Iterator[Path]:
    for folder in folders:
        with suppress(OSError):
            yield from (folder / name for name in os.listdir(folder) if _HALF_A_JOB.fullmatch(name))


def _is_abandoned(path: Path) -> bool:
    try:
        return time.time() - path.lstat().st_mtime > _ABANDONED_S
    except OSError:
        return False
