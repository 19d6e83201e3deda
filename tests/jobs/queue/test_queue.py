"""The queue as people see it: limits, order, what is free."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.errors import InvalidValue, JobBusy
from workbench.jobs.lock import OwnerLock
from workbench.jobs.queue import Limits, enter
from workbench.jobs.queue.entries import Entries, Entry
from workbench.jobs.queue.order import Claim
from workbench.jobs.queue.queue import _placed
from workbench.jobs.queue.words import reason


def test_limits_are_kept_and_heard_in_words(home, gpus):
    assert home.queue.limits == Limits() and home.queue.slots == 1
    home.queue.limit(runs_at_once=3, gpus=[0, 2])
    assert json.loads((home.path / "queue.json").read_text()) == {
        "type": "Limits",
        "runs_at_once": 3,
        "gpus": [0, 2],
    }
    assert home.queue.limits == Limits(3, (0, 2)) and home.queue.slots == 3
    home.queue.limit(runs_at_once=None)
    gpus(4)
    assert home.queue.slots == 2  # one a GPU that is allowed
    assert home.queue.gpus() == {0: "", 2: ""}


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"runs_at_once": 0}, "runs_at_once must be 1–1000 runs, got 0"),
        ({"runs_at_once": "many"}, "runs_at_once must be a whole number, got 'many'"),
        ({"gpus": [-1]}, "gpus must be 0–1000, got -1"),
        ({"gpus": [1, 1]}, "gpus must name each GPU once"),
        ({"cores": 2}, "there is no limit 'cores'; there are gpus, runs_at_once"),
    ],
)
def test_limits_out_of_range_are_refused_and_change_nothing(home, changes, sentence):
    with pytest.raises(InvalidValue, match=sentence):
        home.queue.limit(**changes)
    assert not (home.path / "queue.json").exists()


def test_an_empty_home_has_an_empty_queue(home, gpus):
    assert home.queue.to_dict() == {
        "limits": {"runs_at_once": 1, "gpus": None},
        "gpus": [],
        "running": [],
        "waiting": [],
    }
    assert not home.path.exists()
    assert repr(home.queue) == "Queue(0 running, 0 waiting, 1 at once)"


def test_only_what_waits_can_be_moved(home, gpus):
    job = home.create_job("run", "over", {})
    with pytest.raises(JobBusy, match="over is waiting; only a run that waits can be moved"):
        home.queue.move(job, "up")
    enter(job)
    assert home.queue.move(job, "up") == 1
    with pytest.raises(InvalidValue, match="where must be one of first, up, down, last; got 'out'"):
        home.queue.move(job, "out")


def test_entries_of_deleted_and_killed_runs_are_forgotten(home, gpus):
    entries = Entries(home.path)
    kept, killed, gone = [home.create_job("run", name, {}) for name in ("kept", "killed", "gone")]
    with entries.held():
        entries.put(Entry(kept.id, 1.0))
        entries.put(Entry(killed.id, 2.0, "running", gpus=(0,)))
        entries.put(Entry(gone.id, 3.0))
    assert entries.live() == []  # nobody has their locks
    home.delete(gone)
    entries.tidy()
    names = {path.stem for path in (home.path / "queue").glob("*.json")}
    assert names == {kept.id}
    with OwnerLock(kept.path):
        assert [entry.id for entry in entries.live()] == [kept.id]


def test_an_entry_cut_off_by_a_crash_is_none(home, gpus):
    job = home.create_job("run", "torn", {})
    enter(job)
    file = home.path / "queue" / f"{job.id}.json"
    for content in ("", '{"id": "x"', "[]", '{"id": "x", "gpus": []}'):
        file.write_text(content)
        assert Entries(home.path).live() == []
    enter(job)
    assert [run.name for run in home.queue.waiting()] == ["torn"]


def test_a_run_that_is_queued_again_before_it_went_keeps_its_place(home, gpus):
    first, second = [home.create_job("run", name, {}) for name in ("first", "second")]
    enter(first)
    enter(second)
    enter(first)
    assert [run.name for run in home.queue.waiting()] == ["first", "second"]


def test_a_run_that_was_killed_has_no_gpus_when_it_is_queued_again(home, gpus):
    job = home.create_job("run", "killed", {})
    entries = Entries(home.path)
    for state in ("waiting", "running", "paused"):
        with entries.held():
            entries.put(Entry(job.id, 1.0, state, gpus=(0,), why="queued"))
        enter(job)
        (entry,) = entries.live()
        assert (entry.state, entry.gpus, entry.why) == ("waiting", (), "")
        assert (entry.place == 1.0) == (state == "waiting")


@given(st.lists(st.floats(1e9, 2e9), min_size=1, max_size=9), st.data())
def test_a_move_changes_the_order_and_nothing_else(places, data):
    queue = [Entry(f"run-{number}", place) for number, place in enumerate(sorted(places))]
    at, to = (data.draw(st.integers(0, len(queue) - 1)) for _ in range(2))
    changed = {entry.id: entry for entry in _placed(queue, at, to)}
    after = sorted(
        (changed.get(entry.id, entry) for entry in queue), key=lambda entry: (entry.place, entry.id)
    )
    wanted = [entry.id for entry in queue]
    wanted.insert(to, wanted.pop(at))
    assert [entry.id for entry in after] == wanted


@pytest.mark.parametrize(
    ("claim", "before", "running", "slots", "free", "words"),
    [
        (Claim("a"), 2, ["x"], 0, 0, "queued, 2 before it"),
        (Claim("a"), 0, ["x"], 0, 0, "queued behind x"),
        (Claim("a"), 0, ["x", "y"], 0, 0, "queued behind x and y"),
        (Claim("a"), 0, ["x", "y", "z"], -1, 0, "queued behind x and 2 more"),
        (Claim("a", 2), 0, ["x"], 1, 1, "waiting for 2 GPUs, 1 free, behind x"),
        (Claim("a", 1), 0, [], 1, 0, "waiting for 1 GPU, 0 free"),
        (Claim("a", 2, (0, 3)), 0, ["x"], 1, 1, "waiting for GPU 0, 3, behind x"),
        (Claim("a", 2, (0, 3)), 0, ["x"], 0, 1, "queued behind x"),
    ],
)
def test_why_a_run_waits_is_said_in_words(claim, before, running, slots, free, words):
    assert reason(claim, before, running, slots, free) == words
