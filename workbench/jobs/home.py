"""Home: the folder that holds every dataset, run and model."""

from __future__ import annotations

import os
import secrets
import shutil
import sys
import time
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.errors import InvalidValue, JobInUse, NotFound, SchemaError, storage_error
from workbench.jobs.index import DAMAGES, Index
from workbench.jobs.job import SCHEMA, Job
from workbench.jobs.leavings import sweep_home
from workbench.jobs.summary import JobSummary
from workbench.storage import replace_dir, write_json
from workbench.validation import check_choice, check_text

if TYPE_CHECKING:
    from workbench.jobs.queue import Queue

_FOLDERS = {"dataset": "datasets", "run": "runs", "sweep": "sweeps", "model": "models"}
# No vowels and no look-alikes: an id never spells a word and is easily read aloud.
_LETTERS = "bcdfghjkmnpqrstvwxz"
_SIGNS = _LETTERS + "23456789"


class Home:
    """The folder ``path``, made on first use.

    Args:
        path: by default ``$WORKBENCH_HOME``, else ``workbench`` in Jupyter's data directory.
    """

    def __init__(self, path: str | os.PathLike[str] | None = None) -> None:
        chosen = Path(path) if path is not None else default_path()
        self.path = Path(os.path.abspath(chosen.expanduser()))
        self._index = Index(self.path / "index.sqlite")

    def __repr__(self) -> str:
        return f"Home(path={str(self.path)!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Home) and self.path == other.path

    def __hash__(self) -> int:
        return hash(self.path)

    @property
    def datasets_dir(self) -> Path:
        """Where datasets live."""
        return self.path / "datasets"

    @property
    def runs_dir(self) -> Path:
        """Where runs live."""
        return self.path / "runs"

    @property
    def models_dir(self) -> Path:
        """Where models live."""
        return self.path / "models"

    @property
    def queue(self) -> Queue:
        """Which runs train, which wait, and the limits."""
        from workbench.jobs.queue import Queue

        return Queue(self.path)

    def folder(self, kind: str) -> Path:
        """The folder of the jobs of one kind, made when absent."""
        check_choice("kind", kind, _FOLDERS)
        folder = self.path / _FOLDERS[kind]
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise storage_error("make", folder, error) from error
        return folder

    def create_job(
        self,
        kind: str,
        name: str,
        config: dict[str, Any],
        parents: Iterable[str] = (),
        group: str = "",
    ) -> Job:
        """Make a job directory; it appears in one step, waiting to be executed."""
        check_text("name", name)
        folder = self.folder(kind)
        self._sweep()
        job_id = _new_id(folder)
        aside = folder / f".{job_id}.partial"
        identity = {
            "schema": SCHEMA,
            "kind": kind,
            "name": name,
            "group": group,
            "created": time.time(),
            "parents": list(parents),
            "versions": _versions(),
        }
        try:
            aside.mkdir()
            write_json(aside / "job.json", identity)
            write_json(aside / "config.json", config)
            Job(aside).announce()
            replace_dir(aside, folder / job_id)
        except OSError as error:
            shutil.rmtree(aside, ignore_errors=True)
            raise storage_error("make", folder / job_id, error) from error
        return Job(folder / job_id)

    def job(self, ref: str, kind: str | None = None) -> Job:
        """Find a job by its id, by its name when unique, or by an unambiguous prefix of its id.

        Raises:
            NotFound: nothing fits.
            InvalidValue: more than one job fits.
        """
        found = self.summaries(kind)
        what = kind or "job"
        for fits in (
            [s for s in found if s.id == ref],
            [s for s in found if s.name == ref],
            [s for s in found if ref and s.id.startswith(ref)],
        ):
            if len(fits) == 1:
                return Job(self.path / _FOLDERS[fits[0].kind] / fits[0].id)
            if fits:
                ids = ", ".join(summary.id for summary in fits[:5])
                raise InvalidValue(f"{ref!r} may be any of {ids}; name one {what} by its id")
        self._explain_unlisted(ref, kind)
        raise NotFound(f"there is no {what} {ref!r} in {self.path}")

    def reference(self, job: Job) -> str:
        """What :meth:`job` finds ``job`` by: its name where no other has it, else its id."""
        try:
            found = self.job(job.name, job.kind)
        except (InvalidValue, NotFound):
            return job.id
        return job.name if found == job else job.id

    def _explain_unlisted(self, ref: str, kind: str | None) -> None:
        """A damaged or foreign job directory is not listed: say why when it is asked for."""
        for folder in [_FOLDERS[kind]] if kind else _FOLDERS.values():
            path = self.path / folder / ref
            if ref and Path(ref).name == ref and (path / "job.json").exists():
                try:
                    Job(path).summary()
                except SchemaError:
                    raise
                except DAMAGES as error:
                    raise SchemaError(f"{path} is damaged; delete its folder") from error

    @property
    def reading(self) -> tuple[int, int] | None:
        """While many jobs are read for the first time: how many are, and how many there are."""
        return self._index.reading

    def summaries(self, kind: str | None = None) -> list[JobSummary]:
        """List the jobs of one kind, or all, newest first."""
        if kind is not None:
            check_choice("kind", kind, _FOLDERS)
        if not self.path.is_dir():
            return []
        found = self._index.summaries(self.path / name for name in _FOLDERS.values())
        listed = (summary for summary in found if kind in (None, summary.kind))
        return sorted(listed, key=lambda summary: (-summary.created, summary.id))

    def dependants(self, job: Job) -> list[JobSummary]:
        """List the jobs that cannot do without ``job``."""
        return [summary for summary in self.summaries() if job.id in summary.parents]

    def check_unused(self, job: Job) -> None:
        """Refuse to do away with a job that others cannot do without.

        Raises:
            JobInUse: naming those.
        """
        names = ", ".join(f"{s.name} ({s.id})" for s in self.dependants(job))
        if names:
            raise JobInUse(f"{job.name} is used by {names}; delete those first")

    def delete(self, job: Job) -> None:
        """Delete a job and everything in its directory.

        Raises:
            JobInUse: other jobs depend on it.
            JobBusy: it is being executed, or another process is about to do so.
        """
        self.check_unused(job)
        with job.unexpected():
            # Renamed first: a deletion that is cut short leaves nothing that looks like a job.
            doomed = job.path.with_name(f".{job.id}.deleted")
            try:
                os.utime(job.path)  # it is being deleted from now on, not since it last changed
                os.rename(job.path, doomed)
                shutil.rmtree(doomed)
            except OSError as error:
                raise storage_error("delete", job.path, error) from error
        self._sweep()

    def _sweep(self) -> None:
        sweep_home(self.path / name for name in _FOLDERS.values())


def default_path() -> Path:
    """``$WORKBENCH_HOME``, else ``workbench`` in Jupyter's data directory."""
    if chosen := os.environ.get("WORKBENCH_HOME"):
        return Path(chosen)
    if jupyter := os.environ.get("JUPYTER_DATA_DIR"):
        return Path(jupyter) / "workbench"
    if sys.platform == "darwin":
        return Path("~/Library/Jupyter/workbench").expanduser()
    share = os.environ.get("XDG_DATA_HOME") or "~/.local/share"
    return Path(share).expanduser() / "jupyter" / "workbench"


def _new_id(folder: Path) -> str:
    while True:
        job_id = secrets.choice(_LETTERS) + "".join(secrets.choice(_SIGNS) for _ in range(7))
        if not (folder / job_id).exists():
            return job_id


def _versions() -> dict[str, str]:
    names = ("jupyter-workbench", "tensorflow", "tensorflow-cpu", "keras", "numpy", "pillow")
    found = {}
    for name in names:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found
