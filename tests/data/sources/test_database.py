import io
import os
import re
import struct
import tracemalloc
import zipfile
from functools import partial
from types import SimpleNamespace

import h5py
import lmdb
import numpy as np
import pytest
from PIL import Image

import workbench as wb
from workbench.data.export import export
from workbench.data.export.tfrecord import framed
from workbench.data.images.image_format import ImageFormat, read_image
from workbench.data.sources.base import Access
from workbench.data.sources.database import Database
from workbench.data.sources.messages import messages
from workbench.data.sources.stores.tfrecord import is_record_file
from workbench.errors import DataError, InvalidValue, JobFailed, NotFound, WorkbenchError

ACCESS = Access()


class Split:
    """Images and targets of one split."""

    def __init__(self, images):
        self.images, self.targets = images, np.arange(len(images), dtype=np.int64) % 3

    def __len__(self):
        return len(self.targets)


def make_dataset(channels=3, dtype="uint8", counts=(20, 6, 3)):
    rng = np.random.default_rng(7)
    top = 256 if dtype == "uint8" else 60_000
    splits = {
        name: Split(rng.integers(0, top, (count, 5, 6, channels)).astype(dtype))
        for name, count in zip(("train", "val", "test"), counts, strict=True)
    }
    return SimpleNamespace(
        name="insects",
        labels=["ant", "bee", "cat"],
        splits=splits,
        image=SimpleNamespace(width=6, height=5, channels=channels, dtype=dtype),
        mean_image=splits["train"].images.mean(axis=0),
    )


def listed(source):
    """The listing with its samples."""
    source.check(ACCESS)
    listing = source.read(0, ACCESS)
    return listing, list(listing.samples)


def pixels(content, dataset):
    """What a reader gives, as pixels."""
    assert not isinstance(content, DataError), content
    if isinstance(content, np.ndarray):
        return content
    image = dataset.image
    kind = ImageFormat(image.width, image.height, image.channels, dtype=image.dtype)
    return read_image(content, kind, 0)[0]


def assert_the_same(dataset, source):
    """The source holds the dataset: all images, their labels and their splits."""
    listing, samples = listed(source)
    assert listing.labels == ["ant", "bee", "cat"]
    assert listing.ignored == []
    read = source.reader(ACCESS).read([sample.name for sample in samples])
    found = {
        (sample.split, sample.label, pixels(content, dataset).tobytes())
        for sample, content in zip(samples, read, strict=True)
    }
    kind = np.float32 if dataset.image.dtype == "float32" else None
    expected = {
        (name, int(target), np.asarray(image, kind).tobytes())
        for name, split in dataset.splits.items()
        for image, target in zip(split.images, split.targets, strict=True)
    }
    assert found == expected
    assert len(samples) == 29


@pytest.mark.parametrize(
    ("form", "encoding", "channels", "dtype"),
    [
        *((form, "none", 3, "uint8") for form in ("lmdb", "hdf5", "tfrecord", "numpy")),
        *((form, "none", 1, "uint8") for form in ("lmdb", "hdf5", "tfrecord", "numpy")),
        *((form, "none", 5, "uint8") for form in ("lmdb", "hdf5", "tfrecord", "numpy")),
        *((form, "none", 3, "float32") for form in ("lmdb", "hdf5", "tfrecord", "numpy")),
        *((form, "none", 3, "uint16") for form in ("hdf5", "tfrecord", "numpy")),
        *((form, "png", 3, "uint8") for form in ("lmdb", "tfrecord", "folder")),
        *((form, "png", 1, "uint16") for form in ("lmdb", "tfrecord", "folder")),
    ],
)
def test_exports_come_back_the_same(tmp_path, form, encoding, channels, dtype):
    dataset = make_dataset(channels, dtype)
    folder = export(dataset, form, tmp_path / "out", encoding=encoding)
    assert_the_same(dataset, Database(str(folder)))


