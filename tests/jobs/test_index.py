import json
import os
import sqlite3

import pytest

from workbench.errors import SchemaError
from workbench.jobs import EventWriter, Home, Job
from workbench.jobs import index as module
from workbench.jobs.lock import OwnerLock


@pytest.fixture
def home(tmp_path):
    return Home(tmp_path / "home")


def ended(home, name, **metrics):
    job = home.create_job("run", name, {"epochs": 3})
    write(job, ("metrics", {"step": 1, "epoch": 1.0, **metrics}), ("status", {"status": "done"}))
    return job


def write(job, *events):
    with EventWriter(job.path / "events.jsonl") as writer:
        for kind, fields in events:
            writer.write(kind, **fields)


@pytest.fixture
def folded(monkeypatch):
    """The ids of the jobs whose files were opened."""
    found = []

    class Watched(Job):
        def __init__(self, path):
            found.append(os.path.basename(path))
            super().__init__(path)

    monkeypatch.setattr(module, "Job", Watched)
    return found


def test_what_has_not_changed_is_not_read_again(home, folded):
    jobs = [ended(home, f"run-{n}", val_accuracy=n / 10) for n in range(3)]
    first = home.summaries()
    assert sorted(folded) == sorted(job.id for job in jobs)
    folded.clear()
    again = home.summaries()
    assert folded == []
    assert all(a is b for a, b in zip(first, again, strict=True))
    assert Home(home.path).summaries() == first  # out of the file
    assert folded == []
    jobs[1].rename("renamed")
    assert {s.name for s in home.summaries()} == {"run-0", "renamed", "run-2"}
    assert folded == [jobs[1].id]


def test_a_job_is_folded_on_from_where_it_was(home):
    job = ended(home, "goes on", val_accuracy=0.5)
    (before,) = home.summaries()
    write(job, ("metrics", {"step": 2, "epoch": 2.0, "val_accuracy": 0.25}))
    for reader in (home, Home(home.path)):
        (now,) = reader.summaries()
        assert (now.epoch, now.metrics) == (2.0, {"val_accuracy": 0.25})
        assert (now.lowest, now.highest) == ({"val_accuracy": 0.25}, {"val_accuracy": 0.5})
    assert before.metrics == {"val_accuracy": 0.5}, "what was handed out stays as it was"


def test_a_running_job_is_looked_at_every_time(home):
    job = home.create_job("run", "live", {})
    with OwnerLock(job.path):
        write(
            job, ("status", {"status": "running"}), ("metrics", {"step": 1, "epoch": 1.0, "a": 2})
        )
        (running,) = home.summaries()
        assert (running.status, running.metrics) == ("running", {"a": 2})
        write(job, ("metrics", {"step": 2, "epoch": 2.0, "a": 1}))
        (later,) = home.summaries()
        assert (later.metrics, later.highest) == ({"a": 1}, {"a": 2})
        assert running.metrics == {"a": 2}
    assert home.summaries()[0].status == "interrupted"


def test_deleted_jobs_leave_the_list_and_the_file(home):
    job = ended(home, "gone")
    ended(home, "stays")
    assert len(home.summaries()) == 2
    home.delete(job)
    assert [s.name for s in home.summaries()] == ["stays"]
    with sqlite3.connect(home.path / "index.sqlite") as database:
        assert database.execute("SELECT count(*) FROM summaries").fetchone() == (1,)
    database.close()


def test_rows_of_another_version_are_not_understood_but_replaced(home, monkeypatch):
    ended(home, "old", val_loss=1.5)
    expected = home.summaries()
    with sqlite3.connect(home.path / "index.sqlite") as database:
        database.execute("UPDATE summaries SET summary = '{\"strange\": 1}'")
        database.execute("PRAGMA user_version = 7")
    database.close()
    assert Home(home.path).summaries() == expected


def test_an_index_that_is_no_database_is_made_anew(home):
    ended(home, "run")
    expected = home.summaries()
    (home.path / "index.sqlite").write_bytes(b"no database at all, " * 200)
    fresh = Home(home.path)
    assert fresh.summaries() == expected
    assert fresh.summaries() == expected
    assert Home(home.path).summaries() == expected


def test_without_an_index_file_the_list_still_is_remembered(home, folded):
    ended(home, "run")
    (home.path / "index.sqlite").mkdir()  # cannot be opened, as on a read-only disk
    assert [s.name for s in home.summaries()] == ["run"]
    folded.clear()
    assert [s.name for s in home.summaries()] == ["run"]
    assert folded == []


