"""What is left of a dataset's creation that a fault ended."""

import os
import shutil
import signal
import subprocess
import time

import numpy as np
import psutil
import pytest

import workbench as wb
from tests.conftest import write_digits
from workbench import runners
from workbench.api.datasets import make_dataset, resume_dataset, start_dataset
from workbench.data.report import check_records
from workbench.errors import JobBusy, JobFailed
from workbench.jobs import JobContext
from workbench.jobs.lock import owner_pid
from workbench.runners.process import ProcessRunner

# Encoding takes its time, so that a creation can be met in the middle.
IMAGE = wb.ImageFormat(width=256, height=256)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Three thousand digits."""
    return write_digits(tmp_path_factory.mktemp("many") / "train", 300)


def wait_until(condition, seconds=60):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def lives(process):
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def config(folder, **fields):
    source = wb.ImageFolder(folder)
    return wb.DatasetConfig(name="digits", source=source, image=IMAGE, encoding="png", **fields)


def test_a_killed_creation_is_interrupted_and_can_be_taken_up(folder):
    job = start_dataset(config(folder))
    wait_until(lambda: (p := job.summary().progress) is not None and 0 < p.done < p.total)
    owner = psutil.Process(owner_pid(job.path))
    family = [owner, *owner.children(recursive=True)]
    os.kill(owner.pid, signal.SIGKILL)
    wait_until(lambda: job.status == "interrupted")
    wait_until(lambda: not any(lives(process) for process in family))
    assert not (job.path / "records").exists()
    assert wb.dataset(job.id).to_dict()["status"] == "interrupted"
    resume_dataset(job)
    assert job.wait(120) == "done"
    ds = wb.dataset(job.id)
    assert sum(map(len, ds.splits.values())) == 3000
    assert np.asarray(ds.splits["train"].images[:100]).any(axis=(1, 2, 3)).all()
    assert not (job.path / "records.partial").exists()


def test_a_stopped_creation_leaves_no_records(folder):
    job = start_dataset(config(folder))
    wait_until(lambda: (p := job.summary().progress) is not None and p.done > 0)
    started = time.monotonic()
    job.send("stop")
    assert job.wait(30) == "stopped"
    assert time.monotonic() - started < 3
    assert not list(job.path.glob("records*"))
    wb.home().delete(job)


@pytest.mark.parametrize("begin", [start_dataset, make_dataset])
def test_ctrl_c_before_anybody_waits_stops_the_creation(folder, monkeypatch, begin):
    start = runners.start

    def interrupted(*arguments):
        start(*arguments)
        raise KeyboardInterrupt

    monkeypatch.setattr(runners, "start", interrupted)
    with pytest.raises(KeyboardInterrupt):
        begin(config(folder))
    (summary,) = wb.home().summaries()
    assert summary.status == "stopped"


def test_ctrl_c_before_anybody_executes_it_leaves_a_stopped_creation(digits_folder, monkeypatch):
    def interrupted(self, job, process):
        raise KeyboardInterrupt

    monkeypatch.setattr(ProcessRunner, "announce", interrupted)
    with pytest.raises(KeyboardInterrupt):
        make_dataset(config(digits_folder))
    (summary,) = wb.home().summaries()
    assert summary.status == "stopped"
    job = wb.home().job(summary.id)
    resume_dataset(job, runner="synchronous")
    assert job.status == "done"


@pytest.mark.parametrize("doing", ["Looking for duplicates", "Measuring"])
def test_a_creation_is_stopped_whatever_it_does(digits_folder, monkeypatch, doing):
    progress, told = JobContext.progress, []

    def stopping(self, done, total, unit="", message="", **more):
        told.append(message)
        progress(self, done, total, unit, message, **more)
        if message == doing:
            self.job.send("stop")

    monkeypatch.setattr(JobContext, "progress", stopping)
    monkeypatch.setattr("workbench.jobs.context._POLL_EVERY_S", 0)
    with pytest.raises(JobFailed, match="digits was stopped"):
        wb.create_dataset("digits", wb.ImageFolder(digits_folder), runner="synchronous")
    assert told[-1] == doing
    (summary,) = wb.home().summaries()
    assert summary.status == "stopped"
    assert not list((wb.home().datasets_dir / summary.id).glob("records*"))


def test_a_finished_dataset_is_not_made_again(digits_folder):
    ds = wb.create_dataset("digits", wb.ImageFolder(digits_folder), runner="synchronous")
    with pytest.raises(JobBusy, match="digits is done; there is nothing left to make"):
        resume_dataset(ds.job, runner="synchronous")
    assert ds.status == "done"
    check_records(wb.dataset(ds.id))


@pytest.mark.parametrize("last", ["running", "failed"])
def test_what_was_made_whole_and_not_yet_told_ends_done(digits_folder, tmp_path, last):
    folder = tmp_path / "train"
    shutil.copytree(digits_folder, folder)
    (folder / "3" / "bad.png").write_bytes(b"x")
    ds = wb.create_dataset("digits", wb.ImageFolder(folder), runner="synchronous")
    facts, counts = ds.job.summary().facts, ds.counts
    # As a kill leaves it between the renaming of the records and the last event; nothing told.
    (ds.job.path / "events.jsonl").write_bytes(b"")
    ds.job.record("status", status=last)
    shutil.rmtree(folder)
    assert ds.status == {"running": "interrupted"}.get(last, last)
    resume_dataset(ds.job, runner="synchronous")
    again = wb.dataset(ds.id)
    assert again.status == "done"
    assert again.job.summary().facts == facts
    assert facts["unreadable"] == 1
    assert again.counts == counts
    check_records(again)


@pytest.fixture
def small_disk(tmp_path):
    """A disk of four megabytes."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(place)]
    if os.geteuid() or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("mounting a small disk is not allowed here")
    yield place
    subprocess.run(["umount", "--lazy", str(place)], check=True)