def test_sixteen_bits_in_an_lmdb_of_others_come_back_as_floats(tmp_path):
    dataset = make_dataset(3, "uint16")
    source = Database(str(export(dataset, "lmdb", tmp_path / "out", encoding="none")))
    (tmp_path / "out" / "pixels.json").unlink()
    image = next(source.reader(ACCESS).read(["train_db:00000004"]))
    assert image.dtype == np.float32
    assert np.array_equal(image, dataset.splits["train"].images[4])


@pytest.mark.parametrize("form", ["lmdb", "hdf5", "tfrecord", "folder", "numpy"])
def test_records_are_read_in_any_order_by_a_reader_sent_elsewhere(tmp_path, form):
    import copy

    dataset = make_dataset()
    source = Database(str(export(dataset, form, tmp_path / "out")))
    _, samples = listed(source)
    names = [sample.name for sample in samples]
    # What is copied is what is sent to a process.
    reader = copy.deepcopy(source.reader(ACCESS))
    whole = [pixels(content, dataset) for content in reader.read(names)]
    order = np.random.default_rng(0).permutation(len(names))
    mixed = [pixels(content, dataset) for content in reader.read([names[i] for i in order])]
    for place, image in zip(order, mixed, strict=True):
        assert np.array_equal(image, whole[place])
    strange = [f"{names[0].rpartition(':')[0]}:99999999", "elsewhere:00000000"]
    assert all(isinstance(content, DataError) for content in reader.read(strange))


def test_names_are_databases_and_records(tmp_path):
    dataset = make_dataset()
    names = {
        form: listed(Database(str(export(dataset, form, tmp_path / form))))[1][12].name
        for form in ("lmdb", "hdf5", "tfrecord", "folder", "numpy")
    }
    assert names == {
        "lmdb": "train_db:00000012",
        "hdf5": "train_db/0.h5:00000012",
        "tfrecord": "train_db/SHARD_008.tfrecords:00000000",
        "folder": "train.txt:train/ant/00000012.png",
        "numpy": "arrays.npz/train:00000012",
    }


def test_an_export_is_written_down_part_by_part(tmp_path):
    folder = export(make_dataset(), "lmdb", tmp_path / "out")
    source = Database(str(folder))
    assert source.train == str(folder / "train_db")
    assert source.val == str(folder / "val_db")
    assert source.labels == str(folder / "labels.json")
    assert source.shares == (0, 0)
    assert Database.from_dict(source.to_dict()) == source
    assert source.describe() == f"database {source.train}, {source.val}, {source.test}"
    assert source.suggested_format() == ImageFormat(width=6, height=5, channels=3)


def test_what_is_not_given_is_divided_by_percentages(tmp_path):
    folder = export(make_dataset(), "lmdb", tmp_path / "out")
    alone = Database(str(folder / "train_db"), validation_percent=30, test_percent=10)
    assert alone.shares == (30, 10)
    listing, samples = listed(alone)
    assert listing.labels == ["ant", "bee", "cat"]  # from beside it
    assert {sample.split for sample in samples} == {""}
    part = Database(str(folder / "train_db"), test=str(folder / "val_db"))
    assert part.shares == (25, 0)
    assert [sample.split for sample in listed(part)[1]] == [""] * 20 + ["test"] * 6


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"train": ""}, "train must name"),
        ({"validation_percent": 130}, "validation_percent must be 0–100, got 130"),
        ({"validation_percent": 60, "test_percent": 40}, "must stay below 100 %"),
    ],
)
def test_wrong_configurations(wrong, reason):
    with pytest.raises(InvalidValue, match=reason):
        Database(**{"train": "somewhere", **wrong})


def datum(label, image=None, **fields):
    """A Datum as Caffe's tools write it: planes of blue, green, red."""
    message = messages().Datum(label=label, **fields)
    if image is not None:
        planes = image[..., ::-1].transpose(2, 0, 1)
        message.channels, message.height, message.width = planes.shape
        message.data = planes.tobytes()
    return message.SerializeToString()


def write_lmdb(folder, records):
    database = lmdb.open(str(folder), map_size=1 << 24, lock=False, sync=False)
    with database, database.begin(write=True) as changes:
        for key, value in records.items():
            changes.put(key, value)
    return str(folder)


