import subprocess
import sys
import threading

import psutil
import pytest

from workbench.errors import JobBusy
from workbench.jobs import Home, Job, JobContext, commands, lock
from workbench.jobs.events import EventWriter
from workbench.jobs.lock import OwnerLock
from workbench.jobs.progress import Pace, Progress


@pytest.fixture
def job(tmp_path):
    return Home(tmp_path).create_job("run", "lenet", {"epochs": 3})


def test_status_is_derived_from_the_last_event_and_the_lock(job):
    assert job.status == "waiting"
    with OwnerLock(job.path), EventWriter(job.path / "events.jsonl") as events:
        assert job.status == "waiting"
        events.write("status", status="running")
        assert job.status == "running"
    assert job.status == "interrupted"
    with OwnerLock(job.path), EventWriter(job.path / "events.jsonl") as events:
        events.write("status", status="failed", error="the disk is full")
    assert job.status == "failed"
    assert job.summary().error == "the disk is full"


def test_a_job_whose_launcher_died_before_it_began_is_interrupted(job):
    job.announce({"pid": 2**22 + 1, "started": 0.0})
    assert job.status == "interrupted"


def test_commands_arrive_in_order_and_once(job):
    job.send("learning_rate", value=0.1)
    job.send("stop")
    job.send("extend", epochs=2)
    with EventWriter(job.path / "events.jsonl") as events:
        context = JobContext(job, events)
        assert context.wishes() == [], "nobody has looked yet"
        assert context.stop_requested()
        assert [(wish.name, wish.values) for wish in context.wishes()] == [
            ("learning_rate", {"value": 0.1}),
            ("extend", {"epochs": 2}),
        ]
        assert context.wishes() == []


def test_what_was_decided_between_executions_is_recorded(job):
    job.record("change", what="epochs", value=12, step=0, epoch=0)
    assert job.summary().epochs == 12
    with OwnerLock(job.path), pytest.raises(JobBusy):
        job.record("change", what="epochs", value=13, step=0, epoch=0)


def test_a_stop_meant_for_an_earlier_execution_is_void(job):
    job.send("stop")
    job.announce()
    with EventWriter(job.path / "events.jsonl") as events:
        assert not JobContext(job, events).stop_requested()
        job.send("stop")
        assert JobContext(job, events).stop_requested()


def test_a_running_job_is_not_announced_again(job):
    with OwnerLock(job.path), pytest.raises(JobBusy):
        job.announce()


@pytest.fixture
def child():
    """A process that lives until the end of the test, as :func:`lock.this_process` names one."""
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        yield {"pid": process.pid, "started": psutil.Process(process.pid).create_time()}
        process.kill()


def waits(job):
    return [command.name for command in commands.take(job.path)]


def test_a_job_that_has_just_ended_can_be_announced_and_deleted(job, monkeypatch):
    with EventWriter(job.path / "events.jsonl") as events:
        owner = lock.OwnerLock(job.path)
        events.write("status", status="done")
    monkeypatch.setattr(lock.time, "sleep", lambda _: owner.release())
    job.announce()
    assert job.status == "waiting"


def test_a_job_that_waits_for_a_living_process_is_neither_announced_again_nor_deleted(job, child):
    job.announce(child)
    job.send("stop")
    home = Home(job.path.parents[1])
    before = job.events()
    for refused in (job.announce, lambda: job.announce(child), lambda: home.delete(job)):
        with pytest.raises(JobBusy, match=f"about to be executed by process {child['pid']}"):
            refused()
    assert job.status == "waiting"
    assert job.events() == before
    assert waits(job) == ["stop"]
    with OwnerLock(job.path), EventWriter(job.path / "events.jsonl") as events:
        events.write("status", status="stopped")
    job.announce()  # it had its turn
    home.delete(job)
    assert home.summaries() == []


def test_who_was_asked_may_begin_another_time_and_a_dead_one_stands_in_nobodys_way(job, child):
    job.announce(child)
    with OwnerLock(job.path), EventWriter(job.path / "events.jsonl") as events:
        events.write("status", status="waiting")  # in the queue, and killed there
    assert job.status == "interrupted"
    job.announce()
    job.announce()  # this process may ask itself again
    job.announce({"pid": 2**22 + 1, "started": 0.0})
    job.announce(child)
    with pytest.raises(JobBusy):
        job.announce()