@pytest.mark.parametrize("encoding", ["none", "png"])
def test_a_full_disk_is_told_in_a_sentence_and_leaves_nothing_half_made(
    folder, small_disk, monkeypatch, encoding
):
    from workbench.data.records.choice import Machine

    roomy = Machine(1 << 40, 1 << 40)  # or it would be refused beforehand
    monkeypatch.setattr(Machine, "at", classmethod(lambda cls, folder: roomy))
    home = wb.Home(small_disk / "home")
    source = wb.ImageFolder(folder)
    image = wb.ImageFormat(width=256, height=256)
    with pytest.raises(JobFailed, match="the disk is full; free some space"):
        wb.create_dataset(
            "big", source, image=image, encoding=encoding, runner="synchronous", home=home
        )
    (summary,) = home.summaries()
    assert summary.status == "failed"
    job = home.job(summary.id)
    assert not list(job.path.glob("records*"))
    home.delete(job)
    ds = wb.create_dataset(
        "small", wb.ImageFolder(folder, max_per_class=50), runner="synchronous", home=home,
        image=wb.ImageFormat(width=28, height=28, channels=1),
    )  # fmt: skip
    assert ds.status == "done"


def test_a_small_disk_takes_what_fits_it_encoded(folder, small_disk):
    ds = wb.create_dataset(
        "small", wb.ImageFolder(folder), image=wb.ImageFormat(width=28, height=28, channels=1),
        runner="synchronous", home=wb.Home(small_disk / "home"),
    )  # fmt: skip
    assert (ds.status, sum(map(len, ds.splits.values()))) == ("done", 3000)
    assert (ds.records / "images.arrayrecord").is_file()  # 2.4 MB decoded are more than half


def test_a_dataset_too_large_for_the_disk_is_refused_at_once(folder, small_disk):
    home = wb.Home(small_disk / "home")
    with pytest.raises(JobFailed, match=r"images need .* MB, .* MB are free; choose smaller"):
        wb.create_dataset(
            "big", wb.ImageFolder(folder), encoding="none", runner="synchronous", home=home
        )
