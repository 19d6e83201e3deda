"""Starting, finding and steering sweeps."""

from __future__ import annotations

import dataclasses
import secrets
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from workbench import networks, runners
from workbench.api.datasets import dataset as find_dataset
from workbench.api.homes import home as current_home
from workbench.api.listing import Listing
from workbench.api.run import Run
from workbench.api.waiting import wait_for
from workbench.data import Dataset
from workbench.errors import JobBusy, JobInUse
from workbench.jobs import LIVE, Held, Home, Job, JobSummary
from workbench.networks.source import source_of
from workbench.sweeps import Stopping, SweepConfig, Trial, best, expand, ranked, varies
from workbench.sweeps.observe import Observer
from workbench.sweeps.spelling import spell
from workbench.training import TrainConfig
from workbench.training.config import MAX_SEED
from workbench.training.trust import trust
from workbench.validation import check, check_choice

if TYPE_CHECKING:
    import pandas


class Sweep(Held):
    """A view of a sweep's directory; in a cell it shows itself as its live page."""

    def __repr__(self) -> str:
        return f"Sweep({self.id}, {self.name!r}, {self.status})"

    def _ipython_display_(self) -> None:
        from workbench.api.display import show_sweep

        show_sweep(self)

    def _repr_html_(self) -> str:
        return self._table()._repr_html_()

    @cached_property
    def config(self) -> SweepConfig:
        """What decided the sweep."""
        return SweepConfig.from_dict(self.job.config)

    @property
    def trials(self) -> list[Trial]:
        """Its runs as they are now, the best first."""
        return ranked(self._read(), self.config.monitor)

    @property
    def best(self) -> Run | None:
        """The best run so far; None before there is a result, or when it was deleted."""
        found = best(self._read(), self.config.monitor)
        if found is None or found.run is None:
            return None
        path = self.home.runs_dir / found.run
        return Run(Job(path)) if path.is_dir() else None

    @property
    def runs(self) -> list[Run]:
        """The runs that are there, in the order in which they began."""
        paths = [self.home.runs_dir / trial.run for trial in self._read() if trial.run]
        return [Run(Job(path)) for path in paths if path.is_dir()]

    def wait(self, timeout: float | None = None) -> str:
        """Wait for the end of the sweep; Ctrl-C stops it. Returns the status."""
        return wait_for(self.job, timeout=timeout)

    def stop(self, timeout: float = 90) -> str:
        """Stop the sweep and its runs, with a checkpoint each. Returns the status."""
        if self.job.live:
            self.job.send("stop")
        return self.job.wait(timeout)

    def resume(self, runner: str = "process") -> None:
        """Go on with the runs that had not ended, and with those that are left.

        Raises:
            JobBusy: the sweep is being executed, or has nothing left to do.
        """
        if self.status == "done":
            raise JobBusy(f"{self.name} is done; there is nothing to resume")
        runners.start(self.job, runner)

    def delete(self) -> None:
        """Delete the sweep and its runs with their checkpoints.

        Raises:
            JobBusy: it, or one of its runs, is being executed.
            JobInUse: another job depends on one of its runs.
        """
        if self.status in LIVE:
            raise JobBusy(f"{self.name} is {self.status}; stop it first")
        summaries = self.home.summaries()
        own = [s for s in summaries if self.id in s.parents]
        ids = {s.id for s in own}
        users = [s for s in summaries if s.id not in ids and ids & set(s.parents)]
        if users:
            names = ", ".join(f"{s.name} ({s.id})" for s in users)
            raise JobInUse(f"runs of {self.name} are used by {names}; delete those first")
        busy = next((s for s in own if s.status in LIVE), None)
        if busy is not None:
            raise JobBusy(f"{busy.name}, a run of {self.name}, is {busy.status}; stop it first")
        for summary in own:
            self.home.delete(Job(self.home.runs_dir / summary.id))
        self.home.delete(self.job)

    def to_frame(self) -> pandas.DataFrame:
        """A row a run, the best first, as a pandas data frame.

        Raises:
            MissingExtra: pandas is not installed.
        """
        return self._table().to_frame()

    def to_dict(self) -> dict[str, Any]:
        """The sweep as the JSON that ``workbench sweep show`` prints."""
        summary, monitor = self.summary(), self.config.monitor
        found = best(self._read(), monitor)
        return {
            "id": self.id,
            "name": self.name,
            "status": summary.status,
            "error": summary.error,
            "dataset": self.config.base.dataset,
            "method": self.config.method,
            "vary": self.config.to_dict()["space"],
            "objective": monitor.name,
            "goal": "highest" if monitor.higher_is_better else "lowest",
            "total": self.config.total,
            "best": None if found is None else found.to_dict(),
            "trials": [trial.to_dict() for trial in self.trials],
        }

    def _read(self) -> list[Trial]:
        return Observer(self.job, self.config.monitor).read()

    def _table(self) -> Listing:
        figure = self.config.monitor.name
        return Listing(self.trials, lambda trial: trial, lambda trial: _trial_row(trial, figure))