IMAGE = np.arange(4 * 6 * 3, dtype=np.uint8).reshape(4, 6, 3)


def test_an_lmdb_with_keys_of_other_programs(tmp_path):
    keys = [b"00000000_0", b"00000001_a b:c/d.jpg", "é%".encode(), b"\xff\0\n"]
    path = write_lmdb(tmp_path / "db", {key: datum(i % 2, IMAGE) for i, key in enumerate(keys)})
    source = Database(path)
    listing, samples = listed(source)
    assert listing.labels == ["0", "1"]
    names = [sample.name for sample in samples]
    assert "db:00000001_a b%3Ac/d.jpg" in names
    assert "db:é%25" in names
    assert all(name.isprintable() for name in names)
    for image in source.reader(ACCESS).read(names):
        assert np.array_equal(image, IMAGE)


def test_bad_records_are_named_and_the_rest_goes_on(tmp_path):
    png = io.BytesIO()
    Image.fromarray(IMAGE).save(png, "PNG")
    records = {
        b"0": datum(0, IMAGE),
        b"1": datum(1, data=png.getvalue(), encoded=True),
        b"2": b"\xff\xff not a message",
        b"3": datum(1),
        b"4": datum(1, data=bytes(10), channels=3, height=4, width=6),
        b"5": datum(1, data=bytes(10), channels=1, height=1 << 30, width=1 << 30),
        b"6": datum(1, data=bytes(10), channels=0, height=5, width=2),
        b"7": datum(0, float_data=[0.5] * 24, channels=1, height=4, width=6),
    }
    source = Database(write_lmdb(tmp_path / "db", records))
    listing, samples = listed(source)
    assert listing.ignored == []
    found = dict(
        zip(
            (sample.name for sample in samples),
            source.reader(ACCESS).read([sample.name for sample in samples]),
            strict=True,
        )
    )
    assert np.array_equal(found["db:0"], IMAGE)
    assert found["db:1"] == png.getvalue()
    assert str(found["db:2"]) == "not a Datum message"
    assert str(found["db:3"]) == "a Datum without an image"
    assert "needs 72 values and has 10" in str(found["db:4"])
    assert "more than 89,478,485 pixels" in str(found["db:5"])
    assert "impossible size 2×5, 0 channels" in str(found["db:6"])
    assert np.array_equal(found["db:7"], np.full((4, 6, 1), 0.5, np.float32))


