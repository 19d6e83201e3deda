"""Making and finding datasets."""

from __future__ import annotations

from typing import Any

from workbench import runners
from workbench.api.homes import home as current_home
from workbench.api.listing import Listing
from workbench.api.waiting import wait_for
from workbench.data import Dataset, DatasetConfig, ImageFolder, ImageFormat, prepare
from workbench.errors import JobFailed
from workbench.jobs import Home, Job, JobSummary
from workbench.validation import check_choice


def create_dataset(
    name: str,
    source: ImageFolder,
    *,
    image: ImageFormat | None = None,
    task: str = "classification",
    group: str = "",
    seed: int = 0,
    max_unreadable_percent: float = 50,
    runner: str = "process",
    wait: bool = True,
    home: Home | None = None,
) -> Dataset:
    """Make a dataset out of images.

    Args:
        name: what to call it.
        source: where the images are and how they are split.
        image: size, colour and resizing; 256×256 colour by default.
        seed: decides which image goes to which split.
        max_unreadable_percent: more unreadable files than this fail the job.
        wait: return when it is done, rather than when it has begun.

    Raises:
        InvalidValue, NotFound, DataError: the request cannot be fulfilled; nothing was made.
        JobFailed: it could not be finished; the job keeps the reason.
    """
    config = DatasetConfig(
        name=name,
        source=source,
        image=image or ImageFormat(),
        task=task,
        seed=seed,
        group=group,
        max_unreadable_percent=max_unreadable_percent,
    )
    job = start_dataset(config, runner=runner, home=home)
    if wait:
        finish(job, bar=_in_notebook())
    return Dataset(job)


def start_dataset(
    config: DatasetConfig, *, runner: str = "process", home: Home | None = None
) -> Job:
    """Begin to make the dataset of a configuration; return its job at once."""
    check_choice("runner", runner, runners.RUNNERS)
    prepare(config)
    home = home or current_home()
    job = home.create_job("dataset", config.name, config.to_dict(), group=config.group)
    runners.start(job, runner)
    return job


def finish(job: Job, bar: bool = False) -> None:
    """Wait for a job that must succeed.

    Raises:
        JobFailed: it did not; the message says why.
    """
    word = wait_for(job, bar=bar)
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
    import sys

    return "ipykernel" in sys.modules
