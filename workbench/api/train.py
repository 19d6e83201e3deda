"""Starting and finding runs."""

from __future__ import annotations

import dataclasses
import secrets
from collections.abc import Callable
from typing import Any

from workbench import networks, runners
from workbench.api.datasets import dataset as find_dataset
from workbench.api.homes import default_runner
from workbench.api.homes import home as current_home
from workbench.api.listing import Listing
from workbench.api.run import Run
from workbench.data import Dataset
from workbench.errors import InvalidValue
from workbench.jobs import LIVE, Home, Job, JobSummary
from workbench.networks.source import source_of
from workbench.runners import ray
from workbench.training.checkpoints import checkpoint_at
from workbench.training.config import MAX_SEED, TrainConfig
from workbench.training.defaults import defaults
from workbench.training.trust import check_trusted, trust
from workbench.validation import check, check_choice

# The word for machines that execute a run together, none of which is this one.
MACHINES = "machines"


def train(
    dataset: Dataset | str,
    *,
    network: str | Callable[..., Any] | type = "lenet",
    config: TrainConfig | None = None,
    name: str | None = None,
    group: str = "",
    runner: str | None = None,
    workers: int | None = None,
    home: Home | None = None,
    **fields: Any,
) -> Run:
    """Start a run and return it at once.

    Args:
        dataset: what to train on, or its id or name.
        network: name in the catalogue; or a function ``build(input_shape, outputs)`` or a class
            in the manner of DIGITS' ``UserModel``, whose source is kept with the run.
        config: everything at once, instead of ``network`` and ``fields``.
        name: by default the network's name and a number.
        runner: ``kernel`` (a thread of this process), ``process``, ``ray`` (a cluster), or
            ``machines``, which are to execute it with ``workbench run work``.
        workers: how many of a Ray cluster train together; one on each machine by default.
        fields: further fields of :class:`TrainConfig`, such as ``epochs=5``.

    Raises:
        InvalidValue: a field is unknown or out of range; nothing was made.
        NotFound: there is no such dataset or network.
        MissingExtra: the runner needs what is not installed.
    """
    home = home or current_home()
    found = find_dataset(dataset, home) if isinstance(dataset, str) else dataset
    check(config is None or not fields, "give either config or single fields, not both")
    if config is None:
        config = train_config(found.id, network=network, task=found.task, **fields)
    config = dataclasses.replace(config, dataset=found.id)
    # Who gives code to a call has seen it; what a run was copied with is another matter.
    trust(home, config.code)
    return start_run(config, name=name, group=group, runner=runner, workers=workers, home=home)


def train_config(dataset: str, **fields: Any) -> TrainConfig:
    """Build a configuration, with what suits its network and its solver unless given.

    Raises:
        InvalidValue: a field is unknown or out of range.
    """
    network = fields.get("network", "lenet")
    if not isinstance(network, str):
        fields |= {"network": networks.CUSTOM, "code": source_of(network)}
    known = [field.name for field in dataclasses.fields(TrainConfig)]
    for name in fields.keys() - set(known):
        raise InvalidValue(f"TrainConfig has no field {name!r}; it has {', '.join(known)}")
    chosen = {name: fields[name] for name in ("network", "solver") if name in fields}
    return TrainConfig(dataset=dataset, **(defaults(**chosen) | fields))


def start_run(
    config: TrainConfig,
    *,
    name: str | None = None,
    group: str = "",
    runner: str | None = None,
    workers: int | None = None,
    home: Home | None = None,
) -> Run:
    """Begin the run of a configuration; a seed is drawn if it has none.

    With the runner ``machines`` it is made only: they are to execute it, each with
    ``workbench run work``.

    Raises:
        InvalidValue: there is no such runner, or it takes no workers; nothing was made.
        MissingExtra: the runner needs what is not installed; nothing was made.
        NotTrusted: the network is code that nobody trusts; nothing was made.
    """
    home = home or current_home()
    runner = runner or default_runner()
    check_choice("runner", runner, [*runners.RUNNERS, MACHINES])
    if runner != MACHINES:
        runners.find(runner)
    if workers is not None:
        check(runner == "ray", f"workers are for the runner ray, not for {runner}")
        ray.check_workers(workers)
    if config.seed is None:
        config = dataclasses.replace(config, seed=secrets.randbelow(MAX_SEED))
    dataset = Job(home.datasets_dir / config.dataset)
    usable = dataset.status == "done" or dataset.status in LIVE
    check(usable, f"the dataset {dataset.name} is {dataset.status}; make it again or resume it")
    check_trusted(home, config.code, "this configuration")
    parents = [config.dataset, *_begins_with(config, home)]
    job = home.create_job(
        "run", name or free_name(config.network, home), config.to_dict(), parents, group=group
    )
    if workers is not None:
        ray.ask_for(job, workers)
    if runner != MACHINES:
        runners.start(job, runner)
    return Run(job)


def checkpoint_reference(text: str, home: Home) -> str:
    """``RUN`` or ``RUN@EPOCH`` as people write it, as ``ID`` or ``ID@STEP``.

    Raises:
        NotFound: there is no such run or checkpoint.
        InvalidValue: the epoch is no number.
    """
    ref, at, epoch = text.partition("@")
    job = home.job(ref, "run")
    if not at:
        return job.id
    try:
        wanted = float(epoch)
    except ValueError:
        raise InvalidValue(f"the epoch of {text!r} must be a number") from None
    return f"{job.id}@{checkpoint_at(job, wanted).step}"


def _begins_with(config: TrainConfig, home: Home) -> list[str]:
    """The run whose weights a run starts from, which must stay while that one is there."""
    if not config.start.run:
        return []
    return [home.job(config.start.run.partition("@")[0], "run").id]


def free_name(network: str, home: Home) -> str:
    """The network's name with the first number that no run has."""
    taken = {summary.name for summary in home.summaries("run")}
    number = 1
    while f"{network}-{number}" in taken:
        number += 1
    return f"{network}-{number}"


def run(ref: str, home: Home | None = None) -> Run:
    """Find a run by id, unambiguous prefix of an id, or unique name."""
    return Run((home or current_home()).job(ref, "run"))


def runs(home: Home | None = None) -> Listing:
    """All runs, newest first."""
    home = home or current_home()
    return Listing(home.summaries("run"), lambda s: Run(Job(home.runs_dir / s.id)), _row)


def _row(summary: JobSummary) -> dict[str, Any]:
    return {
        "id": summary.id,
        "name": summary.name,
        "dataset": summary.dataset,
        "network": summary.config.get("network"),
        "status": summary.status,
        "epoch": round(summary.epoch, 2),
        "epochs": summary.epochs,
        "val_accuracy": summary.metrics.get("val_accuracy"),
        "val_loss": summary.metrics.get("val_loss"),
    }