def test_it_tells_how_far_a_long_reading_is(home, monkeypatch):
    monkeypatch.setattr(module, "_WRITE_EVERY", 2)
    told = []
    original = module.Index._save

    def save(self, known, changed, gone):
        told.append((home.reading, len(changed)))
        original(self, known, changed, gone)

    monkeypatch.setattr(module.Index, "_save", save)
    for number in range(5):
        ended(home, f"run-{number}")
    assert len(home.summaries()) == 5
    assert told == [(None, 2), ((2, 5), 2), ((4, 5), 1)]
    assert home.reading is None


def jsons(**fields):
    return json.dumps(fields)


IDENTITY = {"schema": 1, "kind": "run", "name": "odd", "group": "", "created": 1.0, "parents": []}
ODD = {
    "an empty folder": {},
    "half an identity": {"job.json": '{"schema": 1'},
    "a list for an identity": {"job.json": "[]"},
    "no group": {"job.json": jsons(**{k: v for k, v in IDENTITY.items() if k != "group"})},
    "a name that is no text": {"job.json": jsons(**IDENTITY | {"name": 7})},
    "a time that is no number": {"job.json": jsons(**IDENTITY | {"created": "noon"})},
    "no configuration": {"config.json": None},
    "a configuration that is none": {"config.json": "[]"},
    "a change without a value": {"events.jsonl": jsons(t=1, type="change", what="epochs") + "\n"},
    "a status that is a list": {"events.jsonl": jsons(t=1, type="status", status=[]) + "\n"},
}


@pytest.mark.parametrize("what", ODD)
def test_what_is_damaged_is_left_out_and_the_others_are_listed(home, what):
    good = ended(home, "good")
    odd = home.runs_dir / "odd"
    odd.mkdir()
    files = {"job.json": jsons(**IDENTITY), "config.json": "{}", "events.jsonl": ""}
    for name, text in ((files | ODD[what]) if ODD[what] else {}).items():
        if text is not None:
            (odd / name).write_text(text)
    for reader in (home, home, Home(home.path)):
        assert [summary.id for summary in reader.summaries()] == [good.id]
        assert reader.job("good") == good
    if ODD[what]:
        with pytest.raises(SchemaError, match="odd.* (is damaged|has format None)"):
            home.job("odd")


def test_files_and_links_beside_the_jobs_are_no_jobs(home):
    good = ended(home, "good")
    (home.runs_dir / "notes.txt").write_text("mine")
    (home.runs_dir / "nowhere").symlink_to("nothing")
    home.datasets_dir.write_text("no folder")
    assert [summary.id for summary in home.summaries()] == [good.id]


def test_a_line_that_is_no_event_is_left_out_and_its_job_stays(home):
    job = ended(home, "run", val_loss=2)
    with (job.path / "events.jsonl").open("a") as file:
        file.write('{"type": "status", "status": "running"}\n{"t": "noon", "type": "status"}\n')
        file.write('{"t": 5.0}\n[1]\n7\n')
    write(job, ("metrics", {"step": 2, "epoch": 2.0, "val_loss": 1}))
    (summary,) = home.summaries()
    assert (summary.status, summary.epoch, summary.metrics) == ("done", 2.0, {"val_loss": 1})


@pytest.mark.parametrize("row", ["{", "[]", "null", '{"strange": 1}', None, b"\xff"])
@pytest.mark.parametrize("column", ["summary", "tally"])
def test_an_index_with_a_damaged_row_is_made_anew(home, column, row):
    jobs = [ended(home, f"run-{n}", val_loss=n) for n in range(2)]
    expected = home.summaries()
    with sqlite3.connect(home.path / "index.sqlite") as database:
        query = f"UPDATE summaries SET {column} = ? WHERE path = ?"
        database.execute(query, (row, str(jobs[0].path)))
    database.close()
    assert Home(home.path).summaries() == expected
    write(jobs[0], ("metrics", {"step": 2, "epoch": 2.0, "val_loss": 9}))
    for reader in (Home(home.path), Home(home.path)):
        found = {summary.name: summary for summary in reader.summaries()}
        assert found["run-0"].metrics == found["run-0"].highest == {"val_loss": 9}
        assert found["run-0"].lowest == {"val_loss": 0}
        assert found["run-1"].metrics == {"val_loss": 1}
