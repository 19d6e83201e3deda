"""Where a folder is filled in one step: new, there already, a mount, a link, the working folder."""

import os
import subprocess
import sys

import pytest

from workbench.data.export import aside
from workbench.data.export.aside import folder_aside
from workbench.errors import InvalidValue, StorageError


def fill(target):
    with folder_aside(target) as folder:
        (folder / "sub").mkdir()
        (folder / "sub" / "a.txt").write_text("a")
        (folder / "b.txt").write_text("b")


def assert_filled(target):
    assert sorted(os.listdir(target)) == ["b.txt", "sub"]
    assert (target / "sub" / "a.txt").read_text() == "a"


def test_an_empty_folder_stays_the_same_folder(tmp_path, monkeypatch):
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    before = os.stat(".").st_ino
    fill(tmp_path / "here")
    assert os.stat(tmp_path / "here").st_ino == before
    assert sorted(os.listdir(".")) == ["b.txt", "sub"]


def test_a_link_to_an_empty_folder_stays_a_link(tmp_path):
    (tmp_path / "far").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "far")
    fill(tmp_path / "link")
    assert (tmp_path / "link").is_symlink()
    assert_filled(tmp_path / "far")
    assert sorted(os.listdir(tmp_path)) == ["far", "link"]


def test_a_link_to_nothing_is_refused(tmp_path):
    (tmp_path / "link").symlink_to(tmp_path / "gone")
    with pytest.raises(InvalidValue, match="link is a link to nothing; choose another folder"):
        fill(tmp_path / "link")
    assert os.listdir(tmp_path) == ["link"]


def test_a_mount_is_filled(tmp_path):
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(place)]
    if os.geteuid() or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("mounting a disk is not allowed here")
    try:
        fill(place)
        assert_filled(place)
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=True)


def test_nothing_is_written_beside_a_folder_that_is_there(tmp_path):
    (tmp_path / "out").mkdir()
    with folder_aside(tmp_path / "out") as folder:
        (folder / "b.txt").write_text("b")
        assert os.listdir(tmp_path) == ["out"]  # which may not be writable
    assert os.listdir(tmp_path / "out") == ["b.txt"]


@pytest.mark.parametrize("name", ["n" * 240, "é" * 120])
def test_a_long_name(tmp_path, name):
    fill(tmp_path / name)
    assert_filled(tmp_path / name)


def test_a_name_that_is_too_long_is_told_in_a_sentence(tmp_path):
    with pytest.raises(StorageError, match="File name too long"):
        fill(tmp_path / ("n" * 300))
    assert os.listdir(tmp_path) == []


KILLED = """
import os, signal, sys
from pathlib import Path
from workbench.data.export.aside import folder_aside
with folder_aside(Path(sys.argv[1])) as folder:
    (folder / "half").write_text("half")
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.parametrize("there", [False, True])
def test_what_a_killed_export_left_goes_with_the_next(tmp_path, there):
    target = tmp_path / "out"
    if there:
        target.mkdir()
    subprocess.run([sys.executable, "-c", KILLED, str(target)], check=False)
    (tmp_path / ".out.keep.partial").mkdir()  # not of this naming
    (tmp_path / ".other.0123abcd.partial").mkdir()  # another's
    (left,) = (target if there else tmp_path).glob(".out.????????.partial")
    assert (left / "half").is_file()
    fill(target)
    assert_filled(target)
    assert sorted(os.listdir(tmp_path)) == [".other.0123abcd.partial", ".out.keep.partial", "out"]


def test_what_somebody_is_writing_stays(tmp_path):
    with folder_aside(tmp_path / "out") as first:
        (first / "b.txt").write_text("b")
        fill(tmp_path / "out")
        assert (first / "b.txt").is_file()
        (tmp_path / "out").rename(tmp_path / "done")
    assert_filled(tmp_path / "done")
    assert os.listdir(tmp_path / "out") == ["b.txt"]


def test_a_folder_that_another_fills_is_occupied(tmp_path):
    (tmp_path / "out").mkdir()
    with folder_aside(tmp_path / "out") as first:
        with pytest.raises(InvalidValue, match="is there already and not empty"):
            fill(tmp_path / "out")
        (first / "b.txt").write_text("b")
    assert os.listdir(tmp_path / "out") == ["b.txt"]


def test_what_appeared_meanwhile_is_not_mixed_with_it(tmp_path):
    (tmp_path / "out").mkdir()

    def disturbed():
        with folder_aside(tmp_path / "out") as folder:
            (folder / "b.txt").write_text("b")
            (tmp_path / "out" / "thesis.txt").write_text("mine")

    with pytest.raises(InvalidValue, match="is there already and not empty"):
        disturbed()
    assert os.listdir(tmp_path / "out") == ["thesis.txt"]


def test_a_move_that_fails_half_way_leaves_the_folder_empty(tmp_path, monkeypatch):
    (tmp_path / "out").mkdir()
    rename = os.rename

    def fail(old, new):
        if os.path.basename(old) == "sub":
            raise OSError(5, "Input/output error")
        rename(old, new)

    monkeypatch.setattr(aside.os, "rename", fail)
    with pytest.raises(StorageError, match="Input/output error"):
        fill(tmp_path / "out")
    assert os.listdir(tmp_path / "out") == []
