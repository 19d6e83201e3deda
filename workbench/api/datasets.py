"""Making and finding datasets."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any

from workbench import runners
from workbench.api.homes import home as current_home
from workbench.api.listing import Listing
from workbench.api.waiting import stopped_by_interrupt, wait_for
from workbench.data import Access, Dataset, DatasetConfig, ImageFormat, prepare, sources
from workbench.data.records import owners
from workbench.data.sources import Source
from workbench.data.sources.derived import FromDatasets
from workbench.errors import JobBusy, JobFailed, WorkbenchError
from workbench.jobs import Home, Job, JobSummary
from workbench.validation import check_choice


def create_dataset(
    name: str,
    source: Source,
    *,
    image: ImageFormat | None = None,
    task: str = "classification",
    group: str = "",
    seed: int = 0,
    keep_together: str = "",
    duplicates: str = "together",
    encoding: str = "auto",
    quality: int = 90,
    max_unreadable_percent: float = 50,
    secrets: Mapping[str, str] | None = None,
    runner: str = "process",
    wait: bool = True,
    home: Home | None = None,
) -> Dataset:
    """Make a dataset out of images.

    Args:
        name: what to call it.
        source: where the images are and how they are split.
        image: size, colour and resizing; by default what the source suggests, else 256×256
            colour.
        seed: decides which image goes to which split.
        keep_together, duplicates, encoding, quality: see :class:`workbench.DatasetConfig`.
        max_unreadable_percent: more unreadable files than this fail the job.
        secrets: ``access_key`` and ``secret_key`` of an S3 server, if not in the environment;
            they are written nowhere.
        wait: return when it is done, rather than when it has begun.

    Raises:
        InvalidValue, NotFound, DataError: the request cannot be fulfilled; nothing was made.
        JobFailed: it could not be finished; the job keeps the reason.
    """
    config = DatasetConfig(
        name=name,
        source=source,
        image=image or default_format(source, home),
        task=task,
        seed=seed,
        group=group,
        keep_together=keep_together,
        duplicates=duplicates,
        encoding=encoding,
        quality=quality,
        max_unreadable_percent=max_unreadable_percent,
    )
    if not wait:
        return Dataset(start_dataset(config, secrets=secrets, runner=runner, home=home))
    bar = _in_notebook()
    return Dataset(make_dataset(config, secrets=secrets, runner=runner, home=home, bar=bar))


def make_dataset(
    config: DatasetConfig,
    *,
    secrets: Mapping[str, str] | None = None,
    runner: str = "process",
    home: Home | None = None,
    bar: bool = False,
) -> Job:
    """Make the dataset of a configuration; return its job when it is done.

    Raises:
        KeyboardInterrupt: on Ctrl-C, wherever it comes; the job is stopped.
        JobFailed: it could not be finished; the job keeps the reason.
    """
    job = _create_job(config, secrets, runner, home)
    with stopped_by_interrupt(job):
        _begin(job, runner, secrets)
        word = wait_for(job, bar=bar, stop=False)
    _check_done(job, word)
    return job


def start_dataset(
    config: DatasetConfig,
    *,
    secrets: Mapping[str, str] | None = None,
    runner: str = "process",
    home: Home | None = None,
) -> Job:
    """Begin to make the dataset of a configuration; return its job at once."""
    job = _create_job(config, secrets, runner, home)
    with stopped_by_interrupt(job):
        _begin(job, runner, secrets)
    return job


def _begin(job: Job, runner: str, secrets: Mapping[str, str] | None) -> None:
    try:
        runners.start(job, runner, secrets)
    except KeyboardInterrupt:
        # Whoever was about to execute it is gone, or finds the command.
        job.send("stop")
        if job.status == "waiting":
            with suppress(JobBusy):
                job.record("status", status="stopped")
        raise


def _create_job(
    config: DatasetConfig, secrets: Mapping[str, str] | None, runner: str, home: Home | None
) -> Job:
    check_choice("runner", runner, runners.LOCAL)
    home = home or current_home()
    prepare(config, home, secrets)
    if isinstance(config.source, FromDatasets):  # a dataset may get another name
        config = replace(config, source=config.source.by_ids(Access(home=home)))
    parents = _parents(config, home)
    return home.create_job(
        "dataset", config.name, config.to_dict(), parents=parents, group=config.group
    )


def resume_dataset(
    job: Job, *, secrets: Mapping[str, str] | None = None, runner: str = "process"
) -> None:
    """Make a dataset that was stopped, failed or interrupted after all.

    What was fetched from a server is not fetched again; decoding begins anew.

    Raises:
        InvalidValue, NotFound, DataError: its source is gone.
        JobBusy: it is being made, or is done.
    """
    if job.status == "done":
        raise JobBusy(f"{job.name} is done; there is nothing left to make")
    # Of one whose records are whole nothing is asked of its source any more.
    if not (job.path / "records").is_dir():
        prepare(DatasetConfig.from_dict(job.config), Home(job.path.parents[1]), secrets)
    with stopped_by_interrupt(job):
        _begin(job, runner, secrets)


def delete_dataset(job: Job) -> None:
    """Delete a dataset, and what was fetched for it; the images themselves stay where they are.

    Raises:
        JobInUse: other jobs depend on it.
        JobBusy: it is being made.
    """
    home = Home(job.path.parents[1])
    source = None
    # One whose configuration is damaged can be deleted, too.
    with suppress(WorkbenchError, KeyError):
        source = sources.from_dict(job.config["source"])
    home.delete(job)
    # An unfinished one has left on this machine what it had fetched to go on with.
    forget = getattr(source, "forget", None)
    if forget is not None:
        forget(Access(home=home))


def default_format(source: Source, home: Home | None = None) -> ImageFormat:
    """The size and colour a source suggests, else 256×256 colour."""
    if isinstance(source, FromDatasets):
        return source.parents(Access(home=home or current_home()))[0].image
    suggest = getattr(source, "suggested_format", None)
    return ImageFormat() if suggest is None else suggest()


def _parents(config: DatasetConfig, home: Home) -> list[str]:
    """The datasets that the new one cannot do without."""
    if not isinstance(config.source, FromDatasets):
        return []
    found = config.source.parents(Access(home=home))
    ids = [parent.id for parent in found]
    for parent in found:
        ids += [owner for owner in owners(parent.records, parent.id) if owner not in ids]
    return ids


def finish(job: Job, bar: bool = False) -> None:
    """Wait for a job that must succeed.

    Raises:
        JobFailed: it did not; the message says why.
    """
    _check_done(job, wait_for(job, bar=bar))


def _check_done(job: Job, word: str) -> None:
    if word != "done":
        summary = job.summary()
        why = ". ".join(filter(None, [summary.error, summary.advice]))
        raise JobFailed(f"{job.name} {word}: {why}" if why else f"{job.name} was {word}")


def dataset(ref: str, home: Home | None = None) -> Dataset:
    """Find a dataset by id, unambiguous prefix of an id, or unique name."""
    return Dataset((home or current_home()).job(ref, "dataset"))


def datasets(home: Home | None = None) -> Listing:
    """All datasets, newest first."""
    home = home or current_home()
    return Listing(
        home.summaries("dataset"), lambda s: Dataset(Job(home.datasets_dir / s.id)), _row
    )


def _row(summary: JobSummary) -> dict[str, Any]:
    counts = summary.facts.get("counts", {})
    return {
        "id": summary.id,
        "name": summary.name,
        "status": summary.status,
        "images": sum(counts.values()) if counts else None,
        "classes": summary.facts.get("classes"),
        "group": summary.group,
    }


def _in_notebook() -> bool:
    """Whether a progress bar written by this process is seen in a cell."""
    return "ipykernel" in sys.modules