def damage(path):
    """Turn a byte in the middle of every record of a TFRecord file; return how many there are."""
    data, start, count = bytearray(path.read_bytes()), 0, 0
    while start < len(data):
        (length,) = struct.unpack_from("<Q", data, start)
        data[start + 12 + length // 2] ^= 1
        start, count = start + length + 16, count + 1
    path.write_bytes(data)
    return count


def test_damaged_records_count_as_unreadable(tmp_path):
    folder = export(make_dataset(counts=(100, 0, 0)), "tfrecord", tmp_path / "out")
    paths = [p for p in (folder / "train_db").iterdir() if is_record_file(p.read_bytes()[:16])]
    assert sum(map(damage, sorted(paths)[:-1])) == 94
    source = Database(str(folder), validation_percent=0)
    make = partial(wb.create_dataset, source=source, runner="synchronous")
    with pytest.raises(JobFailed, match="94 of 100 files cannot be read, the first is 'train_db/"):
        make("strict", max_unreadable_percent=1)
    ds = make("kind", max_unreadable_percent=99)
    assert sum(sum(counts.values()) for counts in ds.counts.values()) == 6
    assert (ds.image.width, ds.image.height) == (6, 5)
    assert len(ds.report["unreadable"]) == 94 and ds.report["ignored"] == []
    found = ("train_db/SHARD_000.tfrecords:00000000-damaged", "damaged (wrong checksum)")
    assert found in ds.report["unreadable"]


def spoil_list(folder):
    path = folder / "train.txt"
    lines = path.read_text().splitlines()
    lines[3] = lines[3].rpartition(" ")[0] + " x"
    path.write_text("".join(f"{line}\n" for line in lines))


def spoil_hdf5(folder):
    (path,) = (folder / "train_db").glob("*.h5")
    with h5py.File(path, "r+") as file:
        labels = file["label"][:].astype(np.float32)
        labels[3] = 0.5
        del file["label"]
        file["label"] = labels


def spoil_arrays(folder):
    with np.load(folder / "arrays.npz") as file:
        found = dict(file)
    found["y_train"] = found["y_train"].astype(np.float32)
    found["y_train"][3] = 0.5
    np.savez(folder / "arrays.npz", **found)


@pytest.mark.parametrize(
    ("form", "spoil", "reason"),
    [
        ("folder", spoil_list, "its label is not a number"),
        ("hdf5", spoil_hdf5, "its label 0.5 is not a whole number"),
        ("numpy", spoil_arrays, "its label 0.5 is not a whole number"),
    ],
)
def test_a_record_without_a_label_is_one_whose_reading_fails(tmp_path, form, spoil, reason):
    folder = export(make_dataset(), form, tmp_path / "out")
    spoil(folder)
    source = Database(str(folder))
    listing, samples = listed(source)
    read = list(source.reader(ACCESS).read([sample.name for sample in samples]))
    assert len(read) == 29 and listing.ignored == []
    assert [(n, str(c)) for n, c in enumerate(read) if isinstance(c, DataError)] == [(3, reason)]


def test_a_link_to_itself_beside_a_database_is_no_database(tmp_path):
    folder = export(make_dataset(), "hdf5", tmp_path / "out")
    (folder / "train_db" / "list.txt").unlink()
    (folder / "train_db" / "loop").symlink_to(folder / "train_db" / "loop")
    assert len(listed(Database(str(folder / "train_db")))[1]) == 20


def test_the_first_record_may_have_no_label(tmp_path):
    records = {b"0": b"\xff\xff", b"1": datum(2, IMAGE), b"2": datum(1, IMAGE)}
    source = Database(write_lmdb(tmp_path / "db", records))
    listing, samples = listed(source)
    assert [(s.name, s.label) for s in samples] == [("db:1", 2), ("db:0", 2), ("db:2", 1)]
    assert source.suggested_format() == ImageFormat(width=6, height=4)


@pytest.mark.parametrize(
    ("labels", "reason"),
    [
        ([0, -1], "db:1 has the label -1; labels count from 0"),
        ([0, 2], "db:1 has the label 2, but .*names.txt names 2 classes only"),
    ],
)
def test_labels_must_have_names(tmp_path, labels, reason):
    (tmp_path / "names.txt").write_text("cat\ndog\n")
    records = {b"%d" % place: datum(label, IMAGE) for place, label in enumerate(labels)}
    path = write_lmdb(tmp_path / "db", records)
    with pytest.raises(DataError, match=reason):
        listed(Database(path, labels=str(tmp_path / "names.txt")))


def test_labels_without_names_have_a_limit_and_two_classes(tmp_path):
    records = {b"0": datum(0, IMAGE), b"1": datum(2**31 - 1, IMAGE)}
    with pytest.raises(DataError, match="at most 65,536 classes"):
        listed(Database(write_lmdb(tmp_path / "many", records)))
    with pytest.raises(DataError, match="one class only"):
        listed(Database(write_lmdb(tmp_path / "one", {b"0": datum(0, IMAGE)})))


def test_a_database_of_something_else_ends_early(tmp_path):
    records = {b"%06d" % place: b"\xff not an image" for place in range(5000)}
    with pytest.raises(DataError, match="first 1,001 records cannot be read; db:000000: not"):
        listed(Database(write_lmdb(tmp_path / "db", records)))


def write_hdf5(path, data, label, **options):
    with h5py.File(path, "w") as file:
        file.create_dataset("data", data=data, **options)
        file.create_dataset("label", data=label)
    return str(path)


def test_hdf5_as_digits_writes_it(tmp_path):
    # DIGITS lists several compressed files, and keeps red first.
    images = np.random.default_rng(0).integers(0, 256, (9, 3, 4, 6)).astype(np.float32)
    (tmp_path / "db").mkdir()
    for start, stop in ((0, 5), (5, 9)):
        write_hdf5(
            tmp_path / "db" / f"{start}.h5",
            images[start:stop],
            np.arange(start, stop, dtype=np.float32) % 2,
            chunks=True,
            compression="gzip",
        )
    (tmp_path / "db" / "list.txt").write_text("/jobs/20170101/db/0.h5\n/jobs/20170101/db/5.h5\n")
    for given in (tmp_path / "db", tmp_path / "db" / "list.txt", tmp_path / "db" / "*.h5"):
        source = Database(str(given))
        _, samples = listed(source)
        assert [sample.label for sample in samples] == [0, 1, 0, 1, 0, 1, 0, 1, 0]
        read = list(source.reader(ACCESS).read([sample.name for sample in samples]))
        assert {image.dtype for image in read} == {np.dtype(np.uint8)}
        assert np.array_equal(np.stack(read), images.transpose(0, 2, 3, 1))


@pytest.mark.parametrize(
    ("values", "dtype"), [([0, 0.25, 1], np.float32), ([0, 1], np.float32), ([0, 200], np.uint8)]
)
def test_floats_are_bytes_where_they_look_like_it(tmp_path, values, dtype):
    data = np.resize(np.array(values, np.float32), (4, 1, 3, 5))
    source = Database(write_hdf5(tmp_path / "x.h5", data, [0, 1, 0, 1]))
    image = next(source.reader(ACCESS).read(["x.h5:00000002"]))
    assert image.dtype == dtype
    assert np.array_equal(image, data[2].transpose(1, 2, 0))


def hostile_hdf5(path, kind):
    good = np.zeros((3, 1, 2, 2), np.float32)
    with h5py.File(path, "w") as file:
        file["label"] = [0, 1, 0]
        if kind == "huge":
            file.create_dataset("data", (3, 1, 60_000, 60_000), "f4", chunks=(1, 1, 64, 64))
        elif kind == "many":
            del file["label"]
            file.create_dataset("label", (10**12,), "f4", chunks=(64,))
            file.create_dataset("data", (10**12, 1, 2, 2), "f4", chunks=(64, 1, 2, 2))
        elif kind == "chunk":
            file.create_dataset("data", (3, 1, 2, 2), "f4", chunks=True, maxshape=(None, 1, 2, 2))
            del file["label"]
            file.create_dataset("label", (3,), "f4", chunks=(400_000_000,), maxshape=(None,))
        elif kind == "outside":
            file["data"] = h5py.ExternalLink("other.h5", "/data")
        elif kind == "external":
            file.create_dataset("data", good.shape, "f4", external=[(str(path) + ".raw", 0, 48)])
        elif kind == "text":
            file["data"] = np.array([[[["a"]]]] * 3, "S4")
        elif kind == "group":
            file.create_group("data")
        elif kind == "flat":
            file["data"] = good.reshape(3, 4)
        elif kind == "fewer":
            file["data"] = good[:2]
        elif kind == "nan":
            file["data"] = good
            del file["label"]
            file["label"] = [0, np.nan, 1.5]
    return str(path)


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("none", "it has no dataset 'data'; it has label"),
        ("huge", "more than 89,478,485 pixels"),
        ("many", "more than a file of its size can hold"),
        ("chunk", "pieces of more than 1 GiB"),
        ("outside", "is a link, which is not followed"),
        ("external", "lies in other files, which are not read"),
        ("text", "has no numbers"),
        ("group", "is not a dataset"),
        ("flat", r"the shape \(3, 4\), not \(images, channels, height, width\)"),
        ("fewer", r"has 2 images and labels of the shape \(3,\)"),
        ("nan", "one class only"),
    ],
)
def test_hostile_hdf5(tmp_path, kind, reason):
    with pytest.raises(DataError, match=reason):
        listed(Database(hostile_hdf5(tmp_path / "x.h5", kind)))


