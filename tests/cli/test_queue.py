import json

import pytest

from workbench.cli.main import main
from workbench.jobs import Home
from workbench.jobs.queue import enter, machine


@pytest.fixture
def home(tmp_path):
    return Home(tmp_path / "home")


@pytest.fixture
def workbench(capsys, home):
    """Run a command; its status, stdout and stderr."""

    def run(*arguments):
        status = main([*arguments, "--home", str(home.path)])
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return run


@pytest.fixture
def gpus(monkeypatch):
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    monkeypatch.setattr(machine, "_uuids", lambda: ("GPU-0", "GPU-1"))


@pytest.fixture
def waiting(home):
    """Three runs that this process is about to execute, in this order."""
    jobs = [home.create_job("run", name, {"devices": "2"}) for name in ("a", "b", "c\n")]
    for job in jobs:
        enter(job)
    return jobs


def test_an_empty_queue_says_so(workbench, monkeypatch):
    monkeypatch.setattr(machine, "_uuids", lambda: ())
    status, out, err = workbench("queue")
    assert (status, err) == (0, "")
    assert out == "nothing runs or waits\n1 run at a time, on the processor\n"


def test_what_waits_is_listed_in_order(workbench, waiting, gpus):
    lines = workbench("queue")[1].splitlines()
    assert [line.split()[1] for line in lines[1:4]] == ["a", "b", "c\ufffd"]
    assert lines[-1] == "2 runs at a time, on GPU 0, 1; 2 of 2 free"
    document = json.loads(workbench("queue", "--json")[1])
    assert [run["name"] for run in document["waiting"]] == ["a", "b", "c\n"]
    assert document["waiting"][0] | {"id": ""} == {
        "id": "",
        "name": "a",
        "state": "waiting",
        "why": "",
        "devices": "2",
        "gpus": [],
    }
    assert document["gpus"] == [{"index": 0, "run": None}, {"index": 1, "run": None}]


@pytest.mark.parametrize(
    ("move", "order"),
    [("--first", "cab"), ("--up", "acb"), ("--down", "abc"), ("--last", "abc")],
)
def test_the_order_is_changed(workbench, waiting, home, move, order):
    status, out, _ = workbench("queue", "move", waiting[2].id, move)
    assert status == 0
    assert out == f"c\ufffd is number {order.index('c') + 1} of those that wait\n"
    assert [run.name[0] for run in home.queue.waiting()] == list(order)


def test_what_does_not_wait_cannot_be_moved(workbench, home):
    home.create_job("run", "over", {})
    status, out, err = workbench("queue", "move", "over", "--up")
    assert (status, out) == (2, "")
    assert err.endswith("only a run that waits can be moved\n")
    assert workbench("queue", "move", "over")[0] == 2


def test_limits_are_set_and_taken_back(workbench, home, gpus):
    status, out, _ = workbench("queue", "limit", "--runs", "3", "--gpus", "1")
    assert (status, out) == (0, "3 runs at a time, on GPU 1; 1 of 1 free\n")
    assert json.loads(workbench("queue", "limit", "--gpus", "none", "--json")[1]) == {
        "runs_at_once": 3,
        "gpus": [],
    }
    out = workbench("queue", "limit", "--runs", "default", "--gpus", "all")[1]
    assert out == "2 runs at a time, on GPU 0, 1; 2 of 2 free\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "give --runs N, --gpus 0,1, or both"),
        (["--runs", "0"], "runs_at_once must be 1–1000 runs, got 0"),
        (["--runs", "many"], "runs_at_once must be whole numbers, got 'many'"),
        (["--gpus", "0;1"], "gpus must be whole numbers, got '0;1'"),
    ],
)
def test_wrong_limits_are_one_sentence(workbench, home, arguments, message):
    status, out, err = workbench("queue", "limit", *arguments)
    assert (status, out, err) == (2, "", f"error: {message}\n")
    assert not (home.path / "queue.json").exists()
