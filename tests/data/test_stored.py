"""Files of a dataset that are gone or cut short are told in a sentence, whoever asks for them."""

import json
import shutil

import pytest

import workbench as wb
from workbench.cli.main import main
from workbench.data.report import Report
from workbench.errors import DataError, StorageError

ASKED = {
    "labels.json": lambda ds: ds.labels,
    "statistics.json": lambda ds: (ds.counts, ds.range),
    "report.json": lambda ds: ds.report,
    "mean_image.npy": lambda ds: ds.mean_image,
    "names.npy": lambda ds: ds.page("train"),
    "names.utf8": lambda ds: ds.page("val", text="png"),
    "width.npy": lambda ds: Report(ds).sizes(),
    "images.npy": lambda ds: ds.splits["train"].images[0],
}
COMMANDS = {
    "labels.json": ["show"],
    "statistics.json": ["show"],
    "report.json": ["verify"],
    "mean_image.npy": ["verify"],
    "names.npy": ["explore"],
    "names.utf8": ["explore"],
}


def cut(path):
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def empty(path):
    path.write_bytes(b"")


def other(path):
    path.write_text("7")


WAYS = {"gone": lambda path: path.unlink(), "cut": cut, "empty": empty, "other": other}


@pytest.fixture
def copy(digits, tmp_path):
    home = wb.Home(tmp_path / "copy")
    shutil.copytree(digits.job.path, home.datasets_dir / digits.id)
    return wb.dataset(digits.id, home=home)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", ASKED)
def test_what_is_damaged_or_missing_is_named(copy, name, way):
    path = copy.records / name
    WAYS[way](path)
    with pytest.raises(DataError) as told:
        ASKED[name](copy)
    assert str(told.value) == f"{path} is damaged or missing; create the dataset again"


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_ends_with_the_sentence(copy, name, capsys):
    (copy.records / name).unlink()
    home = str(copy.job.path.parents[1])
    assert main(["dataset", *COMMANDS[name], copy.id, "--home", home]) == 2
    assert capsys.readouterr().err.startswith(f"error: {copy.records / name} is damaged or missing")


def test_labels_that_are_no_names_are_damage(copy):
    (copy.records / "labels.json").write_text(json.dumps(["a", 1]))
    with pytest.raises(DataError, match="labels.json is damaged or missing"):
        copy.labels  # noqa: B018


def test_what_is_there_and_cannot_be_read_is_no_damage(copy):
    (copy.records / "report.json").unlink()
    (copy.records / "report.json").mkdir()
    with pytest.raises(StorageError, match="could not read .*: Is a directory"):
        copy.report  # noqa: B018
