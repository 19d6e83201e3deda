import json
import os
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


def test_a_missing_file_has_no_events(tmp_path):
    assert read_events(tmp_path / "events.jsonl") == ([], 0)
