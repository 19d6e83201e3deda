"""Runs wait for each other in processes of their own."""

import json
import os
import signal
import threading
from functools import partial

import psutil
import pytest

from tests.jobs.queue.conftest import PATIENCE_S
from workbench.errors import JobBusy, SchemaError
from workbench.jobs.queue import Turn
from workbench.runners import execution

MB = 2**20


def begun(job):
    return json.loads((job.path / "begun.json").read_text())


def message(job):
    progress = job.summary().progress
    return progress.message if progress else ""


def that_have_begun(jobs):
    return [job for job in jobs if has_begun(job)]


def has_begun(job):
    return (job.path / "begun.json").exists()


def test_an_empty_queue_keeps_nobody_waiting(home, gpus):
    job = home.create_job("run", "alone", {})
    assert execution.execute(job, lambda job, context: None) == "done"
    kinds = [(event["type"], event.get("status")) for event in job.events()[0]]
    assert kinds == [("status", "waiting"), ("status", "running"), ("status", "done")]
    assert list((home.path / "queue").glob("*.json")) == []


def test_the_second_waits_for_the_first_and_says_so(runs):
    first, second = runs.begin("lenet-1"), runs.begin("lenet-2")
    runs.until_why(second, "queued behind lenet-1")
    runs.until_status(first, "running")
    assert second.status == "waiting"
    runs.until(lambda: message(second) == "queued behind lenet-1")
    runs.release(first)
    runs.until_status(second, "running")
    assert second.summary().seconds < 5  # waiting is not running
    runs.release(second)


def test_a_run_that_is_starting_is_not_started_again_and_hears_its_stop(runs):
    job = runs.begin("once")
    job.send("stop")
    with pytest.raises(JobBusy):
        execution.announce(job)
    (handle,) = runs.handles
    assert handle.join(PATIENCE_S)
    assert job.status == "stopped"
    runs.start(job)
    runs.until_status(job, "running")
    runs.release(job)


def test_a_thread_and_a_process_wait_for_each_other(runs):
    thread = runs.begin("in-the-kernel", "kernel")
    process = runs.begin("in-a-process")
    runs.until_why(process, "queued behind in-the-kernel")
    third = runs.begin("another", "kernel")
    runs.until_why(third, "queued, 1 before it")
    runs.release(thread, process, third)


def test_they_go_in_the_order_they_were_queued(runs):
    jobs = [runs.begin(f"run-{number}") for number in range(4)]
    for job in jobs:
        runs.until_status(job, "running")
        assert runs.running() == [job.name]
        runs.release(job)
    begins = [job.summary().started for job in jobs]
    assert begins == sorted(begins)


def test_a_moved_run_goes_first(runs):
    holder, *jobs = [runs.thread(name) for name in ("holder", "a", "b", "c")]
    runs.until_status(holder, "running")
    queue = runs.home.queue
    assert queue.move(jobs[2], "first") == 1
    assert runs.waiting() == ["c", "a", "b"]
    assert queue.move(jobs[0], "down") == 3
    assert runs.waiting() == ["c", "b", "a"]
    runs.release(holder)
    runs.until_status(jobs[2], "running")
    assert runs.waiting() == ["b", "a"]


def test_a_killed_holder_leaves_its_place_free_at_once(runs):
    first, second = runs.begin("killed"), runs.begin("next")
    runs.until_status(first, "running")
    runs.until_why(second, "queued behind killed")
    os.kill(first.owner_pid, signal.SIGKILL)
    runs.until_status(second, "running")
    assert first.status == "interrupted"
    assert runs.running() == ["next"]
    runs.start(first)  # resumed, it is queued anew
    runs.until_why(first, "queued behind next")


def test_a_killed_waiter_reads_interrupted_and_keeps_its_place(runs):
    holder, killed, last = runs.begin("holder"), runs.begin("killed"), runs.begin("last")
    runs.until_why(killed, "queued behind holder")
    runs.until_why(last, "queued, 1 before it")
    os.kill(killed.owner_pid, signal.SIGKILL)
    runs.until_status(killed, "interrupted")
    runs.until_why(last, "queued behind holder")
    runs.start(killed)
    runs.until_why(killed, "queued behind holder")
    assert runs.waiting() == ["killed", "last"]
    runs.release(holder, killed, last)