def example(**features):
    message = messages().Example()
    for key, value in features.items():
        feature = message.features.feature.add(key=key.replace("__", "/")).value
        kind = feature.bytes_list if isinstance(value, bytes) else feature.int64_list
        kind.value.append(value)
    return message.SerializeToString()


def test_records_with_the_keys_of_other_programs(tmp_path):
    png = io.BytesIO()
    Image.fromarray(IMAGE).save(png, "PNG")
    records = [
        example(image__encoded=png.getvalue(), image__class__label=1, image__height=4),
        example(image=png.getvalue(), label=0),
        example(image_raw=IMAGE.tobytes(), label=1, height=4, width=6, depth=3),
        example(image_raw=b"", label=1),
        example(label=1),
        example(image_raw=IMAGE.tobytes(), label=1, height=4, width=7, depth=3, encoding=0),
        b"\xff\xff",
    ]
    (tmp_path / "x.tfrecord").write_bytes(b"".join(map(framed, records)))
    source = Database(str(tmp_path / "x.tfrecord"))
    listing, samples = listed(source)
    assert [sample.label for sample in samples] == [1, 0, 1, 1, 0, 1, 0]
    read = list(source.reader(ACCESS).read([sample.name for sample in samples]))
    assert read[0] == read[1] == png.getvalue()
    assert np.array_equal(read[2], IMAGE)
    assert "an Example without an image" in str(read[4])
    assert "cannot have 72 bytes" in str(read[5])
    assert str(read[6]) == "not a Example message"


