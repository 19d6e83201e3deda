import errno
import os

import numpy as np
import pytest

from tests.data.export.conftest import small_files
from workbench.data.export import FORMATS, content, export
from workbench.errors import DataError, InvalidValue, StorageError


def everything(folder):
    return {
        path.relative_to(folder): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.mark.parametrize("form", FORMATS)
def test_it_is_the_same_each_time_and_says_how_far_it_is(dataset, form, tmp_path, monkeypatch):
    monkeypatch.setattr(content, "_MOST_ROWS", 3)
    told = []
    first = export(dataset, form, tmp_path / "one", progress=lambda *seen: told.append(seen))
    assert first == tmp_path / "one"
    assert told == [(3, 11), (6, 11), (7, 11), (10, 11), (11, 11)]
    monkeypatch.setattr(content, "_MOST_ROWS", 1000)
    second = export(dataset, form, tmp_path / "two")
    one, two = everything(first), everything(second)
    assert one.keys() == two.keys()
    if form in ("tfrecord", "folder"):  # the others note times, or fill pages by batches
        assert one == two
    assert sorted(os.listdir(tmp_path)) == ["one", "two"]


@pytest.mark.parametrize("form", ["lmdb", "hdf5", "tfrecord", "numpy"])
def test_a_full_disk_is_one_sentence_and_leaves_nothing(make, form, tmp_path):
    dataset = make(counts=(2000, 0, 0))
    full = pytest.raises(StorageError, match="could not write")
    with full as caught, small_files(8192):
        export(dataset, form, tmp_path / "new" / "out")
    assert str(caught.value) == f"could not write {tmp_path / 'new' / 'out'}: File too large"
    assert os.listdir(tmp_path / "new") == []


class Failing:
    """Images on a disk that fails half way."""

    dtype, shape = np.dtype("uint8"), (9, 5, 6, 3)

    def __getitem__(self, rows):
        raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize("form", FORMATS)
def test_an_error_on_the_way_leaves_nothing(dataset, form, tmp_path):
    dataset.splits["val"].images = Failing()
    with pytest.raises(StorageError, match="the disk is full; free some space and try again"):
        export(dataset, form, tmp_path / "out")
    assert os.listdir(tmp_path) == []


def test_being_stopped_leaves_nothing(dataset, tmp_path):
    def stop(done, total):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        export(dataset, "folder", tmp_path / "out", progress=stop)
    assert os.listdir(tmp_path) == []


def test_what_is_there_is_not_overwritten(dataset, tmp_path):
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "thesis.txt").write_text("mine")
    (tmp_path / "file").write_text("mine")
    for name in ("full", "file"):
        with pytest.raises(InvalidValue, match=f"{name} is there already and not empty"):
            export(dataset, "numpy", tmp_path / name)
    assert (tmp_path / "full" / "thesis.txt").read_text() == "mine"
    assert sorted(os.listdir(tmp_path)) == ["file", "full"]


def test_an_empty_folder_is_filled(dataset, tmp_path):
    (tmp_path / "empty").mkdir()
    assert (export(dataset, "numpy", tmp_path / "empty") / "arrays.npz").is_file()


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"format": "leveldb"}, "format must be one of lmdb, hdf5, tfrecord, folder, numpy"),
        ({"encoding": "bmp"}, "encoding must be one of"),
        ({"quality": 0}, "quality must be 1–100, got 0"),
        ({"seed": -1}, "seed must be at least 0"),
        ({"format": "folder", "encoding": "none"}, "needs the encoding png or jpeg"),
    ],
)
def test_wrong_arguments(dataset, tmp_path, wrong, reason):
    with pytest.raises(InvalidValue, match=reason):
        export(dataset, **{"format": "lmdb", "folder": tmp_path / "out", **wrong})
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize(
    ("form", "encoding", "channels", "dtype"),
    [
        ("lmdb", "png", 5, "uint8"),
        ("tfrecord", "jpeg", 3, "uint16"),
        ("folder", "png", 1, "float32"),
        ("folder", "jpeg", 2, "uint8"),
    ],
)
def test_what_a_format_cannot_hold_is_refused(make, tmp_path, form, encoding, channels, dtype):
    with pytest.raises(InvalidValue, match=f"not {channels} of {dtype}; (choose|export)"):
        export(make(channels, dtype), form, tmp_path / "out", encoding=encoding)
    assert os.listdir(tmp_path) == []


def test_a_dataset_without_images(make, tmp_path):
    with pytest.raises(DataError, match="insects has no images to export"):
        export(make(counts=(0, 0, 0)), "numpy", tmp_path / "out")


def test_a_seed_shuffles_images_with_their_targets(dataset, tmp_path):
    with np.load(export(dataset, "numpy", tmp_path / "out", seed=5) / "arrays.npz") as arrays:
        images, targets = arrays["x_train"], arrays["y_train"]
    train = dataset.splits["train"]
    places = [
        next(k for k, image in enumerate(train.images) if np.array_equal(image, shuffled))
        for shuffled in images
    ]
    assert sorted(places) == list(range(7))
    assert places != list(range(7))
    assert targets.tolist() == train.targets[places].tolist()
