"""A job: the directory that holds everything known of it."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

from workbench.errors import JobBusy, NotFound, SchemaError, storage_error
from workbench.jobs import commands, lock, status
from workbench.jobs.events import Event, EventWriter, read_events
from workbench.jobs.leavings import sweep_job
from workbench.jobs.summary import JobSummary, Tally
from workbench.storage import read_json, write_atomic, write_json
from workbench.validation import check_text

SCHEMA = 1
# What job.json says of every job, and as what.
_IDENTITY = {"kind": str, "name": str, "group": str, "created": int | float, "parents": list}
_POLL_S = 0.05


class Job:
    """A view of a job directory; holds nothing that is not on disk.

    Raises:
        NotFound: there is no job in ``path``.
        SchemaError: the directory is damaged or was written by another version.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)
        self._identity()

    def __repr__(self) -> str:
        return f"Job({self.kind} {self.id}, {self.name!r}, {self.status})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Job) and self.path == other.path

    def __hash__(self) -> int:
        return hash(self.path)

    def _identity(self) -> dict[str, Any]:
        try:
            identity = read_json(self.path / "job.json")
        except FileNotFoundError:
            raise NotFound(f"there is no job in {self.path}") from None
        schema = identity.get("schema") if isinstance(identity, dict) else None
        if schema != SCHEMA:
            raise SchemaError(
                f"{self.path} has format {schema}, this version reads {SCHEMA}; "
                "open it with the version that made it"
            )
        for field, kind in _IDENTITY.items():
            if not isinstance(identity.get(field), kind):
                raise SchemaError(
                    f"{self.path / 'job.json'} is damaged ({field} is missing or wrong); "
                    "delete its folder"
                )
        return identity

    @property
    def id(self) -> str:
        """The name of the directory."""
        return self.path.name

    @property
    def kind(self) -> str:
        """``dataset``, ``run`` and so on: which executor the job needs."""
        return self._identity()["kind"]

    @property
    def name(self) -> str:
        """What people call the job."""
        return self._identity()["name"]

    @property
    def group(self) -> str:
        """The heading the job is listed under; may be empty."""
        return self._identity()["group"]

    @property
    def created(self) -> float:
        """Unix seconds."""
        return self._identity()["created"]

    @property
    def parents(self) -> tuple[str, ...]:
        """The ids of the jobs that this one depends on."""
        return tuple(self._identity()["parents"])

    @cached_property
    def config(self) -> dict[str, Any]:
        """The configuration as JSON values; it never changes.

        Raises:
            SchemaError: it is damaged.
        """
        config = read_json(self.path / "config.json")
        if not isinstance(config, dict):
            raise SchemaError(f"{self.path / 'config.json'} is damaged; delete its folder")
        return config

    @property
    def notes(self) -> str:
        """What people wrote about the job, in Markdown."""
        try:
            return (self.path / "notes.md").read_text(encoding="utf-8")
        except FileNotFoundError:
            return ""

    def write_notes(self, text: str) -> None:
        """Replace the notes."""
        write_atomic(self.path / "notes.md", text)

    def rename(self, name: str) -> None:
        """Give the job another name."""
        check_text("name", name)
        write_json(self.path / "job.json", self._identity() | {"name": name})

    def regroup(self, group: str) -> None:
        """List the job under another heading; an empty one is none."""
        if group:
            check_text("group", group)
        write_json(self.path / "job.json", self._identity() | {"group": group})

    @property
    def status(self) -> str:
        """One of waiting, running, paused, done, stopped, failed, interrupted."""
        return self.read_on(Tally())

    @property
    def live(self) -> bool:
        """Whether the job is being executed or about to be."""
        return self.status in status.LIVE

    @property
    def owner_pid(self) -> int | None:
        """The process that executes the job, or did so last."""
        return lock.owner_pid(self.path)

    def events(self, offset: int = 0) -> tuple[list[Event], int]:
        """Read the events from ``offset`` on; returns them with the next offset."""
        return read_events(self.path / "events.jsonl", offset)

    def summary(self, tally: Tally | None = None) -> JobSummary:
        """The job in a few figures.

        Args:
            tally: what was folded of its events before; it is brought up to date.
        """
        tally = tally or Tally()
        derived = self.read_on(tally)
        identity = self._identity()
        running = derived == status.RUNNING and tally.running_since is not None
        end = time.time() if running else tally.last
        since = tally.running_since if tally.status == status.RUNNING else None
        return JobSummary(
            id=self.id,
            kind=identity["kind"],
            name=identity["name"],
            group=identity["group"],
            created=identity["created"],
            parents=tuple(identity["parents"]),
            config=self.config,
            status=derived,
            error=tally.error,
            advice=tally.advice,
            progress=tally.progress_now(),
            epoch=tally.epoch,
            # Copies: what was handed out stays as it is while the tally goes on.
            metrics=dict(tally.metrics),
            lowest=dict(tally.lowest),
            highest=dict(tally.highest),
            facts=dict(tally.facts),
            started=tally.started,
            finished=tally.finished,
            seconds=tally.seconds + (max(0.0, (end or since) - since) if since else 0.0),
        )

    def read_on(self, tally: Tally) -> str:
        """Fold the events that are new into ``tally``; return the job's status."""
        word = self._fold(tally)
        if word == status.INTERRUPTED and tally.status in status.LIVE:
            # The owner may have ended in good order after its events were read and before its
            # lock was looked at: then its last words are there by now.
            word = self._fold(tally)
        return word

    def _fold(self, tally: Tally) -> str:
        if tally.offset > self._events_size():  # the file was replaced by a shorter one
            tally.clear()
        events, tally.offset = self.events(tally.offset)
        tally.fold(events)
        return status.derive(self.path, tally.status, tally.process)

    def _events_size(self) -> int:
        try:
            return os.stat(self.path / "events.jsonl").st_size
        except FileNotFoundError:
            return 0

    def send(self, name: str, **values: Any) -> None:
        """Put a command into the mailbox; the owner takes it within a fraction of a second."""
        commands.post(self.path, name, **values)

    def announce(self, process: dict[str, Any] | None = None) -> None:
        """Record that ``process`` (this one by default) is about to execute the job.

        Commands meant for an earlier execution are dropped, and what it was writing when it was
        killed is removed.

        Raises:
            JobBusy: somebody executes it already, or another process is about to.
        """
        with self.unexpected():
            commands.clear(self.path)
            sweep_job(self.path)
            with EventWriter(self.path / "events.jsonl") as events:
                fields = {"status": status.WAITING, "process": process or lock.this_process()}
                events.write("status", sync=True, **fields)

    @contextmanager
    def unexpected(self) -> Iterator[None]:
        """Own the job, which nobody executes and no other process is about to, in the block.

        Raises:
            JobBusy: somebody executes it, or another process is about to.
        """
        # Read before it is owned: for readers a job that is owned is under way.
        events, offset = self.events()
        with lock.OwnerLock(self.path, leaving=status.has_ended(events)):
            events += self.events(offset)[0]
            process = status.expected([event for event in events if event["type"] == "status"])
            if process is not None:
                raise JobBusy(
                    f"{self.name} is about to be executed by process {process['pid']}; "
                    "wait until it has begun, or stop it"
                )
            yield

    def record(self, kind: str, **fields: Any) -> None:
        """Append an event to a job that nobody executes.

        Raises:
            JobBusy: somebody executes it: send a command instead.
        """
        with (
            lock.OwnerLock(self.path),
            EventWriter(self.path / "events.jsonl") as events,
        ):
            events.write(kind, sync=True, **fields)

    def wait(
        self, timeout: float | None = None, poll: Callable[[JobSummary], object] | None = None
    ) -> str:
        """Block until the job is neither waiting nor running; return its status.

        Args:
            timeout: seconds after which the status is returned whatever it is.
            poll: called with the job in a few figures about twenty times a second.
        """
        deadline = time.monotonic() + timeout if timeout is not None else None
        tally = Tally()
        while True:
            summary = self.summary(tally)
            if poll is not None:
                poll(summary)
            word = summary.status
            if word not in status.LIVE or (deadline and time.monotonic() >= deadline):
                return word
            time.sleep(_POLL_S)

    def size_bytes(self) -> int:
        """Disk space that the job takes."""
        total = 0
        for folder, _, files in os.walk(self.path):
            for file in files:
                try:
                    total += os.lstat(os.path.join(folder, file)).st_size
                except FileNotFoundError:  # a file written aside was renamed meanwhile
                    continue
        return total

    def read_log(self, most: int | None = None) -> str:
        """The text log, empty before the first line.

        Args:
            most: only the last of so many bytes.
        """
        try:
            with (self.path / "run.log").open("rb") as file:
                if most is not None:
                    file.seek(-min(most, file.seek(0, os.SEEK_END)), os.SEEK_END)
                return file.read().decode("utf-8", "replace")
        except FileNotFoundError:
            return ""
        except OSError as error:
            raise storage_error("read", self.path / "run.log", error) from error