def test_stop_ends_a_wait_at_once_and_nothing_else_is_lost(runs):
    holder, waiter = runs.thread("holder"), runs.thread("waiter")
    runs.until_why(waiter, "queued behind holder")
    waiter.send("learning_rate", value=0.1)
    waiter.send("stop")
    assert waiter.wait(timeout=2) == "stopped"
    assert runs.waiting() == [] and not has_begun(waiter)
    runs.release(holder)


def test_other_commands_wait_for_the_executor(runs):
    holder, waiter = runs.thread("holder"), runs.thread("waiter")
    runs.until_why(waiter, "queued behind holder")
    waiter.send("pause")
    runs.release(holder)
    runs.until_status(waiter, "paused")


def test_what_waits_is_light(runs):
    holder, waiter = runs.begin("holder"), runs.begin("waiter")
    runs.until_why(waiter, "queued behind holder")
    assert psutil.Process(waiter.owner_pid).memory_info().rss < 40 * MB
    runs.release(holder)
    runs.until(lambda: has_begun(waiter))
    assert not {"tensorflow", "keras", "numpy"} & set(begun(waiter)["heavy"])


def test_a_paused_run_lets_another_train_and_then_waits_again(runs):
    first, second = runs.thread("first"), runs.thread("second")
    runs.until_why(second, "queued behind first")
    first.send("pause")
    runs.until_status(second, "running")
    runs.until_status(first, "paused")
    first.send("resume")
    runs.until_why(first, "queued behind second")
    runs.until_status(first, "waiting")
    runs.release(second)
    runs.until_status(first, "running")
    runs.release(first)


def test_a_paused_run_keeps_its_gpus_and_not_its_place_among_those_that_train(runs, gpus):
    gpus(2)
    runs.home.queue.limit(runs_at_once=1)
    paused = runs.thread("paused", devices="gpu:1")
    runs.until_status(paused, "running")
    wants = runs.thread("wants", devices="2")
    runs.until_why(wants, "queued behind paused")
    paused.send("pause")
    runs.until_why(wants, "waiting for 2 GPUs, 1 free, behind paused")
    other = runs.thread("other")
    runs.until_status(other, "running")
    paused.send("resume")
    runs.until_why(paused, "queued, 1 before it")
    runs.release(other)
    runs.until_status(paused, "running")
    assert runs.home.queue.running()[0].gpus == (1,)
    runs.release(paused, wants)


def test_more_go_when_the_limit_is_raised(runs):
    jobs = [runs.thread(f"run-{number}") for number in range(3)]
    runs.until_why(jobs[2], "queued, 1 before it")
    runs.home.queue.limit(runs_at_once=3)
    for job in jobs:
        runs.until_status(job, "running")
    assert runs.home.queue.limit(runs_at_once=1).runs_at_once == 1
    assert len(runs.running()) == 3  # what trains goes on


def test_twenty_that_start_at_once_take_distinct_gpus(runs, gpus):
    gpus(4)
    jobs = [runs.make(f"run-{number}") for number in range(20)]
    threads = [threading.Thread(target=runs.start, args=[job, "kernel"]) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    left = set(jobs)
    while left:
        fresh = runs.until(partial(that_have_begun, left))
        held = [gpu for run in runs.home.queue.running() for gpu in run.gpus]
        assert len(held) == len(set(held)) <= 4
        runs.release(*fresh)
        left -= set(fresh)
    assert {begun(job)["gpus"][0] for job in jobs} == {0, 1, 2, 3}


def test_a_process_sees_its_own_gpus_alone(runs, gpus):
    gpus(4)
    two = runs.begin("two", devices="2")
    named = runs.begin("named", devices="gpu:3")
    none = runs.begin("none", devices="cpu:2")
    for job in (two, named, none):
        runs.until(lambda job=job: has_begun(job))
    assert (begun(two)["visible"], begun(two)["gpus"]) == ("0,1", [0, 1])
    assert (begun(named)["visible"], begun(named)["gpus"]) == ("3", [0])
    assert (begun(none)["visible"], begun(none)["gpus"]) == ("-1", [])
    assert runs.home.queue.gpus() == {0: two.id, 1: two.id, 2: "", 3: named.id}


def test_a_thread_of_the_kernel_is_told_which_gpus_are_its_own(runs, gpus, monkeypatch):
    gpus(4)
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "2,1")
    job = runs.begin("in-the-kernel", "kernel", devices="gpu:1")
    runs.until(lambda: has_begun(job))
    # TensorFlow counts those in sight: number 1 of the machine is its second.
    assert (begun(job)["visible"], begun(job)["gpus"]) == ("2,1", [1])


