"""The process that leads a run on a Ray cluster: ``python -m workbench.runners.ray.lead JOB``.

It owns the run until the first worker is there, so that nobody else begins it and Stop is obeyed
while the cluster is busy. Then the first worker owns it, as the first of any machines does, and
this process waits for the end. If it is killed, Ray ends the workers.
"""

from __future__ import annotations

import shutil
import sys
import threading
import time
from collections.abc import Mapping
from contextlib import suppress

from workbench.errors import JobBusy, JobFailed, JobInterrupted
from workbench.jobs import Job, JobContext, Stopped, commands, lock
from workbench.runners import worker
from workbench.runners.execution import HandedOver, execute
from workbench.runners.ray import asked_for
from workbench.runners.ray.cluster import Cluster
from workbench.runners.ray.share import share
from workbench.runners.ray.train import Launch, train
from workbench.runners.ray.worker import BEGIN, work
from workbench.training.config import TrainConfig

_POLL_S = 0.1
_PATIENCE_S = 30.0


def lead(job: Job, secrets: Mapping[str, str]) -> str:
    """Execute the run on the cluster to its end; return how it ended.

    Raises:
        JobBusy: somebody else executes it.
    """
    with Cluster() as cluster:
        workers = _Workers(job, cluster)
        status = execute(job, workers.begin, queued=False)
        if status == "waiting":
            workers.wait()
            status = _end(job, workers.error)
    shutil.rmtree(workers.scratch, ignore_errors=True)
    return status


class _Workers(threading.Thread):
    """Starts the workers of one run and waits for them.

    Attributes:
        scratch: where Ray Train keeps notes of its own.
        error: what they ended with, if not with the end of the run.
    """

    def __init__(self, job: Job, cluster: Cluster) -> None:
        # A daemon: where Stop was commanded, nothing else ends the waiting for a busy cluster.
        super().__init__(name=f"workbench-ray-{job.id}", daemon=True)
        self.scratch = job.path / "ray"
        self.error: BaseException | None = None
        self._job, self._cluster = job, cluster
        self._ended = threading.Event()
        self._doing = "Connecting to the Ray cluster"

    def run(self) -> None:
        """Connect, start the workers and wait for their end."""
        try:
            self._run()
        except BaseException as error:  # noqa: B036 - `begin` and `_end` tell of it
            self.error = error
        self._ended.set()
        # Ray's processes are killed with the thread that started them: it stays, so that they
        # are ended in good order.
        threading.Event().wait()

    def _run(self) -> None:
        wanted = asked_for(self._job)
        self._cluster.connect(wanted)
        nodes = self._cluster.nodes()
        workers = wanted or len(nodes)
        each = share(nodes, workers, TrainConfig.from_dict(self._job.config).devices)
        self._doing = f"Waiting for {workers} workers of the Ray cluster, each with {each}"
        settings = {"directory": str(self._job.path), "gpus": each.gpus}
        train(Launch(work, settings, workers, each, self.scratch))

    def begin(self, job: Job, context: JobContext) -> None:
        """Start them, and own the run until the first of them asks for it.

        Raises:
            HandedOver: it did.
            Stopped: Stop was commanded before.
            InvalidValue: the cluster has no room for them.
            JobFailed: the cluster cannot be reached, or a worker cannot begin.
        """
        self.start()
        said = ""
        while not self._ended.wait(_POLL_S):
            if said != self._doing:
                said = self._doing
                context.progress(0, job.config["epochs"], "epochs", said)
            # Whatever else is wished waits for the first worker.
            told = {command.name for command in commands.take(job.path, ("stop", BEGIN))}
            if "stop" in told:
                raise Stopped
            if BEGIN in told:
                process = lock.this_process()
                context.emit("status", sync=True, status="waiting", process=process)
                raise HandedOver
        raise self.error or JobFailed("the workers of the Ray cluster ended before they began")

    def wait(self) -> None:
        """Wait until they have ended."""
        self._ended.wait()


def _end(job: Job, error: BaseException | None) -> str:
    """How the run ended, which is noted where its owner could not do so."""
    deadline = time.monotonic() + _PATIENCE_S
    while lock.is_held(job.path) and time.monotonic() < deadline:
        time.sleep(_POLL_S)
    status = job.status
    if error is None or not _without_end(job, status):
        return status
    status = "interrupted" if isinstance(error, JobInterrupted) else "failed"
    with suppress(JobBusy):  # somebody has begun to resume it
        job.record("status", status=status, error=str(error))
    return status


def _without_end(job: Job, status: str) -> bool:
    """Whether nobody has said how the run ended, or has begun to resume it."""
    last = [event for event in job.events()[0] if event["type"] == "status"][-1]
    if status == "waiting":  # the first worker was to take over from this very process
        return last.get("process") == lock.this_process()
    return status == "interrupted" and "error" not in last


if __name__ == "__main__":
    sys.exit(worker.main(sys.argv[1], lead))
