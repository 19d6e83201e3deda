"""One sweep: which runs there are, what becomes of them, which comes next.

Every decision is an event of the sweep before it is acted on, so that it is known after a kill:
a run is noted before it is made, and noted as hopeless before it is told to stop.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from workbench.errors import InvalidValue, JobBusy, NotFound
from workbench.jobs import LIVE, Home, Job, JobContext, JobSummary
from workbench.sweeps.config import SweepConfig
from workbench.sweeps.fields import applied
from workbench.sweeps.follower import Follower
from workbench.sweeps.methods import method
from workbench.sweeps.stopping import Curve
from workbench.sweeps.trials import (
    DONE,
    ENDED,
    FAILED,
    PRUNED,
    RUNNING,
    STOPPED,
    WAITING,
    Trial,
    Trials,
    best,
)
from workbench.training import TrainConfig

Start = Callable[[Job], object]
_STOP_S = 60.0
_INTERRUPTED = "interrupted"
_UNFINISHED = (STOPPED, _INTERRUPTED)


class Sweeper:
    """Moves a sweep on, a step at a time.

    Args:
        start: begins a run and returns.
    """

    def __init__(self, job: Job, context: JobContext, start: Start) -> None:
        self.job, self.context = job, context
        self.config = SweepConfig.from_dict(job.config)
        self.trials = Trials.from_events(job.events()[0])
        self._home = Home(job.path.parents[1])
        self._start = start
        self._method = method(self.config)
        self._active: dict[int, Follower] = {}
        self._curves: dict[int, Curve] = {}

    def recover(self) -> None:
        """Find the runs of an earlier execution; go on with those that have not ended.

        Where all ended without a result, whoever resumes the sweep has mended what they ended of:
        those that failed or were stopped are begun again.
        """
        again = self._fruitless
        for trial in self.trials.all:
            if again and trial.status in (FAILED, STOPPED):
                self._note(trial.number, status=RUNNING if trial.run else WAITING, error=None)
            if trial.status in ENDED:
                self._remember(trial)
            elif trial.run is not None:
                self._rejoin(trial, self._home.runs_dir / trial.run, again)
            elif (orphan := self._orphan()) is not None:
                self._rejoin(trial, self._home.runs_dir / orphan)
            else:
                self._make(trial)

    def step(self) -> bool:
        """Look at every run, begin what may begin; tell whether there is more to do."""
        under_way = sum(self._look(number) for number in list(self._active))
        while len(self._active) < self.config.at_once and self._left:
            number = len(self.trials.by_number) + 1
            self._make(self._note(number, values=self._method.values(number, self.trials.all)))
        done = len(self.trials.ended) + under_way
        self.context.progress(done, self.config.total, "runs", "Training")
        return bool(self._active) or self._left

    def stop(self, wait: Callable[[], object]) -> None:
        """Stop the runs under way and wait until they have; they go on another time."""
        for follower in self._active.values():
            follower.job.send("stop")
        deadline = time.monotonic() + _STOP_S
        while True:
            found = {number: follower.read() for number, follower in self._active.items()}
            live = any(summary and summary.status in LIVE for summary in found.values())
            if not live or time.monotonic() > deadline:
                break
            wait()
        for number, summary in found.items():
            if summary is not None and summary.status in (DONE, FAILED):
                self._settle(self.trials.by_number[number], summary)

    @property
    def _left(self) -> bool:
        return len(self.trials.by_number) < self.config.total

    @property
    def _fruitless(self) -> bool:
        """Whether every run has ended, and none with a result."""
        ended = all(trial.status in ENDED for trial in self.trials.all)
        return ended and not self._left and best(self.trials.all, self.config.monitor) is None

    def _note(self, number: int, **fields: Any) -> Trial:
        """Record something of a trial; only then it is so."""
        self.trials.apply(self.context.emit("trial", sync=True, number=number, **fields))
        return self.trials.by_number[number]

    def _make(self, trial: Trial) -> None:
        try:
            config = applied(self.config.base, trial.values)
        except (InvalidValue, NotFound) as error:
            self._note(trial.number, status=FAILED, error=str(error))
            return
        name = f"{self.job.name}-{trial.number}"
        parents = [config.dataset, self.job.id, *self._begins_with(config)]
        run = self._home.create_job("run", name, config.to_dict(), parents, self.job.name)
        self._begin(self._follow(trial, run))

    def _begins_with(self, config: TrainConfig) -> list[str]:
        """The run whose weights a run starts from, which must stay while that one is there."""
        return [config.start.run.partition("@")[0]] if config.start.run else []

    def _begin(self, follower: Follower) -> None:
        follower.begun = True
        try:
            self._start(follower.job)
        except JobBusy:  # somebody has resumed it meanwhile: it is followed all the same
            return

    def _follow(self, trial: Trial, run: Job) -> Follower:
        if trial.run is None:
            self._note(trial.number, run=run.id, status=RUNNING)
        follower = self._active[trial.number] = Follower(run, self.config.monitor)
        return follower

    def _rejoin(self, trial: Trial, path: Path, again: bool = False) -> None:
        """Go on with a run that was made before; one that has ended is settled by the next look.

        Args:
            again: begin it again though it failed.
        """
        try:
            run = Job(path)
        except NotFound:
            self._note(trial.number, status=FAILED, error="the run was deleted")
            return
        follower = self._follow(trial, run)
        summary = follower.read()
        # What it reached before was judged before.
        follower.judged = len(follower.curve)
        if summary is None:
            return
        if trial.hopeless:
            if summary.status in LIVE:
                run.send("stop")
        elif summary.status in _UNFINISHED or (again and summary.status == FAILED):
            self._begin(follower)

    def _orphan(self) -> str | None:
        """The run that was made just before a kill, and not noted any more."""
        known = {trial.run for trial in self.trials.all}
        for summary in self._home.summaries("run"):
            if self.job.id in summary.parents and summary.id not in known:
                return summary.id
        return None

    def _look(self, number: int) -> float:
        """See how a run goes; the share of it that is done, 0 when it has ended."""
        trial, follower = self.trials.by_number[number], self._active[number]
        summary = follower.read()
        if summary is None:
            self._end(trial, FAILED, error="the run was deleted")
            return 0.0
        if summary.status == _INTERRUPTED and not (follower.begun or trial.hopeless):
            # Its process was still starting when an earlier execution of the sweep was killed,
            # and without the word to begin it ended.
            self._begin(follower)
            return 0.0
        if summary.status not in LIVE:
            self._settle(trial, summary)
            return 0.0
        self._judge(trial, follower, summary.epochs or 0)
        return summary.progress.fraction if summary.progress else 0.0

    def _settle(self, trial: Trial, summary: JobSummary) -> None:
        """Note what became of a run that is over."""
        if summary.status == DONE:
            self._end(trial, DONE)
        elif trial.hopeless:
            self._end(trial, PRUNED)
        elif summary.status == STOPPED:
            self._end(trial, STOPPED)
        else:
            error = summary.error or "its process ended unexpectedly"
            self._end(trial, FAILED, error=error)

    def _end(self, trial: Trial, status: str, **fields: Any) -> None:
        follower = self._active.pop(trial.number)
        if status != FAILED:
            epoch, value = follower.best
            fields |= {"objective": value, "epoch": epoch}
            self._curves[trial.number] = follower.curve
        self._note(trial.number, status=status, **fields)
        found = best(self.trials.ended, self.config.monitor)
        if found is not None:
            self.context.emit("facts", best=found.objective, best_run=found.run)

    def _remember(self, trial: Trial) -> None:
        """Read the curve of a run that has ended: the others are compared with it."""
        if self.config.stopping.rule == "none" or trial.status == FAILED or trial.run is None:
            return
        try:
            follower = Follower(Job(self._home.runs_dir / trial.run), self.config.monitor)
        except NotFound:  # deleted since; its result is kept by the sweep
            return
        if follower.read() is not None:
            self._curves[trial.number] = follower.curve

    def _judge(self, trial: Trial, follower: Follower, epochs: float) -> None:
        """Stop a run of so many epochs that is hopeless, judged at each new point of its curve."""
        curve, judged = follower.curve, follower.judged
        follower.judged = len(curve)
        if trial.hopeless or self.config.stopping.rule == "none":
            return
        for count in range(judged + 1, len(curve) + 1):
            if curve[count - 1][0] < epochs and self._is_hopeless(trial, curve[:count]):
                self._note(trial.number, hopeless=True)
                follower.job.send("stop")
                return

    def _is_hopeless(self, trial: Trial, curve: Curve) -> bool:
        done = [t.number for t in self.trials.all if t.status == DONE]
        finished = [self._curves[number] for number in done if number in self._curves]
        under_way = [f.curve for number, f in self._active.items() if number != trial.number]
        others = [*self._curves.values(), *under_way]
        higher = self.config.monitor.higher_is_better
        return self.config.stopping.hopeless(curve, finished, others, higher)
