"""What was read of a job once is not read again by whoever keeps looking at it."""

import pickle

import pytest

from workbench.errors import NotFound
from workbench.jobs import EventWriter, Held, Home, JobReader, lock
from workbench.jobs import job as module
from workbench.jobs.events import read_events


@pytest.fixture
def home(tmp_path):
    return Home(tmp_path / "home")


@pytest.fixture
def job(home):
    return home.create_job("run", "lenet", {"epochs": 3})


def write(job, *figures):
    with EventWriter(job.path / "events.jsonl") as events:
        for number, figure in enumerate(figures):
            events.write("metrics", step=number, epoch=number, val_loss=figure)


def end(job):
    return (job.path / "events.jsonl").stat().st_size


@pytest.fixture
def read(monkeypatch):
    """The ranges of bytes that are read of events, in order; empty ones are left out."""
    ranges = []

    def watched(path, offset=0):
        events, after = read_events(path, offset)
        if after > offset:
            ranges.append((offset, after))
        return events, after

    monkeypatch.setattr(module, "read_events", watched)
    return ranges


@pytest.mark.parametrize("kind", [JobReader, Held])
def test_every_byte_is_read_once(job, read, kind):
    reader = kind(job)
    ends = [0]
    for figures in ((3, 5), (4,), (2, 1)):
        write(job, *figures)
        ends.append(end(job))
        for _ in range(3):
            assert reader.status == "waiting"
            assert reader.summary().metrics == {"val_loss": figures[-1]}
    assert read == list(zip(ends[:-1], ends[1:], strict=True))
    assert reader.summary() == job.summary()


def test_waiting_until_a_run_has_settled_reads_nothing_twice(job, read, monkeypatch):
    from workbench.api.run import Run

    write(job, *range(100))
    ends = [0, end(job)]

    def go_on(_):
        with EventWriter(job.path / "events.jsonl") as events:
            process = lock.this_process()
            events.write(
                "status", status="waiting" if len(ends) < 4 else "stopped", process=process
            )
        ends.append(end(job))

    monkeypatch.setattr("workbench.api.run.time.sleep", go_on)
    assert Run(job)._settled(("paused",), timeout=60) == "stopped"
    assert len(ends) == 5
    assert read == list(zip(ends[:-1], ends[1:], strict=True))


def test_what_was_handed_out_stays_as_it_was(job):
    reader = JobReader(job)
    write(job, 2)
    before = reader.summary()
    write(job, 3)
    after = reader.summary()
    assert before != after
    assert (before.metrics, before.highest) == ({"val_loss": 2}, {"val_loss": 2})
    assert (after.lowest, after.highest) == ({"val_loss": 2}, {"val_loss": 3})


def test_a_file_that_was_replaced_by_a_shorter_one_is_read_anew(job):
    reader = JobReader(job)
    short = (job.path / "events.jsonl").read_bytes()
    write(job, 2, 3)
    assert reader.summary().highest == {"val_loss": 3}
    (job.path / "events.jsonl").write_bytes(short)
    assert reader.summary() == job.summary()
    assert reader.summary().metrics == {}


def test_a_reading_that_fails_leaves_nothing_half_counted(job):
    reader = JobReader(job)
    write(job, 2)
    reader.summary()
    identity = (job.path / "job.json").read_bytes()
    with EventWriter(job.path / "events.jsonl") as events:
        events.write("metrics", step=1, epoch=1, val_loss=9)
        events.write("change", what="epochs")  # without its value
    for _ in range(2):
        with pytest.raises(KeyError):
            reader.summary()
    with EventWriter(job.path / "events.jsonl"):
        text = (job.path / "events.jsonl").read_text().splitlines(keepends=True)
        (job.path / "events.jsonl").write_text("".join(text[:-1]))
    assert reader.summary() == job.summary()
    (job.path / "job.json").unlink()
    with pytest.raises(NotFound):
        reader.summary()
    (job.path / "job.json").write_bytes(identity)
    assert reader.summary() == job.summary()


def test_two_that_read_at_once_do_not_count_twice(job, monkeypatch):
    reader = JobReader(job)
    write(job, 2)
    inner = []

    def read_again(path, offset=0):
        monkeypatch.setattr(module, "read_events", read_events)
        inner.append(reader.summary())
        return read_events(path, offset)

    monkeypatch.setattr(module, "read_events", read_again)
    assert reader.summary() == inner[0] == reader.summary() == job.summary()


def test_what_people_hold_can_be_sent_to_a_process(job):
    held = Held(job)
    held.summary()
    assert pickle.loads(pickle.dumps(held)).summary() == job.summary()