def records_file(path, change=lambda data: data):
    good = example(image_raw=IMAGE.tobytes(), label=1, height=4, width=6, depth=3, encoding=0)
    other = example(image_raw=IMAGE.tobytes(), label=0, height=4, width=6, depth=3, encoding=0)
    path.write_bytes(change(framed(good) + framed(other) + framed(good)))
    return str(path), len(framed(good))


def test_a_record_with_a_wrong_checksum_is_named(tmp_path):
    path, size = records_file(tmp_path / "x.tfrecord")
    data = bytearray((tmp_path / "x.tfrecord").read_bytes())
    data[size + 40] ^= 1
    (tmp_path / "x.tfrecord").write_bytes(data)
    with pytest.raises(DataError, match="one class only"):  # the only one of class 0 is lost
        listed(Database(path))
    content = list(Database(path).reader(ACCESS).read(["x.tfrecord:00000001-damaged"]))
    assert str(content[0]) == "damaged (wrong checksum)"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda data: data[:-1], "it is cut short within record 2"),
        (lambda data: data[:-70], "it is cut short within record 2"),
        (lambda data: data + b"abc", "it is damaged at record 3"),
        (lambda data: data + b"\xff" * 40, "it is damaged at record 3"),
        (lambda data: data + framed(b"")[:8] + b"\0" * 8, "it is damaged at record 3"),
    ],
)
def test_a_record_file_cut_short_or_followed_by_something(tmp_path, change, reason):
    path, _ = records_file(tmp_path / "x.tfrecord", change)
    with pytest.raises(DataError, match=reason):
        listed(Database(path))


def test_a_length_beyond_the_file_is_not_allocated(tmp_path):
    from workbench.data.sources.crc32c import masked_crc32c

    length = struct.pack("<Q", 1 << 50)
    head = length + struct.pack("<I", masked_crc32c(length))
    (tmp_path / "x.tfrecord").write_bytes(head + bytes(100))
    tracemalloc.start()
    with pytest.raises(DataError, match="it is cut short within record 0"):
        listed(Database(str(tmp_path / "x.tfrecord")))
    assert tracemalloc.get_traced_memory()[1] < 20 << 20
    tracemalloc.stop()


def test_python_objects_are_never_unpickled(tmp_path):
    np.savez(
        tmp_path / "arrays.npz",
        x_train=np.array([{}, {}], dtype=object),
        y_train=np.array([0, 1]),
    )
    with pytest.raises(DataError, match="never unpickled"):
        listed(Database(str(tmp_path)))


