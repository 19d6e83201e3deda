"""Runs that are played rather than trained: what they report is decided by the test."""

from __future__ import annotations

from contextlib import ExitStack

import pytest

from workbench.jobs import EventWriter, Home, Job, JobContext, commands
from workbench.jobs.lock import OwnerLock
from workbench.sweeps import expand


class Played:
    """A run that somebody executes: it holds the lock and writes what the test wants."""

    def __init__(self, job: Job) -> None:
        self.job = job
        job.announce()
        self._held = ExitStack()
        self._held.enter_context(OwnerLock(job.path))
        self._events = self._held.enter_context(EventWriter(job.path / "events.jsonl"))
        self._events.write("status", status="running")
        self.epoch = 0

    def validate(self, *accuracies: float) -> None:
        """Come to the end of further epochs."""
        for accuracy in accuracies:
            self.epoch += 1
            self._events.write("metrics", step=self.epoch, epoch=self.epoch, val_accuracy=accuracy)

    def told(self) -> list[str]:
        """Take the commands in its mailbox."""
        return [command.name for command in commands.take(self.job.path)]

    def end(self, status: str = "done", **fields: object) -> None:
        """End with a status."""
        self._events.write("status", status=status, **fields)
        self.die()

    def die(self) -> None:
        """End without a word."""
        self._held.close()


class Stage:
    """Begins runs as played ones and keeps them by number."""

    def __init__(self) -> None:
        self.runs: dict[int, Played] = {}
        self.begun: list[str] = []

    def start(self, job: Job) -> None:
        self.begun.append(job.name)
        self.runs[int(job.name.rpartition("-")[2])] = Played(job)

    def close(self) -> None:
        for run in self.runs.values():
            run.die()


@pytest.fixture
def stage():
    made = Stage()
    yield made
    made.close()


@pytest.fixture
def home(tmp_path):
    return Home(tmp_path / "stage")


@pytest.fixture
def new_sweep(home):
    """Makes the job of a sweep over learning rates, on a dataset that nobody reads."""

    def make(vary=None, epochs=3, **options):
        config = expand(
            {"dataset": "nobody", "epochs": epochs, "seed": 1},
            vary or {"learning_rate": [0.1, 0.01, 0.001, 0.0001]},
            **{"seed": 7, **options},
        )
        return home.create_job("sweep", "rates", config.to_dict(), parents=["nobody"])

    return make


@pytest.fixture
def owned():
    """Makes the context of a job whose lock the test holds until the end of it."""
    with ExitStack() as held:

        def own(job):
            inner = held.enter_context(ExitStack())
            inner.enter_context(OwnerLock(job.path))
            events = inner.enter_context(EventWriter(job.path / "events.jsonl"))
            context = JobContext(job, events)
            context.give_up = inner.close
            return context

        yield own
