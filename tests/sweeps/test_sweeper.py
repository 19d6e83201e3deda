"""What a sweep does, with runs that are played."""

import sys

import pytest

from workbench.errors import JobFailed, MissingExtra
from workbench.jobs import Job, Stopped
from workbench.runners import execution
from workbench.sweeps import Stopping
from workbench.sweeps.execute import execute
from workbench.sweeps.sweeper import Sweeper
from workbench.sweeps.trials import Trials, best, best_so_far, ranked


def sweeper_of(job, owned, stage):
    made = Sweeper(job, owned(job), stage.start)
    made.recover()
    return made


def statuses(job):
    return {t.number: t.status for t in Trials.from_events(job.events()[0]).all}


def test_so_many_at_once_in_order_to_the_end(new_sweep, owned, stage, home):
    job = new_sweep(at_once=2)
    sweep = sweeper_of(job, owned, stage)
    assert sweep.step()
    assert stage.begun == ["rates-1", "rates-2"]
    assert sweep.step()
    assert len(stage.begun) == 2
    stage.runs[2].validate(0.5, 0.7, 0.6)
    stage.runs[2].end()
    assert sweep.step()
    assert stage.begun == ["rates-1", "rates-2", "rates-3"]
    for number, accuracy in ((1, 0.8), (3, 0.9), (4, 0.1)):
        if number == 4:
            assert sweep.step()
        stage.runs[number].validate(accuracy)
        stage.runs[number].end()
    assert not sweep.step()
    trials = Trials.from_events(job.events()[0])
    assert [t.objective for t in trials.all] == [0.8, 0.7, 0.9, 0.1]
    assert [t.epoch for t in trials.all] == [1, 2, 1, 1]
    assert [t.values["learning_rate"] for t in trials.all] == [0.1, 0.01, 0.001, 0.0001]
    assert [t.number for t in ranked(trials.all, sweep.config.monitor)] == [3, 1, 2, 4]
    summary = job.summary()
    assert summary.progress.fraction == 1
    assert summary.facts["best"] == 0.9
    assert summary.facts["best_run"] == best(trials.all, sweep.config.monitor).run
    runs = {run.name: run for run in home.summaries("run")}
    assert len(runs) == 4
    assert runs["rates-3"].parents == ("nobody", job.id)
    assert runs["rates-3"].group == "rates"
    assert runs["rates-3"].config["learning_rate"] == 0.001


def test_a_run_that_fails_counts_and_the_sweep_goes_on(new_sweep, owned, stage, home):
    job = new_sweep()
    sweep = sweeper_of(job, owned, stage)
    sweep.step()
    stage.runs[1].validate(0.9)
    stage.runs[1].end("failed", error="the loss became nan")
    sweep.step()
    stage.runs[2].die()
    sweep.step()
    stage.runs[3].end("stopped")
    sweep.step()
    stage.runs[4].die()
    home.delete(stage.runs[4].job)
    assert not sweep.step()
    trials = Trials.from_events(job.events()[0]).all
    assert [t.status for t in trials] == ["failed", "failed", "stopped", "failed"]
    assert [t.error for t in trials] == [
        "the loss became nan", "its process ended unexpectedly", None, "the run was deleted",
    ]  # fmt: skip
    assert [t.objective for t in trials] == [None, None, None, None]


def test_a_sweep_without_any_result_fails_with_a_sentence(new_sweep, stage):
    def fail(job):
        stage.start(job)
        stage.runs[max(stage.runs)].end("failed", error="the loss became nan")

    job = new_sweep()
    status = execution.execute(job, lambda j, context: execute(j, context, fail, lambda: None))
    assert status == "failed"
    assert job.summary().error == (
        "none of the 4 runs gave a result; the first failed: the loss became nan"
    )


def test_a_sweep_without_any_result_is_resumed_with_all_its_runs(new_sweep, stage):
    mended = []

    def start(job):
        stage.start(job)
        run = stage.runs[int(job.name.rpartition("-")[2])]
        if mended:
            run.validate(0.5)
            run.end()
        else:
            run.end("stopped" if job.name == "rates-2" else "failed", error="the disk is full")

    job = new_sweep()

    def carry_out():
        return execution.execute(job, lambda j, c: execute(j, c, start, lambda: None))

    assert carry_out() == "failed"
    assert statuses(job) == {1: "failed", 2: "stopped", 3: "failed", 4: "failed"}
    mended.append(True)
    job.announce()
    assert carry_out() == "done"
    trials = Trials.from_events(job.events()[0]).all
    assert [(t.status, t.objective, t.error) for t in trials] == [("done", 0.5, None)] * 4
    assert len({t.run for t in trials}) == 4


