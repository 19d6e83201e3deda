"""What is written is read by the lmdb library and by protobuf, from Caffe's own definition."""

import io
import sys
from types import SimpleNamespace

import lmdb
import numpy as np
import pytest
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from PIL import Image

from workbench.data.export import export
from workbench.data.export import lmdb as exporter
from workbench.errors import MissingExtra, StorageError

# The fields of caffe.proto: number, type and label as descriptor.proto counts them.
DATUM = {
    "channels": (1, 5, 1), "height": (2, 5, 1), "width": (3, 5, 1), "data": (4, 12, 1),
    "label": (5, 5, 1), "float_data": (6, 2, 3), "encoded": (7, 8, 1),
}  # fmt: skip
BLOB = {
    "num": (1, 5, 1), "channels": (2, 5, 1), "height": (3, 5, 1), "width": (4, 5, 1),
    "data": (5, 2, 3),
}  # fmt: skip


def message(name, fields):
    file = descriptor_pb2.FileDescriptorProto(name=f"{name}.proto", package="reference")
    described = file.message_type.add(name=name)
    for field, (number, kind, label) in fields.items():
        described.field.add(name=field, number=number, type=kind, label=label)
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName(f"reference.{name}"))


Datum, Blob = message("Datum", DATUM), message("BlobProto", BLOB)


def records(folder):
    with lmdb.open(str(folder), readonly=True, lock=False) as database, database.begin() as found:
        return [(key, Datum.FromString(value)) for key, value in found.cursor()]


def test_raw_pixels_are_planes_of_blue_green_and_red(dataset, tmp_path):
    folder = export(dataset, "lmdb", tmp_path / "out", encoding="none")
    train = dataset.splits["train"]
    found = records(folder / "train_db")
    assert [key for key, _ in found] == [b"%08d" % place for place in range(7)]
    assert [datum.label for _, datum in found] == train.targets.tolist()
    for (_, datum), image in zip(found, train.images, strict=True):
        assert (datum.channels, datum.height, datum.width, datum.encoded) == (3, 5, 6, False)
        planes = np.frombuffer(datum.data, np.uint8).reshape(3, 5, 6)
        assert np.array_equal(planes, image.transpose(2, 0, 1)[::-1])
    assert len(records(folder / "val_db")) == 4
    assert not (folder / "test_db").exists()
    assert (folder / "labels.txt").read_text() == "ant\nbee\ncat\n"


@pytest.mark.parametrize(("encoding", "form"), [("png", "PNG"), ("jpeg", "JPEG")])
def test_encoded_images_are_files(dataset, tmp_path, encoding, form):
    folder = export(dataset, "lmdb", tmp_path / "out", encoding=encoding, quality=95)
    for (_, datum), image in zip(
        records(folder / "train_db"), dataset.splits["train"].images, strict=True
    ):
        assert datum.encoded
        assert (datum.channels, datum.height, datum.width) == (3, 5, 6)
        picture = Image.open(io.BytesIO(datum.data))
        assert (picture.format, picture.size) == (form, (6, 5))
        if form == "PNG":
            assert np.array_equal(np.asarray(picture), image)


@pytest.mark.parametrize(("channels", "dtype"), [(1, "uint16"), (5, "float32"), (3, "float32")])
def test_what_bytes_cannot_hold_are_floats(make, tmp_path, channels, dtype):
    dataset = make(channels, dtype)
    folder = export(dataset, "lmdb", tmp_path / "out", encoding="none")
    _, datum = records(folder / "train_db")[2]
    planes = np.array(datum.float_data, np.float32).reshape(channels, 5, 6)
    image = dataset.splits["train"].images[2]
    expected = image[..., ::-1] if channels == 3 else image
    assert np.array_equal(planes, expected.transpose(2, 0, 1))
    assert not datum.data


def test_the_mean_is_a_blob_and_a_picture(dataset, tmp_path):
    folder = export(dataset, "lmdb", tmp_path / "out")
    blob = Blob.FromString((folder / "mean.binaryproto").read_bytes())
    assert (blob.num, blob.channels, blob.height, blob.width) == (1, 3, 5, 6)
    mean = np.array(blob.data).reshape(3, 5, 6)[::-1].transpose(1, 2, 0)
    assert np.allclose(mean, dataset.mean_image, atol=1e-4)
    with Image.open(folder / "mean.jpg") as picture:
        assert (picture.size, picture.mode) == ((6, 5), "RGB")


def test_a_map_that_is_too_small_grows(make, tmp_path, monkeypatch):
    monkeypatch.setattr(exporter, "_MAP_BYTES", 1 << 16)
    folder = export(make(counts=(2500, 0, 0)), "lmdb", tmp_path / "out", encoding="none")
    found = records(folder / "train_db")
    assert [int(key) for key, _ in found] == list(range(2500))


def test_a_page_written_in_part_is_a_full_disk(dataset, tmp_path, monkeypatch):
    def fail(database, records):
        raise lmdb.Error("mdb_txn_commit: Input/output error")

    monkeypatch.setattr(exporter, "_put", fail)
    monkeypatch.setattr(exporter.shutil, "disk_usage", lambda path: SimpleNamespace(free=0))
    with pytest.raises(StorageError, match="the disk is full; free some space"):
        export(dataset, "lmdb", tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_a_missing_library_names_its_extra(dataset, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "lmdb", None)
    with pytest.raises(MissingExtra, match=r"pip install 'jupyter-workbench\[lmdb\]'"):
        export(dataset, "lmdb", tmp_path / "out")