def sweep(
    dataset: Dataset | str,
    *,
    vary: Mapping[str, Any] | None = None,
    method: str | None = None,
    trials: int | None = None,
    at_once: int = 1,
    objective: str = "",
    goal: str = "",
    stopping: str | Stopping = "none",
    config: SweepConfig | None = None,
    name: str | None = None,
    runner: str = "process",
    home: Home | None = None,
    **fields: Any,
) -> Sweep:
    """Start a sweep and return it at once: many runs that differ in the fields that vary.

    ::

        wb.sweep("mnist", learning_rate=[0.1, 0.01], batch_size=[32, 64], epochs=5)
        wb.sweep("mnist", learning_rate=wb.Range(1e-4, 1e-1, log=True), trials=20, at_once=2)
        wb.sweep("mnist", vary={"policy.gamma": [0.1, 0.5]}, stopping="median")

    Args:
        dataset: what to train on, or its id or name.
        vary: what varies by dotted field, for those that no keyword can name.
        method: ``grid`` (every combination), ``random`` or ``bayesian``; by default ``grid``, with
            a range ``random``.
        trials: most runs; by default every combination of a grid, else twenty.
        at_once: how many are trained at the same time.
        objective: the figure that runs are compared by; by default that of the best checkpoint.
        goal: ``highest`` or ``lowest``; of a loss the lowest by default.
        stopping: ``median`` or ``halving`` stops hopeless runs early; or a ``Stopping``.
        config: everything at once, instead of the other arguments.
        name: by default ``sweep`` and a number.
        fields: fields of :class:`TrainConfig`: a list is varied over, a :class:`Range` too, any
            other value is that of every run.

    Raises:
        InvalidValue: a field is unknown, or a run could not begin; nothing was made.
        NotFound: there is no such dataset or network.
        MissingExtra: the method is ``bayesian`` and Optuna is not installed.
    """
    home = home or current_home()
    found = find_dataset(dataset, home) if isinstance(dataset, str) else dataset
    if config is None:
        config = sweep_config(
            found.id,
            {"task": found.task, **fields},
            vary,
            method=method,
            trials=trials,
            at_once=at_once,
            objective=objective,
            goal=goal,
            stopping=Stopping(stopping) if isinstance(stopping, str) else stopping,
        )
    else:
        check(not (fields or vary), "give either config or single fields, not both")
        base = dataclasses.replace(config.base, dataset=found.id)
        config = dataclasses.replace(config, base=base)
    return start_sweep(config, name=name, runner=runner, home=home)


def sweep_config(
    dataset: str,
    fields: Mapping[str, Any],
    vary: Mapping[str, Any] | None = None,
    **options: Any,
) -> SweepConfig:
    """Build the configuration of a sweep from what a person gave.

    Raises:
        InvalidValue: a field is unknown, or a run could not begin.
    """
    given = {"dataset": dataset, **fields}
    known = [field.name for field in dataclasses.fields(TrainConfig)]
    for name in given.keys() - set(known):
        check(False, f"TrainConfig has no field {name!r}; it has {', '.join(known)}")
    network = given.get("network", "lenet")
    if not (isinstance(network, str) or varies(network)):
        given |= {"network": networks.CUSTOM, "code": source_of(network)}
    return expand(given, vary, **options)


