import h5py
import numpy as np
import pytest

from workbench.data.export import content, export, hdf5


def test_data_are_float_planes_with_their_labels(dataset, tmp_path):
    folder = export(dataset, "hdf5", tmp_path / "out")
    assert (folder / "train_db" / "list.txt").read_text() == "0.h5\n"
    with h5py.File(folder / "train_db" / "0.h5") as file:
        data, labels = file["data"], file["label"]
        assert (data.shape, data.dtype, labels.dtype) == ((7, 3, 5, 6), np.float32, np.float32)
        assert data.attrs["channel_order"] == "BGR"
        images = dataset.splits["train"].images
        assert np.array_equal(data[:], images[..., ::-1].transpose(0, 3, 1, 2))
        assert labels[:].tolist() == dataset.splits["train"].targets.tolist()
    assert (folder / "labels.txt").read_text() == "ant\nbee\ncat\n"
    assert (folder / "mean.binaryproto").is_file()


@pytest.mark.parametrize("rows", [1, 2, 3, 5, 100])
def test_files_stay_below_the_limit(make, tmp_path, monkeypatch, rows):
    monkeypatch.setattr(hdf5, "MOST_BYTES", 4 * 5 * 6 * 3 * 3 + 7)  # three images a file
    monkeypatch.setattr(content, "_MOST_ROWS", rows)
    dataset = make(counts=(8, 3, 1))
    folder = export(dataset, "hdf5", tmp_path / "out")
    for name, files in {
        "train": ["0.h5", "3.h5", "6.h5"],
        "val": ["0.h5"],
        "test": ["0.h5"],
    }.items():
        assert (folder / f"{name}_db" / "list.txt").read_text().split() == files
        images, labels = [], []
        for each in files:
            with h5py.File(folder / f"{name}_db" / each) as file:
                images.append(file["data"][:])
                labels.append(file["label"][:])
        split = dataset.splits[name]
        assert np.array_equal(np.concatenate(images), split.images[..., ::-1].transpose(0, 3, 1, 2))
        assert np.concatenate(labels).tolist() == split.targets.tolist()


@pytest.mark.parametrize(("channels", "dtype"), [(1, "uint16"), (5, "float32")])
def test_other_kinds_of_pixels(make, tmp_path, channels, dtype):
    dataset = make(channels, dtype)
    folder = export(dataset, "hdf5", tmp_path / "out")
    with h5py.File(folder / "train_db" / "0.h5") as file:
        images = file["data"][:].transpose(0, 2, 3, 1)
        assert np.array_equal(images, dataset.splits["train"].images)
        assert file["data"].attrs["dtype"] == dtype
