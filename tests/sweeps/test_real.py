"""Real runs in processes of their own."""

import contextlib
import os
import signal
import time

import pytest

import workbench as wb
from workbench.errors import InvalidValue, JobBusy, JobInUse

_PATIENCE_S = 120


def wait_until(condition):
    deadline = time.monotonic() + _PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)  # between looks


def kill(process):
    with contextlib.suppress(ProcessLookupError):
        os.kill(process, signal.SIGKILL)


def test_two_by_two_killed_in_the_middle(digits, digits_home):
    sweep = wb.sweep(
        digits,
        learning_rate=[0.05, 0.01],
        batch_size=[32, 64],
        epochs=1,
        seed=3,
        name="rates",
        at_once=2,
        home=digits_home,
    )
    wait_until(lambda: len(sweep.runs) == 2 and sweep.job.owner_pid)
    kill(sweep.job.owner_pid)
    wait_until(lambda: sweep.status == "interrupted")
    sweep.resume()
    assert sweep.wait(_PATIENCE_S) == "done"
    trials = sorted(sweep.trials, key=lambda trial: trial.number)
    assert [trial.values for trial in trials] == [
        {"learning_rate": rate, "batch_size": size} for rate in (0.05, 0.01) for size in (32, 64)
    ]
    runs = [summary for summary in digits_home.summaries("run") if sweep.id in summary.parents]
    assert sorted(run.name for run in runs) == ["rates-1", "rates-2", "rates-3", "rates-4"]
    by_id = {run.id: run for run in runs}
    for trial in trials:
        assert trial.status == "done"
        assert trial.objective == by_id[trial.run].highest["val_accuracy"]
        assert by_id[trial.run].config["learning_rate"] == trial.values["learning_rate"]
        statuses = [e["status"] for e in wb.run(trial.run, digits_home).job.events()[0]
                    if e["type"] == "status"]  # fmt: skip
        assert statuses.count("done") == 1
    best = max(trials, key=lambda trial: (trial.objective, -trial.number))
    assert sweep.best.id == sweep.trials[0].run == best.run
    assert {run.config.seed for run in sweep.runs} == {3}
    rows = sweep.to_dict()["trials"]
    assert [row["objective"] for row in rows] == sorted(
        (trial.objective for trial in trials), reverse=True
    )
    shown = sweep._repr_html_()
    assert shown.count("<tr>") == 5 and "learning_rate" in shown
    with pytest.raises(JobBusy, match="there is nothing to resume"):
        sweep.resume()
    with pytest.raises(JobInUse, match="is used by rates"):
        digits_home.delete(digits.job)
    assert wb.find_sweep("rates", digits_home).id == sweep.id
    assert wb.list_sweeps(digits_home).rows[0]["varies"] == "learning_rate, batch_size"
    sweep.delete()
    assert not [s for s in digits_home.summaries() if s.name.startswith("rates")]


def test_stop_stops_runs_and_sweep(digits, digits_home):
    sweep = wb.sweep(
        digits, learning_rate=[0.05, 0.01], epochs=500, at_once=1, name="long", home=digits_home
    )
    wait_until(lambda: any(trial.status == "running" for trial in sweep.trials))
    with pytest.raises(JobBusy, match="stop it first"):
        sweep.delete()
    assert sweep.stop() == "stopped"
    (run,) = sweep.runs
    assert run.status == "stopped"
    assert [trial.status for trial in sweep.trials] == ["stopped"]
    sweep.delete()


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"learning_rate": 0.1}, "nothing varies"),
        ({"learning_rate": [0.1, -1]}, "learning_rate must be"),
        ({"lerning_rate": [0.1]}, "TrainConfig has no field 'lerning_rate'"),
        ({"learning_rate": [0.1], "stopping": "guess"}, "stopping must be one of"),
    ],
)
def test_what_cannot_run_makes_nothing(digits, digits_home, fields, sentence):
    with pytest.raises(InvalidValue, match=sentence):
        wb.sweep(digits, home=digits_home, **fields)
    assert not digits_home.summaries("sweep")


def test_without_validation_images_there_is_nothing_to_compare_by(tmp_path, digits_folder):
    home = wb.Home(tmp_path / "home")
    source = wb.ImageFolder(digits_folder, validation_percent=0)
    image = wb.ImageFormat(width=28, height=28, channels=1)
    dataset = wb.create_dataset("bare", source, image=image, runner="synchronous", home=home)
    with pytest.raises(InvalidValue, match="bare has no validation images to compare the runs by"):
        wb.sweep(dataset, learning_rate=[0.1, 0.01], home=home)