def start_sweep(
    config: SweepConfig,
    *,
    name: str | None = None,
    runner: str = "process",
    home: Home | None = None,
) -> Sweep:
    """Begin the sweep of a configuration; seeds are drawn where it has none.

    Raises:
        InvalidValue: the dataset cannot be used, or has nothing to compare the runs by.
        MissingExtra: the method is ``bayesian`` and Optuna is not installed.
    """
    home = home or current_home()
    check_choice("runner", runner, runners.LOCAL)
    _check_extra(config)
    _check_dataset(config, home)
    config = _seeded(config)
    for code in {config.base.code, *_codes(config)}:
        # Whoever starts a sweep has seen its code; the runs are started by another process.
        trust(home, code)
    job = home.create_job(
        "sweep", name or _free_name(home), config.to_dict(), parents=[config.base.dataset]
    )
    runners.start(job, runner)
    return Sweep(job)


def find_sweep(ref: str, home: Home | None = None) -> Sweep:
    """Find a sweep by id, unambiguous prefix of an id, or unique name."""
    return Sweep((home or current_home()).job(ref, "sweep"))


def list_sweeps(home: Home | None = None) -> Listing:
    """All sweeps, newest first."""
    home = home or current_home()
    folder = home.path / "sweeps"
    return Listing(home.summaries("sweep"), lambda s: Sweep(Job(folder / s.id)), _row)


def _row(summary: JobSummary) -> dict[str, Any]:
    progress = summary.progress
    return {
        "id": summary.id,
        "name": summary.name,
        "dataset": summary.dataset,
        "status": summary.status,
        "method": summary.config.get("method"),
        "varies": ", ".join(summary.config.get("space", {})),
        "runs": None if progress is None else f"{progress.done:g} of {progress.total:g}",
        "best": summary.facts.get("best"),
    }


def _trial_row(trial: Trial, figure: str) -> dict[str, Any]:
    return {
        "run": trial.run,
        "number": trial.number,
        "status": trial.status,
        **{field: _cell(value) for field, value in trial.values.items()},
        figure: trial.objective,
        "epoch": trial.epoch,
        "error": trial.error,
    }


def _cell(value: Any) -> Any:
    """Numbers stay numbers; what is made of parts is a word."""
    return spell(value) if isinstance(value, dict | list | bool) or value is None else value


def _seeded(config: SweepConfig) -> SweepConfig:
    """All runs share a seed, so that they differ by what varies alone."""
    base = config.base
    if base.seed is None:
        base = dataclasses.replace(base, seed=secrets.randbelow(MAX_SEED))
    seed = base.seed if config.seed is None else config.seed
    return dataclasses.replace(config, base=base, seed=seed)


def _codes(config: SweepConfig) -> list[str]:
    options = config.space.get("code", ())
    return list(options) if isinstance(options, tuple) else []


def _check_extra(config: SweepConfig) -> None:
    if config.method == "bayesian":
        from workbench.sweeps.bayesian import require

        require()


def _check_dataset(config: SweepConfig, home: Home) -> None:
    job = Job(home.datasets_dir / config.base.dataset)
    status = job.status
    usable = status == "done" or status in LIVE
    check(usable, f"the dataset {job.name} is {status}; make it again or resume it")
    figure = config.monitor.name
    if status == "done" and figure.startswith("val_"):
        validation = Dataset(job).splits.get("val")
        check(
            validation is not None and len(validation),
            f"{job.name} has no validation images to compare the runs by {figure}; make it with "
            "some, or choose the objective train_loss",
        )


def _free_name(home: Home) -> str:
    taken = {summary.name for summary in home.summaries("sweep")}
    number = 1
    while f"sweep-{number}" in taken:
        number += 1
    return f"sweep-{number}"