def test_what_failed_is_not_begun_again_where_others_gave_results(new_sweep, owned, stage):
    job = new_sweep()
    context = owned(job)
    sweep = Sweeper(job, context, stage.start)
    sweep.step()
    stage.runs[1].end("failed", error="the loss became nan")
    sweep.step()
    context.give_up()
    sweep = sweeper_of(job, owned, stage)
    assert statuses(job) == {1: "failed", 2: "running"}
    assert stage.begun == ["rates-1", "rates-2"]


def test_a_hopeless_run_is_stopped_and_the_next_begins(new_sweep, owned, stage):
    job = new_sweep(stopping=Stopping("median", grace=1, least=1))
    sweep = sweeper_of(job, owned, stage)
    sweep.step()
    stage.runs[1].validate(0.5, 0.6, 0.7)
    stage.runs[1].end()
    sweep.step()
    stage.runs[2].validate(0.4)
    assert sweep.step()
    assert statuses(job)[2] == "running"
    assert Trials.from_events(job.events()[0]).by_number[2].hopeless
    assert stage.runs[2].told() == ["stop"]
    sweep.step()
    assert stage.runs[2].told() == []
    stage.runs[2].end("stopped")
    sweep.step()
    assert statuses(job) == {1: "done", 2: "pruned", 3: "running"}
    stage.runs[3].validate(0.9, 0.9, 0.1)
    sweep.step()
    assert stage.runs[3].told() == []
    stage.runs[3].end()
    sweep.step()
    # At its last epoch a run is not stopped any more: it is done.
    stage.runs[4].validate(0.9, 0.9)
    sweep.step()
    stage.runs[4].validate(0.0)
    sweep.step()
    assert stage.runs[4].told() == []
    stage.runs[4].end()
    assert not sweep.step()
    assert statuses(job)[4] == "done"


def test_stop_stops_the_runs_too_and_resuming_goes_on_with_them(new_sweep, stage):
    job = new_sweep(at_once=2)

    def look():
        for number, run in stage.runs.items():
            if number == 1 and job.live and not run.epoch:
                run.validate(0.5)
                job.send("stop")
            if "stop" in run.told():
                run.end("stopped")

    def stopped(job, context):
        with pytest.raises(Stopped):
            execute(job, context, stage.start, look)
        raise Stopped

    assert execution.execute(job, stopped) == "stopped"
    assert statuses(job) == {1: "running", 2: "running"}
    assert [run.job.status for run in stage.runs.values()] == ["stopped", "stopped"]

    def finish():
        for run in list(stage.runs.values()):
            if run.job.status == "running":
                run.validate(0.6)
                run.end()

    job.announce()
    assert execution.execute(job, lambda j, c: execute(j, c, stage.start, finish)) == "done"
    assert statuses(job) == dict.fromkeys(range(1, 5), "done")
    assert stage.begun == ["rates-1", "rates-2", "rates-1", "rates-2", "rates-3", "rates-4"]


@pytest.mark.parametrize("kill_at", range(1, 13))
def test_killed_at_any_event_no_run_is_lost_or_made_twice(new_sweep, owned, stage, home, kill_at):
    class Killed(BaseException):
        pass

    job = new_sweep(at_once=2)
    context, count = owned(job), 0
    emit = context.emit

    def dying(kind, **fields):
        nonlocal count
        if kind == "trial":
            count += 1
            if count == kill_at:
                raise Killed
        return emit(kind, **fields)

    def drive(sweep):
        while sweep.step():
            for run in list(stage.runs.values()):
                if run.job.status == "running":
                    run.validate(0.5)
                    run.end()

    context.emit = dying
    killed = False
    try:
        sweep = Sweeper(job, context, stage.start)
        sweep.recover()
        drive(sweep)
    except Killed:
        killed = True
    assert killed == (kill_at <= 12)
    context.give_up()
    orphans = [run for run in home.summaries("run") if run.status == "waiting"]
    for orphan in orphans:  # made by the process that was killed: nobody is about to execute it
        Job(home.runs_dir / orphan.id).announce({"pid": 0, "started": 0})
    sweep = sweeper_of(job, owned, stage)
    drive(sweep)
    assert statuses(job) == dict.fromkeys(range(1, 5), "done")
    runs = home.summaries("run")
    assert sorted(run.name for run in runs) == ["rates-1", "rates-2", "rates-3", "rates-4"]
    assert {run.status for run in runs} == {"done"}
    assert sorted(stage.begun) == ["rates-1", "rates-2", "rates-3", "rates-4"]
    rates = [run.config["learning_rate"] for run in sorted(runs, key=lambda run: run.name)]
    assert rates == [0.1, 0.01, 0.001, 0.0001]


