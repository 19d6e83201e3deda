import io
import pickle
import zipfile

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.data.sources.arrays import Arrays
from workbench.data.sources.base import Access
from workbench.data.sources.npy import Place, open_rows
from workbench.data.sources.rows import Streamed
from workbench.errors import DataError, InvalidValue, NotFound

ACCESS = Access()
IMAGES = np.arange(6 * 4 * 5 * 3, dtype=np.uint16).reshape(6, 4, 5, 3)
CLASSES = np.array([0, 1, 2, 0, 1, 2])


def read(source):
    """The samples of a source and their pixels."""
    listing = source.read(0, ACCESS)
    samples = list(listing.samples)
    reader = source.reader(ACCESS)
    return listing, samples, list(reader.read([sample.name for sample in samples]))


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_an_archive_as_keras_saves_it(tmp_path, save):
    save(
        tmp_path / "a.npz",
        x_train=IMAGES,
        y_train=CLASSES,
        x_test=IMAGES[:2] + 1000,
        y_test=[[1], [2]],
        labels=["cat", "dog", "emu"],
    )
    source = Arrays(str(tmp_path / "a.npz"), test_percent=10)
    source.check(ACCESS)
    listing, samples, pixels = read(source)
    assert listing.labels == ["cat", "dog", "emu"]
    assert source.shares == (25, 0)  # the archive has its own test images
    assert samples[1] == ("x_train[1]", 1, "", "")
    assert samples[6:] == [("x_test[0]", 1, "test", ""), ("x_test[1]", 2, "test", "")]
    assert np.array_equal(pixels[:6], IMAGES)
    assert np.array_equal(pixels[6:], IMAGES[:2] + 1000)
    assert pixels[0].dtype == np.uint16
    assert (source.suggested_format().width, source.suggested_format().height) == (5, 4)
    assert source.suggested_format().channels == 3


def test_stored_arrays_are_mapped_and_compressed_ones_stream(tmp_path):
    np.savez(tmp_path / "stored.npz", x_train=IMAGES)
    np.savez_compressed(tmp_path / "small.npz", x_train=IMAGES)
    assert isinstance(open_rows(Place(str(tmp_path / "stored.npz"), "x_train")), np.memmap)
    rows = open_rows(Place(str(tmp_path / "small.npz"), "x_train"))
    assert isinstance(rows, Streamed)
    for row in (3, 5, 0, 0, 4):  # a step back begins again
        assert np.array_equal(rows[row], IMAGES[row])


@given(st.lists(st.integers(0, 5), max_size=12))
def test_rows_are_read_in_any_order(order):
    data = b"head" + IMAGES.tobytes()
    rows = Streamed(io.BytesIO(data), 4, IMAGES.shape, IMAGES.dtype)
    assert all(np.array_equal(rows[row], IMAGES[row]) for row in order)


def test_other_spellings_validation_and_classes_by_name(tmp_path):
    np.savez(
        tmp_path / "m.npz",
        train_images=IMAGES[..., 0],
        train_labels=np.array(["b10", "b9", "a"] * 2),
        val_images=IMAGES[..., 0],
        val_labels=np.array(["a"] * 6),
    )
    source = Arrays(str(tmp_path / "m.npz"), validation_percent=50, test_percent=20)
    listing, samples, pixels = read(source)
    assert listing.labels == ["a", "b9", "b10"]
    assert [sample.label for sample in samples] == [2, 1, 0, 2, 1, 0] + [0] * 6
    assert {sample.split for sample in samples[6:]} == {"val"}
    assert source.shares == (0, 20)
    assert pixels[0].shape == (4, 5)


@pytest.mark.parametrize("order", ["C", "F"])
def test_a_pair_of_array_files(tmp_path, order):
    images = np.asarray(IMAGES[..., 0] / 100, ">f4", order=order)
    np.save(tmp_path / "images.npy", images)
    np.save(tmp_path / "classes.npy", CLASSES + 5)
    source = Arrays(str(tmp_path / "images.npy"), str(tmp_path / "classes.npy"))
    listing, samples, pixels = read(source)
    assert listing.labels == ["5", "6", "7"]  # numbers that do not occur are no classes
    assert samples[2] == ("images[2]", 2, "", "")
    assert pixels[0].dtype == np.dtype("=f4") and pixels[0].dtype.isnative
    assert np.array_equal(pixels, images)
    assert source.suggested_format().channels == 1
    assert Arrays.from_dict(source.to_dict()) == source


