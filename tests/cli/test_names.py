"""Names of files and classes that are no text (PEP 383): printed, exported, valid as JSON."""

import json
import os
import subprocess
import sys

import pytest
from PIL import Image

import workbench as wb

ODD = os.fsdecode(b"caf\xe9")


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A home with the dataset ``menü``, one class of which is named in Latin-1."""
    folder = tmp_path_factory.mktemp("menu")
    for number, name in enumerate((ODD, "tea")):
        os.mkdir(os.path.join(folder, name))
        for place in range(4):
            shade = 60 * place + 20 * number
            Image.new("L", (6, 5), shade).save(os.path.join(folder, name, f"{ODD}{place}.png"))
    home = wb.Home(tmp_path_factory.mktemp("home"))
    image = wb.ImageFormat(width=6, height=5, channels=1)
    wb.create_dataset(
        "menü", wb.ImageFolder(str(folder), validation_percent=25), image=image,
        duplicates="ignore", runner="synchronous", home=home,
    )  # fmt: skip
    return home


def run(home, *arguments, **environment):
    command = [sys.executable, "-m", "workbench.cli.main", *arguments, "--home", str(home.path)]
    clean = {name: value for name, value in os.environ.items() if not name.startswith("LC_")}
    done = subprocess.run(command, capture_output=True, check=False, env=clean | environment)
    return done.returncode, done.stdout, done.stderr.decode(errors="replace")


@pytest.mark.parametrize(
    "environment",
    [{"PYTHONIOENCODING": "utf-8:strict"}, {"LANG": "C.UTF-8"}, {"PYTHONIOENCODING": "ascii"}],
    ids=["strict", "posix", "ascii"],
)
def test_json_is_valid_and_says_the_names_as_they_are(home, environment):
    status, out, err = run(home, "dataset", "explore", "menü", "--json", **environment)
    assert (status, err) == (0, "")
    items = json.loads(out.decode("utf-8"))["items"]
    assert {item["class"] for item in items} == {ODD, "tea"}
    assert {os.path.basename(item["path"]) for item in items} == {
        f"{ODD}{place}.png" for place in range(4)
    }


@pytest.mark.parametrize("action", [("list",), ("show", "menü"), ("verify", "menü")])
def test_every_view_of_a_dataset_is_valid_json(home, action):
    status, out, err = run(home, "dataset", *action, "--json", PYTHONIOENCODING="utf-8:strict")
    assert (status, err) == (0, "")
    assert ODD in json.dumps(json.loads(out.decode("utf-8")), ensure_ascii=False)


def test_text_shows_what_can_be_shown(home):
    status, out, err = run(home, "dataset", "explore", "menü", PYTHONIOENCODING="utf-8:strict")
    assert (status, err) == (0, "")
    assert "caf\ufffd" in out.decode("utf-8")
    status, out, err = run(home, "dataset", "list", PYTHONIOENCODING="ascii")
    assert (status, err) == (0, "")
    assert b" men? " in out


@pytest.mark.parametrize("form", ["lmdb", "hdf5", "tfrecord", "folder", "numpy"])
def test_every_export_names_the_classes(home, tmp_path, form):
    dataset = wb.dataset("menü", home=home)
    assert dataset.labels == [ODD, "tea"]
    folder = dataset.export(form, tmp_path / "out")
    if form != "numpy":
        assert (folder / "labels.txt").read_text(encoding="utf-8") == "caf�\ntea\n"
    assert json.loads((folder / "labels.json").read_bytes()) == [ODD, "tea"]
