"""``run compare`` and ``run clone`` in the terminal."""

import json

import pytest

import workbench as wb
from workbench.cli.main import main
from workbench.jobs import EventWriter


@pytest.fixture
def workbench(capsys, digits_home):
    """Run a command in the home of the digits; its status, stdout and stderr."""

    def run(*arguments):
        status = main([*arguments, "--home", str(digits_home.path)])
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return run


@pytest.fixture
def pair(digits_home, digits):
    jobs = []
    for name, rate in (("cmp-slow", 0.001), ("cmp-fast", 0.1)):
        config = wb.TrainConfig(dataset=digits.id, learning_rate=rate, epochs=1, seed=1)
        job = digits_home.create_job("run", name, config.to_dict(), parents=[digits.id])
        with EventWriter(job.path / "events.jsonl") as writer:
            writer.write("metrics", step=1, epoch=1.0, val_accuracy=rate * 9)
            writer.write("status", status="done")
        jobs.append(job)
    yield jobs
    for job in jobs:
        digits_home.delete(job)


def test_compare_prints_figures_and_differences(workbench, pair):
    status, out, err = workbench("run", "compare", "cmp-slow", pair[1].id)
    assert (status, err) == (0, "")
    rows = {line.split("  ")[0]: line for line in out.splitlines()}
    assert out.splitlines()[0].split() == ["cmp-slow", "cmp-fast"]
    assert rows["learning_rate"].split() == ["learning_rate", "0.001", "0.1"]
    assert "90.00 % at epoch 1" in rows["best"]
    assert "batch_size" not in out


def test_compare_as_json(workbench, pair):
    status, out, _ = workbench("run", "compare", "cmp-slow", "cmp-fast", "--json")
    document = json.loads(out)
    assert status == 0
    assert [run["id"] for run in document["runs"]] == [job.id for job in pair]
    assert document["differences"] == {"learning_rate": [0.001, 0.1]}


def test_compare_wants_two_runs(workbench, pair):
    status, out, err = workbench("run", "compare", "cmp-slow")
    assert (status, out, err) == (2, "", "error: compare needs at least two runs, got 1\n")


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ("epochs", "--set wants FIELD=VALUE, got 'epochs'"),
        ("epochs=0", "epochs must be 1–100000, got 0"),
        ("speed=9", "there is no field 'speed'"),
    ],
)
def test_clone_refuses_what_cannot_be_and_starts_nothing(
    workbench, pair, digits_home, change, sentence
):
    before = len(digits_home.summaries("run"))
    status, out, err = workbench("run", "clone", "cmp-fast", "--set", change)
    assert (status, out) == (2, "")
    assert err.startswith("error: ")
    assert sentence in err
    assert len(digits_home.summaries("run")) == before


def test_clone_trains_with_the_changes(workbench, pair, digits_home):
    arguments = ["--set", "policy=fixed", "--set", "batch_size=32", "--runner", "kernel", "--json"]
    status, out, err = workbench("run", "clone", "cmp-fast", "--name", "cmp-again", *arguments)
    assert status == 0, err
    run = wb.run("cmp-again", home=digits_home)
    assert json.loads(out)["id"] == run.id
    assert run.status == "done"
    assert (run.config.policy, run.config.batch_size) == (wb.Fixed(), 32)
    assert (run.config.learning_rate, run.config.seed) == (0.1, 1)
    run.delete()