MADE_ELSEWHERE = """
import sys
from workbench.jobs import Home

print(Home(sys.argv[1]).create_job("run", "lenet", {}).id, flush=True)
input()
"""


@pytest.mark.parametrize("take", [Job.announce, lambda job: Home(job.path.parents[1]).delete(job)])
def test_a_job_that_was_only_made_by_a_living_process_is_anybodys(tmp_path, take):
    command = [sys.executable, "-c", MADE_ELSEWHERE, str(tmp_path)]
    with subprocess.Popen(command, stdin=-1, stdout=-1, text=True) as maker:
        try:
            job = Job(tmp_path / "runs" / maker.stdout.readline().strip())
            assert job.status == "waiting"
            take(job)
        finally:
            maker.kill()


def test_a_job_that_ends_while_it_is_looked_at_is_not_interrupted(job, monkeypatch):
    held = lock.is_held
    owner = OwnerLock(job.path)
    events = EventWriter(job.path / "events.jsonl")
    events.write("status", status="running")

    def end_before_the_look(directory) -> bool:
        events.write("status", status="done")
        owner.release()
        return held(directory)

    monkeypatch.setattr(lock, "is_held", end_before_the_look)
    with events:
        assert job.status == "done"


def test_waiting_ends_with_the_job(job):
    owned, end = threading.Event(), threading.Event()

    def execute() -> None:
        with OwnerLock(job.path), EventWriter(job.path / "events.jsonl") as events:
            events.write("status", status="running")
            owned.set()
            end.wait()
            events.write("status", status="done")

    thread = threading.Thread(target=execute)
    thread.start()
    owned.wait()
    assert job.wait(timeout=0.01) == "running"
    seen = []
    status = job.wait(poll=lambda summary: (seen.append(summary.status), end.set()))
    thread.join()
    assert (status, seen[0], seen[-1]) == ("done", "running", "done")


def test_progress_is_throttled_but_its_end_is_never_lost(job):
    with EventWriter(job.path / "events.jsonl") as events:
        context = JobContext(job, events)
        for done in range(1001):
            context.progress(done, 1000, "images", "Reading")
    written = [event["done"] for event in job.events()[0] if event["type"] == "progress"]
    assert written[0] == 0 and written[-1] == 1000
    assert len(written) < 50


def test_time_left_follows_the_pace():
    now = iter([0.0, 1.0, 2.0, 3.0])
    pace = Pace(lambda: next(now))
    assert pace.eta(0, 100) is None
    assert pace.eta(10, 100) == pytest.approx(9)
    assert pace.eta(20, 100) == pytest.approx(8)
    assert pace.eta(5, 100) is None  # started over


def test_a_fraction_stays_within_zero_and_one():
    assert Progress(5, 10).fraction == 0.5
    assert Progress(11, 10).fraction == 1
    assert Progress(0, 0).fraction == 0


def test_time_of_a_killed_run_ends_with_its_last_event(job):
    def event(kind: str, t: float, **fields: object) -> dict[str, object]:
        return {"t": t, "type": kind, **fields}

    from workbench.jobs.summary import Tally

    tally = Tally().fold(
        [
            event("status", 0.0, status="waiting"),
            event("status", 10.0, status="running"),
            event("metrics", 15.0, step=1, epoch=0.5, train_loss=1.0),
            event("status", 1000.0, status="waiting"),  # resumed after a kill at 15
            event("status", 1001.0, status="running"),
            event("status", 1004.0, status="done"),
        ]
    )
    assert tally.seconds == pytest.approx(5 + 3)
    assert tally.started == 10.0 and tally.finished == 1004.0


def test_of_a_long_log_the_end_is_read(tmp_path):
    job = Home(tmp_path).create_job("run", "r", {})
    assert job.read_log() == job.read_log(10) == ""
    (job.path / "run.log").write_text("one\ntwo\nthree\n", encoding="utf-8")
    assert job.read_log() == "one\ntwo\nthree\n"
    assert job.read_log(6) == "three\n"
    assert job.read_log(100) == "one\ntwo\nthree\n"
