import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.errors import StorageError
from workbench.jobs.events import EventWriter, read_events

FIELDS = st.dictionaries(
    st.text("abcxyz", min_size=1, max_size=5).filter(
        lambda name: name not in ("kind", "sync", "self", "t", "type")
    ),
    st.text(max_size=9) | st.integers() | st.floats() | st.none() | st.booleans(),
    max_size=4,
)


def write(path: Path, count: int) -> None:
    with EventWriter(path) as events:
        for i in range(count):
            events.write("metrics", step=i)


@given(fields=st.lists(FIELDS, max_size=5))
def test_what_is_written_is_read_back(tmp_path_factory, fields):
    path = tmp_path_factory.mktemp("events") / "events.jsonl"
    with EventWriter(path) as events:
        written = [events.write("log", **one) for one in fields]
    read, offset = read_events(path)
    assert read == written
    assert offset == path.stat().st_size


def test_a_reader_sees_each_event_once(tmp_path):
    path = tmp_path / "events.jsonl"
    write(path, 3)
    first, offset = read_events(path)
    write(path, 2)
    second, end = read_events(path, offset)
    assert [event["step"] for event in first] == [0, 1, 2]
    assert [event["step"] for event in second] == [0, 1]
    assert read_events(path, end) == ([], end)


@pytest.mark.parametrize("kept", range(1, 40, 3))
def test_a_torn_last_line_is_ignored_by_readers_and_cut_by_the_next_writer(tmp_path, kept):
    path = tmp_path / "events.jsonl"
    write(path, 2)
    whole = path.stat().st_size
    with path.open("ab") as file:
        file.write(json.dumps({"t": 1, "type": "metrics", "step": 99}).encode()[:kept])
    events, offset = read_events(path)
    assert [event["step"] for event in events] == [0, 1]
    assert offset == whole
    write(path, 1)
    assert [event["step"] for event in read_events(path)[0]] == [0, 1, 0]


def test_a_torn_line_longer_than_a_block_is_cut(tmp_path):
    path = tmp_path / "events.jsonl"
    write(path, 1)
    with path.open("ab") as file:
        file.write(b"x" * 10_000)
    write(path, 1)
    assert [event["step"] for event in read_events(path)[0]] == [0, 0]


def test_a_block_of_zeros_after_a_power_cut_is_skipped(tmp_path):
    path = tmp_path / "events.jsonl"
    write(path, 1)
    with path.open("ab") as file:
        file.write(b"\0" * 64 + b"\n")
    write(path, 1)
    assert [event["step"] for event in read_events(path)[0]] == [0, 0]


def test_figures_that_are_not_numbers_are_recorded_as_null(tmp_path):
    path = tmp_path / "events.jsonl"
    with EventWriter(path) as events:
        events.write("metrics", train_loss=float("nan"), val_loss=float("inf"))
    (event,), _ = read_events(path)
    assert event["train_loss"] is None and event["val_loss"] is None


def test_a_full_disk_is_one_sentence_and_leaves_whole_lines(tmp_path, monkeypatch):
    path = tmp_path / "events.jsonl"
    write(path, 1)
    real = os.write

    def full(file: int, data: bytes) -> int:
        real(file, data[: len(data) // 2])
        raise OSError(28, "No space left on device")

    with EventWriter(path) as events:
        monkeypatch.setattr(os, "write", full)
        with pytest.raises(StorageError, match="the disk is full; free some space"):
            events.write("metrics", step=1)
        monkeypatch.setattr(os, "write", real)
        events.write("metrics", step=2)
    assert [event["step"] for event in read_events(path)[0]] == [0, 2]


def test_what_the_disk_takes_in_parts_is_written_whole(tmp_path, monkeypatch):
    path = tmp_path / "events.jsonl"
    real, taken = os.write, []

    def in_parts(file: int, data: bytes) -> int:
        taken.append(real(file, data[:7]))
        return taken[-1]

    with EventWriter(path) as events:
        monkeypatch.setattr(os, "write", in_parts)
        written = [events.write("metrics", step=step) for step in range(2)]
        monkeypatch.setattr(os, "write", real)
    assert read_events(path) == (written, path.stat().st_size)
    assert len(taken) > 4 and sum(taken) == path.stat().st_size


def test_a_disk_that_takes_no_more_is_full(tmp_path, monkeypatch):
    path = tmp_path / "events.jsonl"
    write(path, 1)
    real, room = os.write, [9, 0]
    with EventWriter(path) as events:
        monkeypatch.setattr(os, "write", lambda file, data: real(file, data[: room.pop(0)]))
        with pytest.raises(StorageError, match="the disk is full; free some space"):
            events.write("metrics", step=1)
        monkeypatch.setattr(os, "write", real)
        events.write("metrics", step=2)
    assert [event["step"] for event in read_events(path)[0]] == [0, 2]


# A process whose files may grow by so many bytes more, as on a disk that is nearly full.
NEARLY_FULL = """
import resource, sys
from pathlib import Path
from workbench.errors import StorageError
from workbench.jobs.events import EventWriter

path = Path(sys.argv[1])
with EventWriter(path) as events:
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size + 11, limits[1]))
    for step in (1, 2):
        try:
            events.write("metrics", step=step)
        except StorageError as error:
            print(error)
    print(path.read_bytes().count(b"\\n"), path.read_bytes()[-1:])
    resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    events.write("metrics", step=3)
"""


def test_an_event_that_does_not_fit_is_refused_and_tears_no_line(tmp_path):
    path = tmp_path / "events.jsonl"
    write(path, 1)
    command = [sys.executable, "-c", NEARLY_FULL, str(path)]
    said = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    refused = f"could not write {path}: File too large"
    assert said.stdout.splitlines() == [refused, refused, "1 b'\\n'"]
    assert [event["step"] for event in read_events(path)[0]] == [0, 3]


def test_a_missing_file_has_no_events(tmp_path):
    assert read_events(tmp_path / "events.jsonl") == ([], 0)