def test_a_run_whose_process_was_starting_at_the_kill_is_begun_by_the_next_execution(
    new_sweep, owned, stage
):
    job = new_sweep(at_once=2)
    context = owned(job)
    # Announced, and waiting for the word to begin, which does not come.
    Sweeper(job, context, lambda run: run.announce()).step()
    context.give_up()
    sweep = sweeper_of(job, owned, stage)
    sweep.step()
    assert stage.begun == []
    for run in sweep.trials.all:
        Job(job.path.parents[1] / "runs" / run.run).announce({"pid": 0, "started": 0})
    sweep.step()
    assert stage.begun == ["rates-1", "rates-2"]
    stage.runs[1].die()
    sweep.step()
    assert statuses(job)[1] == "failed", "what ends after it was begun is not begun for ever"
    assert statuses(job)[2] == "running"


def test_a_run_noted_as_hopeless_before_a_kill_is_stopped_after_it(new_sweep, owned, stage):
    job = new_sweep(stopping=Stopping("median", least=1))
    context = owned(job)
    sweep = Sweeper(job, context, stage.start)
    sweep.step()
    context.emit("trial", number=1, hopeless=True)
    context.give_up()
    sweep = sweeper_of(job, owned, stage)
    assert stage.runs[1].told() == ["stop"]
    stage.runs[1].end("stopped")
    sweep.step()
    assert statuses(job)[1] == "pruned"


def test_after_a_kill_the_finished_still_judge_the_others(new_sweep, owned, stage):
    job = new_sweep(stopping=Stopping("median", least=1))
    context = owned(job)
    sweep = Sweeper(job, context, stage.start)
    sweep.step()
    stage.runs[1].validate(0.9, 0.9, 0.9)
    stage.runs[1].end()
    sweep.step()
    context.give_up()
    sweep = sweeper_of(job, owned, stage)
    stage.runs[2].validate(0.1)
    sweep.step()
    assert stage.runs[2].told() == ["stop"]


def test_the_best_so_far_never_falls(new_sweep, owned, stage):
    job = new_sweep()
    sweep = sweeper_of(job, owned, stage)
    for accuracy in (0.5, 0.4, 0.8, 0.6):
        sweep.step()
        run = stage.runs[max(stage.runs)]
        run.validate(accuracy)
        run.end()
    sweep.step()
    assert best_so_far(sweep.trials.ended, sweep.config.monitor) == [0.5, 0.5, 0.8, 0.8]


def test_a_bayesian_sweep_needs_its_extra(new_sweep, stage, monkeypatch):
    monkeypatch.setitem(sys.modules, "optuna", None)
    job = new_sweep(method="bayesian", trials=3)
    with pytest.raises(MissingExtra, match=r"pip install 'jupyter-workbench\[optuna\]'"):
        Sweeper(job, None, stage.start)


def test_a_sweep_that_cannot_be_concluded_says_by_which_figure(new_sweep, stage):
    def finish(job):
        stage.start(job)
        stage.runs[max(stage.runs)].end()

    with pytest.raises(JobFailed, match="none of the 4 runs gave a result; none was measured by"):
        _run(new_sweep(), finish)


def _run(job, start):
    raised = []

    def executor(job, context):
        try:
            execute(job, context, start, lambda: None)
        except JobFailed as error:
            raised.append(error)
            raise

    execution.execute(job, executor)
    raise raised[0]
