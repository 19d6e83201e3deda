"""The list of jobs under way, asked for every few seconds for as long as a page is open."""

import pytest

import workbench as wb
from workbench.jobs import index
from workbench.server.jobs import kept_home, live_jobs


@pytest.fixture
def loaded(monkeypatch):
    """The indexes that were read from the disk."""
    found = []
    load = index.Index._load
    monkeypatch.setattr(index.Index, "_load", lambda self: found.append(self._path) or load(self))
    return found


def test_a_home_is_read_once_however_often_it_is_asked_for(tmp_path, loaded):
    home = wb.home(tmp_path / "one")
    settings = {}
    jobs = []
    for number in range(3):
        jobs.append(home.create_job("run", f"run-{number}", {}).id)
        loaded.clear()
        assert {job["id"] for job in live_jobs(kept_home(settings))} == set(jobs)
        assert loaded == ([home.path / "index.sqlite"] if number == 0 else [])
    assert list(settings.values()) == [home]


def test_another_home_takes_its_place(tmp_path, loaded):
    settings = {}
    for name in ("one", "two", "one"):
        home = wb.home(tmp_path / name)
        home.create_job("run", name, {})
        assert {job["name"] for job in live_jobs(kept_home(settings))} == {name}
        assert list(settings.values()) == [home]