def test_names_without_images_are_left_out(tmp_path):
    np.savez(tmp_path / "a.npz", x_train=IMAGES, y_train=CLASSES * 2)
    names = ("a", "b", "c", "d", "e")
    listing, samples, _ = read(Arrays(str(tmp_path / "a.npz"), labels=names))
    assert listing.labels == ["a", "c", "e"]
    assert listing.left_out == [("b", "no images"), ("d", "no images")]
    assert [sample.label for sample in samples] == [0, 1, 2, 0, 1, 2]
    with pytest.raises(DataError, match="class number 4, but only 3 names"):
        Arrays(str(tmp_path / "a.npz"), labels=names[:3]).check(ACCESS)


@pytest.mark.parametrize(
    ("names", "reason"),
    [
        (["a", "a", "b"], "labels in .* has a name twice"),
        (["a", "", "b"], "a name in labels in .* must not be empty"),
        (["a", "b\0c", "d"], "must not contain a NUL character"),
        (["a", "b" * 5000, "d"], "must be at most 1000 characters, got 5000"),
        ([b"a", b"\xff", b"d"], "labels in .* holds names that are no text"),
        (np.array([97, 0x110000, 98], "<u4").view("<U1"), "labels in .* holds names that are no"),
    ],
)
def test_an_archives_own_names_are_checked(tmp_path, names, reason):
    np.savez(tmp_path / "a.npz", x_train=IMAGES, y_train=CLASSES, labels=names)
    with pytest.raises(DataError, match=reason):
        Arrays(str(tmp_path / "a.npz")).check(ACCESS)


@pytest.mark.parametrize(
    ("classes", "reason"),
    [
        ([b"a", b"\xff"] * 3, "y_train in .* holds names that are no text"),
        (["a", "b\0c"] * 3, "must not contain a NUL character"),
        (["a", ""] * 3, "must not be empty"),
        (["a", "\ud83d"] * 3, "must be text"),
    ],
)
def test_classes_by_name_are_checked(tmp_path, classes, reason):
    np.savez(tmp_path / "a.npz", x_train=IMAGES, y_train=classes)
    with pytest.raises(DataError, match=reason):
        Arrays(str(tmp_path / "a.npz")).check(ACCESS)


def test_a_damaged_lzma_archive_is_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.npz", "w", zipfile.ZIP_LZMA) as archive:
        for name, values in (("x_train", IMAGES), ("y_train", CLASSES)):
            content = io.BytesIO()
            np.save(content, values)
            archive.writestr(f"{name}.npy", content.getvalue())
        start = archive.getinfo("x_train.npy").header_offset + 30 + len("x_train.npy")
    data = bytearray((tmp_path / "a.npz").read_bytes())
    data[start + 4 : start + 9] = b"\xff" * 5  # its properties
    (tmp_path / "a.npz").write_bytes(data)
    with pytest.raises(DataError, match=r"x_train in .*a\.npz cannot be read"):
        Arrays(str(tmp_path / "a.npz")).check(ACCESS)


