import errno
import os

import pytest
from PIL import Image

from workbench.data import ImageFolder, inspect_folder
from workbench.data.sources import Access, Listing
from workbench.data.sources import folder as folder_source
from workbench.data.sources.folder import class_folders, image_files, natural_key
from workbench.errors import DataError, InvalidValue, NotFound


@pytest.fixture
def animals(tmp_path):
    """Ten cats, two of them in a deeper folder, and six dogs."""
    for name, count in (("cat", 8), ("dog", 6), ("cat/kittens", 2)):
        folder = tmp_path / name
        folder.mkdir(parents=True)
        for number in range(count):
            Image.new("L", (4, 4), number).save(folder / f"{number}.png")
    return tmp_path


def read(source, seed=0):
    """A listing with its samples."""
    listing = source.read(seed, Access())
    return listing, list(listing.samples)


def test_deeper_files_belong_to_the_class_of_the_top_folder(animals):
    listing, samples = read(ImageFolder(animals, validation_percent=0))
    assert listing.labels == ["cat", "dog"]
    labels = [sample.label for sample in samples]
    assert (labels.count(0), labels.count(1)) == (10, 6)
    assert {sample.split for sample in samples} == {"train"}


def test_classes_are_in_natural_order(tmp_path):
    for name in ("10", "2", "1", "b", "a"):
        (tmp_path / name).mkdir()
    assert [name for name, _ in class_folders(tmp_path)] == ["1", "2", "10", "a", "b"]
    assert natural_key("img2") < natural_key("img10")


def test_what_is_to_be_divided_has_no_split_yet(animals):
    source = ImageFolder(animals, validation_percent=50)
    assert {sample.split for sample in read(source)[1]} == {""}
    assert source.shares == (50, 0)


def test_the_same_seed_draws_the_same_images(animals):
    source = ImageFolder(animals, max_per_class=3)
    assert read(source, 1)[1] == read(source, 1)[1]
    assert read(source, 1)[1] != read(source, 2)[1]


def test_small_classes_are_left_out_and_large_ones_limited(animals):
    (animals / "fox").mkdir()
    Image.new("L", (4, 4)).save(animals / "fox" / "0.png")
    listing, samples = read(ImageFolder(animals, validation_percent=0, max_per_class=4))
    assert listing.labels == ["cat", "dog"]
    assert listing.left_out == [("fox", "1 images, fewer than 2")]
    assert len(samples) == 8


def test_other_files_and_links_are_ignored_and_named(animals):
    (animals / "cat" / "notes.txt").write_text("hello")
    (animals / "cat" / "link.png").symlink_to(animals / "dog" / "0.png")
    (animals / "cat" / ".hidden.png").write_bytes(b"")
    listing, _ = read(ImageFolder(animals))
    named = {path.rsplit("/", 1)[1]: reason for path, reason in listing.ignored}
    assert named == {
        "notes.txt": "not an image file by its name",
        "link.png": "a link; links are not followed",
    }


def test_loose_images_and_linked_classes_are_named(animals):
    (animals / "emu").symlink_to(animals / "dog")
    (animals / "loose.png").write_bytes(b"")
    (animals / "notes.txt").write_text("")
    (animals / ".hidden.png").write_bytes(b"")
    listing, samples = read(ImageFolder(animals))
    assert len(samples) == 16
    assert listing.ignored == [
        (str(animals / "emu"), "a link; links are not followed"),
        (str(animals / "loose.png"), "not in a sub-folder"),
        (str(animals / "notes.txt"), "not an image file by its name"),
    ]


def test_a_folder_that_cannot_be_read_does_not_stop_the_rest(animals, monkeypatch):
    closed, scandir = str(animals / "cat" / "kittens"), os.scandir

    def refusing(path):
        if os.fspath(path) == closed:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), path)
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refusing)
    source = ImageFolder(animals)
    source.check(Access())
    listing, samples = read(source)
    assert len(samples) == 14
    assert listing.left_out == [(closed, "the folder cannot be read: Permission denied")]
    assert inspect_folder(animals).images == 14


@pytest.mark.parametrize("path", ["a\0b", 5, b"in", "", None])
def test_what_names_no_folder_is_refused(path):
    with pytest.raises(InvalidValue, match="^path must"):
        ImageFolder(path)


def test_folders_may_lie_deeper_than_python_calls(monkeypatch):
    # Told, not made: what clears away temporary folders goes down by calls, too.
    def contents(folder):
        depth = folder.count("/d")
        return (["last.png"], [], []) if depth == 1200 else ([], [f"{folder}/d"], [])

    monkeypatch.setattr(folder_source, "_contents", contents)
    assert list(image_files("/top", Listing())) == ["/top" + "/d" * 1200 + "/last.png"]


def test_separate_folders_take_the_place_of_shares(animals, tmp_path_factory):
    other = tmp_path_factory.mktemp("val")
    (other / "dog").mkdir()
    Image.new("L", (4, 4)).save(other / "dog" / "0.png")
    source = ImageFolder(animals, validation_percent=90, test_percent=20, validation_folder=other)
    assert [sample.label for sample in read(source)[1] if sample.split == "val"] == [1]
    (other / "wolf").mkdir()
    Image.new("L", (4, 4)).save(other / "wolf" / "0.png")
    with pytest.raises(DataError, match="'wolf'"):
        source.check(Access())


def test_inspect_counts_classes_and_images(animals):
    found = inspect_folder(animals)
    assert (found.classes, found.images) == (2, 16)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"validation_percent": 130}, r"validation_percent must be 0–100, got 130"),
        ({"validation_percent": 25, "test_percent": 80}, "together must stay below 100 %, got 105"),
        ({"min_per_class": 0}, "min_per_class must be at least 1"),
        ({"min_per_class": 5, "max_per_class": 4}, "max_per_class must be at least 5"),
    ],
)
def test_a_wrong_field_is_refused_by_name(fields, message):
    with pytest.raises(InvalidValue, match=message):
        ImageFolder("/data", **fields)


def test_no_folder_no_images_one_class(tmp_path):
    with pytest.raises(NotFound, match="there is no folder"):
        ImageFolder(tmp_path / "gone").check(Access())
    with pytest.raises(DataError, match="no sub-folder with images"):
        ImageFolder(tmp_path).check(Access())
    (tmp_path / "cat").mkdir()
    Image.new("L", (4, 4)).save(tmp_path / "cat" / "0.png")
    with pytest.raises(DataError, match=r"one class only \('cat'\)"):
        ImageFolder(tmp_path).check(Access())
