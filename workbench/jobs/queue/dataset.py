"""A run may be queued on a dataset that is still being made."""

from __future__ import annotations

from workbench.errors import DataError, NotFound
from workbench.jobs import status
from workbench.jobs.job import Job
from workbench.jobs.summary import Tally

_GOING_ON = (status.DONE, status.WAITING, status.RUNNING, status.PAUSED)


def awaited(job: Job, making: Tally) -> str:
    """What ``job`` waits for until its dataset is done, in words; empty when it is.

    A dataset that was stopped or interrupted may be gone on with, so the run goes on waiting.

    Args:
        making: what was folded of the dataset's events before; it is brought up to date.

    Raises:
        DataError: the dataset is gone or failed.
    """
    dataset_id = job.config.get("dataset")
    if not dataset_id:
        return ""
    try:
        dataset = Job(job.path.parents[1] / "datasets" / dataset_id)
        summary = dataset.summary(making)
    except (NotFound, FileNotFoundError):
        raise DataError(
            f"the dataset of {job.name} is gone; make it again and train anew"
        ) from None
    name, word = summary.name, summary.status
    if word == status.DONE:
        return ""
    if word == status.FAILED:
        raise DataError(f"the dataset {name} failed: {summary.error}; mend it, then resume the run")
    if word == status.RUNNING and summary.progress is not None:
        return f"waiting for {name}: {100 * summary.progress.fraction:.0f} %"
    if word in _GOING_ON:
        return f"waiting for {name}"
    return f"waiting for {name}, which is {word}: go on with it, or stop this run"