def test_a_reader_that_has_read_can_be_sent_to_a_process(tmp_path):
    np.savez_compressed(tmp_path / "a.npz", x_train=IMAGES, y_train=CLASSES)
    reader = Arrays(str(tmp_path / "a.npz")).reader(ACCESS)
    next(reader.read(["x_train[0]"]))
    again = pickle.loads(pickle.dumps(reader))
    assert np.array_equal(next(again.read(["x_train[4]"])), IMAGES[4])
    gone, beyond = again.read(["x_val[0]", "x_train[99]"])
    assert "not in the file any more" in str(gone)
    assert "fewer images" in str(beyond)


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"x_train": IMAGES}, "has x_train and no y_train"),
        ({"a": IMAGES, "b": CLASSES}, "no x_train with y_train; it has a, b"),
        ({"x_train": IMAGES, "y_train": np.eye(6)}, r"one-hot rows take .argmax\(axis=1\)"),
        ({"x_train": IMAGES, "y_train": CLASSES[:5]}, "has 5 classes for 6 images"),
        ({"x_train": IMAGES, "y_train": CLASSES - 1}, "holds -1; class numbers count from 0"),
        ({"x_train": IMAGES, "y_train": CLASSES / 2}, "float64; whole class numbers"),
        ({"x_train": IMAGES, "y_train": CLASSES * 0}, r"one class only \('0'\)"),
        ({"x_train": IMAGES.astype(int), "y_train": CLASSES}, "holds int64; uint8, uint16"),
        ({"x_train": IMAGES.reshape(6, -1), "y_train": CLASSES}, "has shape"),
        ({"x_train": IMAGES.reshape(6, 3, 4, 5), "y_train": CLASSES}, "channels first"),
        ({"x_train": IMAGES[:0], "y_train": CLASSES[:0]}, "has shape"),
        (
            {"x_train": IMAGES, "y_train": np.array([None] * 6, object)},
            "y_train in .* holds Python objects, which are never unpickled",
        ),
        ({"x_train": np.array([None] * 6, object), "y_train": CLASSES}, "never unpickled"),
        ({"x_train": IMAGES, "y_train": CLASSES, "labels": CLASSES}, "must be a row of names"),
    ],
)
def test_what_is_no_data_set_is_refused_in_a_sentence(tmp_path, arrays, message):
    np.savez(tmp_path / "a.npz", **arrays)
    with pytest.raises(DataError, match=message):
        Arrays(str(tmp_path / "a.npz")).check(ACCESS)


def test_wrong_fields_and_missing_files(tmp_path):
    with pytest.raises(NotFound, match="there is no file"):
        Arrays(str(tmp_path / "gone.npz")).check(ACCESS)
    (tmp_path / "text.npz").write_text("no archive")
    with pytest.raises(DataError, match="not a whole .npz archive"):
        Arrays(str(tmp_path / "text.npz")).check(ACCESS)
    with pytest.raises(InvalidValue, match="must end in .npz or .npy"):
        Arrays("images.h5")
    with pytest.raises(InvalidValue, match="labels_path must name"):
        Arrays("images.npy")
    with pytest.raises(InvalidValue, match="labels_path goes with an .npy"):
        Arrays("images.npz", "classes.npy")
    with pytest.raises(InvalidValue, match="must stay below 100 %, got 110"):
        Arrays("images.npz", validation_percent=60, test_percent=50)
    with pytest.raises(InvalidValue, match="has a name twice"):
        Arrays("images.npz", labels=("a", "a"))


def test_heads_that_lie_and_damage_are_refused(tmp_path):
    np.savez_compressed(tmp_path / "a.npz", x_train=np.asfortranarray(IMAGES), y_train=CLASSES)
    with pytest.raises(DataError, match="Fortran"):
        Arrays(str(tmp_path / "a.npz")).check(ACCESS)
    head = io.BytesIO()
    np.lib.format.write_array_header_1_0(
        head, {"descr": "|u1", "fortran_order": False, "shape": (10**6, 30, 30)}
    )
    with zipfile.ZipFile(tmp_path / "b.npz", "w") as archive:
        archive.writestr("x_train.npy", head.getvalue() + b"few")
        archive.writestr("y_train.npy", head.getvalue())
    with pytest.raises(DataError, match="x_train in .* declares an impossible shape"):
        Arrays(str(tmp_path / "b.npz")).check(ACCESS)


def test_damage_met_while_reading_ends_the_job_and_names_the_image(tmp_path):
    noise = np.random.default_rng(0).integers(0, 256, (40, 64, 64), np.uint8)
    np.savez_compressed(tmp_path / "a.npz", x_train=noise, y_train=np.arange(40) % 2)
    data = bytearray((tmp_path / "a.npz").read_bytes())
    data[len(data) // 2 : len(data) // 2 + 4000] = bytes(4000)
    (tmp_path / "a.npz").write_bytes(data)
    source = Arrays(str(tmp_path / "a.npz"))
    names = [sample.name for sample in source.read(0, ACCESS).samples]
    with pytest.raises(DataError, match=r"x_train cannot be read from image \d+ on"):
        list(source.reader(ACCESS).read(names))