def test_a_run_that_wants_busy_gpus_is_passed_three_times_and_no_more(runs, gpus):
    gpus(2)
    runs.home.queue.limit(runs_at_once=9)
    holder = runs.thread("holder", devices="gpu:0")
    runs.until_status(holder, "running")
    both = runs.thread("both", devices="2")
    runs.until_why(both, "waiting for 2 GPUs, 1 free, behind holder")
    for number in range(3):
        small = runs.thread(f"small-{number}")
        runs.until_status(small, "running")
        runs.release(small)
    late = runs.thread("late")
    runs.until_why(late, "queued, 1 before it")
    runs.release(holder)
    runs.until_status(both, "running")
    runs.release(both, late)


def test_gpus_that_are_not_there_fail_the_run_with_a_sentence(runs, gpus):
    gpus(2)
    runs.home.queue.limit(gpus=[0])
    job = runs.thread("greedy", devices="gpu:0,1")
    assert job.wait(timeout=20) == "failed"
    wanted = "the run wants GPU 1, but the GPUs for runs here are 0; choose among them"
    assert job.summary().error == wanted


class TestDatasetInTheMaking:
    @pytest.fixture
    def dataset(self, home):
        """A dataset that this test makes, event by event."""
        return home.create_job("dataset", "mnist", {})

    @pytest.fixture
    def making(self, dataset):
        from workbench.jobs.events import EventWriter
        from workbench.jobs.lock import OwnerLock

        with OwnerLock(dataset.path), EventWriter(dataset.path / "events.jsonl") as events:
            events.write("status", status="running")
            yield events

    def test_a_run_waits_until_it_is_done(self, runs, dataset, making):
        run = runs.thread("early", dataset=dataset.id)
        other = runs.thread("other")
        making.write("progress", done=40, total=100, unit="images", message="Reading")
        runs.until_why(run, "waiting for mnist: 40 %")
        runs.until_status(other, "running")  # it keeps nobody waiting meanwhile
        runs.release(other)
        assert run.status == "waiting"
        making.write("status", status="done")
        runs.until_status(run, "running")

    def test_a_failed_one_fails_the_run(self, runs, dataset, making):
        run = runs.thread("early", dataset=dataset.id)
        runs.until_why(run, "waiting for mnist")
        making.write("status", status="failed", error="the disk is full")
        assert run.wait(timeout=20) == "failed"
        assert run.summary().error == (
            "the dataset mnist failed: the disk is full; mend it, then resume the run"
        )

    def test_a_deleted_one_fails_the_run(self, runs, home):
        run = runs.begin("late", dataset="bcdfgh23")
        assert run.wait(timeout=20) == "failed"
        assert run.summary().error == "the dataset of late is gone; make it again and train anew"

    def test_an_interrupted_one_may_be_gone_on_with(self, runs, dataset):
        from workbench.jobs.events import EventWriter
        from workbench.jobs.lock import OwnerLock

        with EventWriter(dataset.path / "events.jsonl") as events:
            events.write("status", status="running")
        run = runs.thread("early", dataset=dataset.id)
        runs.until_why(run, "waiting for mnist, which is interrupted: go on with it, or stop")
        with OwnerLock(dataset.path), EventWriter(dataset.path / "events.jsonl") as events:
            events.write("status", status="done")
        runs.until_status(run, "running")


def test_a_damaged_limit_is_told_and_not_overlooked(runs):
    runs.home.path.mkdir(exist_ok=True)
    (runs.home.path / "queue.json").write_text('{"runs_at_once": 0}')
    with pytest.raises(SchemaError, match="damaged .runs_at_once must be 1–1000 runs, got 0.; del"):
        _ = runs.home.queue.slots
    job = runs.thread("any")
    assert job.wait(timeout=20) == "failed"
    assert "runs_at_once must be 1–1000 runs, got 0" in job.summary().error


def test_a_turn_that_is_left_is_free(home, gpus):
    job = home.create_job("run", "alone", {})
    turn = Turn(job)
    turn.leave()
    turn.leave()
    assert turn.gpus is None and home.queue.running() == []
