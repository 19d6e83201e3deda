"""Ray Train: a function executed by many workers of the cluster in use."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbench.errors import JobFailed, JobInterrupted, WorkbenchError
from workbench.runners.ray.share import Share

_LOST = (
    "a worker of the Ray cluster was lost; resume the run there to go on from the latest checkpoint"
)
# Whether a run goes on after a loss is for people to say; until then it can be resumed.
_NO_RETRY = {"max_failures": 0, "controller_failure_limit": 0, "max_preemption_failures": 0}


@dataclass(frozen=True)
class Launch:
    """What is to be executed.

    Attributes:
        work: called in each worker with ``settings``; a function of a module.
        scratch: a folder that all machines reach, where Ray Train keeps notes of its own.
    """

    work: Callable[[dict[str, Any]], None]
    settings: dict[str, Any]
    workers: int
    share: Share
    scratch: Path


def train(launch: Launch) -> None:
    """Execute by as many workers as the launch says; return when all have come to their end.

    Raises:
        JobInterrupted: a worker was lost.
        WorkbenchError: what a worker raised.
        JobFailed: the workers could not go on.
    """
    try:
        _trainer(launch).fit()
    except Exception as error:
        failures = getattr(error, "worker_failures", {})
        # What a worker raised is wrapped; what is not tells of its process.
        raised = [getattr(each, "_base_exc", None) for each in failures.values()]
        raise reason(raised or [error]) from error


def reason(raised: Sequence[BaseException | None]) -> WorkbenchError:
    """Why the workers ended before the run did.

    Args:
        raised: by each worker that did not come to its end; None where its process was lost.
    """
    told = [error for error in raised if isinstance(error, WorkbenchError)]
    own = [error for error in told if not isinstance(error, JobInterrupted)]
    if own:
        return own[0]
    others = [error for error in raised if error is not None and error not in told]
    if None in raised or not others:
        return JobInterrupted(_LOST)
    said = str(others[0]).strip().splitlines() or [type(others[0]).__name__]
    return JobFailed(f"the workers of the Ray cluster could not go on: {said[-1][:300]}")


def _trainer(launch: Launch) -> Any:
    from ray.train import FailureConfig, RunConfig, ScalingConfig
    from ray.train.v2.api.data_parallel_trainer import DataParallelTrainer

    from workbench.runners.ray.backend import Described

    share = launch.share
    gpus = {"GPU": share.gpus} if share.gpus else {}
    return DataParallelTrainer(
        launch.work,
        backend_config=Described(),
        train_loop_config=launch.settings,
        scaling_config=ScalingConfig(
            num_workers=launch.workers,
            use_gpu=bool(gpus),
            resources_per_worker={"CPU": share.cpus, **gpus},
            placement_strategy="SPREAD",
        ),
        run_config=RunConfig(
            name="train",
            storage_path=str(launch.scratch),
            failure_config=FailureConfig(**_NO_RETRY),
        ),
    )