def test_a_damaged_head_of_an_array(tmp_path):
    folder = export(make_dataset(), "numpy", tmp_path / "out")
    head = b"\x93NUMPY\1\0\x10\0{'descr': (      "
    with zipfile.ZipFile(folder / "arrays.npz", "w") as archive:
        archive.writestr("x_train.npy", head)
        archive.writestr("y_train.npy", head)
    with pytest.raises(DataError, match=re.escape("arrays.npz")):
        listed(Database(str(folder / "arrays.npz")))


def test_a_list_does_not_lead_out_of_its_folder(tmp_path):
    folder = export(make_dataset(), "folder", tmp_path / "out")
    Image.fromarray(IMAGE).save(tmp_path / "secret.png")
    (folder / "link.png").symlink_to(tmp_path / "secret.png")
    (folder / "train.txt").write_text(f"../secret.png 0\n{tmp_path}/secret.png 1\nlink.png 1\n")
    source = Database(str(folder / "train.txt"))
    _, samples = listed(source)
    for content in source.reader(ACCESS).read([sample.name for sample in samples]):
        assert str(content) == "its path leads out of the folder of its list"


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda path: None, "there is no database"),
        (lambda path: path.mkdir(), "has no database of images"),
        (lambda path: path.write_bytes(b""), "is no database of images"),
        (lambda path: path.write_bytes(os.urandom(5000)), "is no database of images"),
        (lambda path: path.write_text("a poem\nof two lines\n"), "is no database of images"),
        (lambda path: path.write_bytes(b"\x89HDF\r\n\x1a\n" + bytes(90)), "it is damaged"),
        (lambda path: path.write_bytes(b"PK\3\4" + bytes(90)), "is no database of images"),
    ],
)
def test_what_is_no_database(tmp_path, make, reason):
    make(tmp_path / "thing")
    with pytest.raises((DataError, NotFound), match=reason):
        Database(str(tmp_path / "thing")).check(ACCESS)


def test_one_database_is_not_two_splits(tmp_path):
    folder = export(make_dataset(), "lmdb", tmp_path / "out")
    train = str(folder / "train_db")
    with pytest.raises(DataError, match="given twice, for train and val"):
        Database(train, train).check(ACCESS)


def test_databases_of_one_name_are_told_apart(tmp_path):
    paths = []
    for place, split in enumerate(("a", "b")):
        (tmp_path / split).mkdir()
        image = np.full_like(IMAGE, place)
        records = {b"0": datum(0, image), b"1": datum(1, image)}
        paths.append(write_lmdb(tmp_path / split / "db", records))
    source = Database(*paths)
    _, samples = listed(source)
    names = [sample.name for sample in samples]
    assert len(set(names)) == 4
    values = [int(image[0, 0, 0]) for image in source.reader(ACCESS).read(names)]
    assert values == [0, 0, 1, 1]


@pytest.mark.parametrize("form", ["lmdb", "hdf5", "tfrecord", "numpy"])
def test_changed_bytes_give_images_or_a_sentence(tmp_path, form):
    folder = export(make_dataset(), form, tmp_path / "out", encoding="none")
    files = [path for path in folder.rglob("*") if path.suffix in (".mdb", ".h5", ".npz")]
    files += sorted(folder.rglob("SHARD_000.tfrecords"))
    rng, lines = np.random.default_rng(4), []
    for _ in range(60):
        path = files[rng.integers(len(files))]
        content = path.read_bytes()
        changed = bytearray(content)
        for place in rng.integers(0, min(len(content), 9000), rng.choice([1, 5, 50])):
            changed[place] = rng.integers(0, 256)
        path.write_bytes(changed)
        try:
            source = Database(str(folder))
            _, samples = listed(source)
            names = [sample.name for sample in samples]
            assert len(list(source.reader(ACCESS).read(names))) == len(names)
        except WorkbenchError as error:
            lines.append(str(error))
        path.write_bytes(content)
    assert not any("\n" in line for line in lines)


def test_reading_needs_no_tensorflow():
    import subprocess
    import sys

    code = (
        "import sys, workbench.data.sources.database as d; "
        "from workbench.data.sources.messages import messages; messages(); "
        "print(*({'tensorflow', 'lmdb', 'h5py'} & set(sys.modules)))"
    )
    found = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert found.stdout.split() == []
