"""JupyterLab with the workbench: who is answered, and what the page is told."""

from __future__ import annotations

import json
import re

import pytest

import workbench as wb
from workbench.server import lab as lab_server
from workbench.server import notebooks

from .conftest import TOKEN

JOBS = "workbench/api/jobs"


def page_config(body: str) -> dict:
    found = re.search(r'<script id="jupyter-config-data"[^>]*>(.*?)</script>', body, re.S)
    return json.loads(found.group(1))


@pytest.mark.parametrize("token", [None, "wrong"])
def test_jobs_are_refused_without_the_token(lab, token):
    status, _, body = lab.get(JOBS, token)
    assert status == 403
    assert not body.startswith("[")


def test_jobs_can_only_be_read(lab):
    assert lab.get(JOBS, TOKEN, "POST")[0] == 405


def test_jobs_under_way_are_listed(lab):
    status, headers, body = lab.get(JOBS, TOKEN)
    assert status == 200
    assert headers["Content-Type"].startswith("application/json")
    assert json.loads(body) == []

    job = wb.Home(lab.home).create_job("run", 'a <b>"name"', {"epochs": 3})
    (found,) = json.loads(lab.get(JOBS, TOKEN)[2])
    assert set(found) == {"id", "kind", "name", "status", "fraction", "text"}
    assert (found["id"], found["kind"], found["name"]) == (job.id, "run", 'a <b>"name"')
    assert found["status"] == "waiting"


def test_the_page_has_the_extension_and_asks_nobody_else(lab):
    config = page_config(lab.get("lab", TOKEN)[2])
    assert "jupyter-workbench" in [each["name"] for each in config["federated_extensions"]]
    assert config["workbench"] == config["workbenchOpen"] == "true"
    assert "@jupyterlab/apputils-extension:announcements" in config["disabledExtensions"]


def test_it_opens_a_folder_of_its_own(lab):
    assert (lab.home / "notebooks").is_dir()
    listed = json.loads(lab.get("api/contents", TOKEN)[2])
    assert "dashboard.ipynb" not in [each["name"] for each in listed["content"]]


def test_a_notebook_is_never_overwritten(tmp_path, monkeypatch):
    packaged = tmp_path / "packaged"
    packaged.mkdir()
    for name in ("dashboard.ipynb", "getting-started.ipynb", "new.ipynb"):
        (packaged / name).write_text("as packaged")
    monkeypatch.setattr(notebooks, "packaged", lambda: packaged)
    folder = tmp_path / "home" / "notebooks"
    folder.mkdir(parents=True)
    (folder / "getting-started.ipynb").write_text("mine")

    assert notebooks.working_folder(wb.Home(tmp_path / "home")) == folder
    assert {each.name: each.read_text() for each in folder.iterdir()} == {
        "getting-started.ipynb": "mine",
        "new.ipynb": "as packaged",
    }


@pytest.mark.parametrize("option", ["--ServerApp.root_dir=x", "--notebook-dir=x", "."])
def test_a_named_folder_is_kept(option, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    given = lab_server.arguments([option, "--no-browser"])
    assert given[:2] == [option, "--no-browser"]
    assert not any(each.startswith("--ServerApp.root_dir=" + str(tmp_path)) for each in given[2:])
