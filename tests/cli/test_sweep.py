"""``workbench sweep`` with runs that are played."""

import json

import pytest

from tests.sweeps.conftest import Stage
from workbench import runners
from workbench.cli.main import main
from workbench.runners import execution
from workbench.sweeps.execute import execute


@pytest.fixture
def at_home(digits, digits_home, monkeypatch):
    """The home with the digits, where every sweep is played to its end at once."""
    monkeypatch.setenv("WORKBENCH_HOME", str(digits_home.path))
    stage = Stage()

    def begin(run):
        stage.start(run)
        played = stage.runs[max(stage.runs)]
        played.validate(1 - run.config["learning_rate"])
        played.end()

    def start(job, runner="process", secrets=None):
        stage.runs.clear()
        job.announce()
        execution.execute(job, lambda job, context: execute(job, context, begin, lambda: None))

    monkeypatch.setattr(runners, "start", start)
    yield digits_home
    stage.close()
    for summary in digits_home.summaries("sweep"):
        assert main(["sweep", "delete", summary.id, "-q"]) == 0
    assert not digits_home.summaries("run")


def test_from_create_to_delete(at_home, capsys):
    command = ["sweep", "create", "digits", "--vary", "learning_rate=0.1,0.01"]
    command += ["--vary", "batch_size=32,64", "--epochs", "2", "--seed", "5", "--name", "rates"]
    assert main([*command, "--json"]) == 0
    made = json.loads(capsys.readouterr().out)
    assert (made["name"], made["status"], made["total"]) == ("rates", "done", 4)
    assert made["method"] == "grid"
    assert made["vary"] == {"learning_rate": [0.1, 0.01], "batch_size": [32, 64]}
    assert [trial["objective"] for trial in made["trials"]] == [0.99, 0.99, 0.9, 0.9]
    assert made["best"]["values"] == {"learning_rate": 0.01, "batch_size": 32}
    assert main(["sweep", "show", "rates"]) == 0
    text = capsys.readouterr().out
    assert "4 of 4 runs begun" in text
    assert "best val_accuracy 99.00 % with learning_rate 0.01, batch_size 32" in text
    assert main(["sweep", "list", "--json"]) == 0
    assert [sweep["id"] for sweep in json.loads(capsys.readouterr().out)] == [made["id"]]
    assert main(["sweep", "list"]) == 0
    assert "learning_rate, batch_size" in capsys.readouterr().out
    assert main(["sweep", "stop", "rates"]) == 2
    assert "only a running sweep can be stopped" in capsys.readouterr().err
    assert main(["sweep", "resume", "rates"]) == 2
    assert "there is nothing to resume" in capsys.readouterr().err


def test_a_range_is_drawn_from(at_home, capsys):
    command = ["sweep", "create", "digits", "--vary", "learning_rate=log:1e-4..1e-1"]
    command += ["--trials", "3", "--at-once", "2", "--stopping", "median", "--json"]
    assert main(command) == 0
    made = json.loads(capsys.readouterr().out)
    assert (made["method"], len(made["trials"])) == ("random", 3)
    rates = [trial["values"]["learning_rate"] for trial in made["trials"]]
    assert all(1e-4 <= rate <= 1e-1 for rate in rates)
    assert rates == sorted(rates)  # the lowest was the best


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--vary", "learning_rate"], "--vary wants FIELD=VALUES, got 'learning_rate'"),
        (["--vary", "speed=1,2"], "there is no field 'speed' to vary"),
        (["--vary", "learning_rate=0.1,-1"], "learning_rate -1: learning_rate must be"),
        (["--vary", "learning_rate=1..2", "--method", "grid"], "a grid needs a list of values"),
        ([], "the following arguments are required: --vary"),
    ],
)
def test_wrong_use_is_one_line_and_makes_nothing(at_home, capsys, arguments, sentence):
    assert main(["sweep", "create", "digits", *arguments]) == 2
    error = capsys.readouterr().err
    assert error.startswith("error: ") and error.count("\n") == 1
    assert sentence in error
    assert not at_home.summaries("sweep")
