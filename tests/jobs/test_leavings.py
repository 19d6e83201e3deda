"""What a kill leaves is removed by whoever comes next, and nothing else is."""

import os
import subprocess
import sys
import time

import pytest

from workbench.errors import JobBusy
from workbench.jobs import Home
from workbench.jobs.lock import OwnerLock
from workbench.storage import is_aside, written_aside

LONG_AGO = time.time() - 7200


@pytest.fixture
def home(tmp_path):
    return Home(tmp_path / "home")


@pytest.fixture
def job(home):
    return home.create_job("run", "lenet", {})


def leave(path, when=None):
    """Write a file, or make a folder with a file in it, last touched at some time."""
    if path.suffix in (".partial", ".deleted") and path.name.count(".") == 2:
        path.mkdir()
        (path / "job.json").write_text("{}")
    else:
        path.parent.mkdir(exist_ok=True)
        path.write_text("half")
    if when is not None:
        os.utime(path, (when, when))
    return path


KILLED = """
import os, signal, sys
from pathlib import Path
from workbench.storage import written_aside

with written_aside(Path(sys.argv[1])) as aside:
    aside.write_bytes(bytes(1000))
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_checkpoint_whose_writer_was_killed_is_removed_by_the_next_owner(job):
    folder = job.path / "checkpoints"
    folder.mkdir()
    whole = folder / "step-00000001.npz"
    whole.write_text("whole")
    command = [sys.executable, "-c", KILLED, str(folder / "step-00000002.npz")]
    for _ in range(2):
        assert subprocess.run(command, timeout=60).returncode == -9
    left = [name for name in os.listdir(folder) if is_aside(name)]
    assert len(left) == 2 and all((folder / name).stat().st_size == 1000 for name in left)
    with OwnerLock(job.path), pytest.raises(JobBusy):
        job.announce()
    assert len(os.listdir(folder)) == 3, "what an owner writes is left to it"
    job.announce()
    assert os.listdir(folder) == [whole.name]


def test_what_anybody_may_be_writing_is_left_alone_until_it_is_old(job):
    names = ("notes.md", "job.json", "commands/1-2-ab.json")
    asides = [job.path / name for name in names]
    asides = [path.with_name(f".{path.name}.0123abcd.partial") for path in asides]
    for path in asides:
        leave(path)
    job.announce()
    assert all(path.exists() for path in asides)
    for path in asides:
        os.utime(path, (LONG_AGO, LONG_AGO))
    job.announce()
    assert not any(path.exists() for path in asides)


@pytest.mark.parametrize(
    "name",
    [
        "step-00000001.npz", ".step-00000001.npz.partial", "step-1.npz.0123abcd.partial",
        ".step-1.npz.0123abcd.partial.npz", ".step-1.npz.0123ABCD.partial", ".0123abcd.partial",
    ],
)  # fmt: skip
def test_only_names_that_are_given_aside_are_removed(job, name):
    path = leave(job.path / "checkpoints" / "x").with_name(name)
    path.write_text("mine")
    os.utime(path, (LONG_AGO, LONG_AGO))
    job.announce()
    assert path.read_text() == "mine"


def test_a_name_that_is_given_aside_is_known_as_such(tmp_path):
    for name in ("step-00000001.npz", "a", "two\nlines", "ü.json"):
        with written_aside(tmp_path / name) as aside:
            assert is_aside(aside.name) and not is_aside(name)
            aside.write_text("")


def test_links_lead_nowhere(job, tmp_path):
    elsewhere = leave(tmp_path / "elsewhere" / ".a.npz.0123abcd.partial", LONG_AGO)
    (job.path / "checkpoints").symlink_to(elsewhere.parent)
    job.announce()
    assert elsewhere.exists()


@pytest.mark.parametrize("deed", ["make", "delete"])
@pytest.mark.parametrize("ending", ["partial", "deleted"])
def test_jobs_half_made_or_half_deleted_go_when_they_are_old(home, job, deed, ending):
    home.folder("dataset")
    old = leave(home.datasets_dir / f".bcdf2345.{ending}", LONG_AGO)
    fresh = leave(home.runs_dir / f".bcdf2346.{ending}")
    mine = [leave(home.runs_dir / name, LONG_AGO) for name in (f".mine.{ending}", ".bcdf2345.old")]
    assert {summary.id for summary in home.summaries()} == {job.id}
    assert old.exists(), "whoever only looks removes nothing"
    if deed == "make":
        home.create_job("run", "another", {})
    else:
        home.delete(job)
    assert not old.exists()
    assert fresh.exists() and all(path.exists() for path in mine)


def test_a_job_that_is_being_deleted_is_young_however_old_it_was(home, job, monkeypatch):
    os.utime(job.path, (LONG_AGO, LONG_AGO))
    seen = []

    def cut_short(path):
        Home(home.path).create_job("run", "meanwhile", {})
        seen.append(path.name)
        raise OSError(5, "Input/output error")

    monkeypatch.setattr("workbench.jobs.home.shutil.rmtree", cut_short)
    with pytest.raises(OSError, match="could not delete"):
        home.delete(job)
    assert seen == [f".{job.id}.deleted"]
    assert (home.runs_dir / seen[0] / "job.json").exists()
