import gzip
import struct
import tracemalloc
from importlib import resources

import numpy as np
import pytest

from workbench.data.sources.base import Access
from workbench.data.sources.idx import IdxFiles, image_shape, read_idx
from workbench.errors import DataError, InvalidValue, NotFound

ACCESS = Access()
IMAGES = np.random.default_rng(0).integers(0, 256, (10, 4, 5), np.uint8)
CLASSES = np.arange(10, dtype=np.uint8) % 3


def idx(array):
    return struct.pack(f">BBBB{array.ndim}I", 0, 0, 8, array.ndim, *array.shape) + array.tobytes()


def write(folder, ending="-idx{}-ubyte", parts=("train", "t10k"), front=""):
    for word in parts:
        for kind, array in (("images", IMAGES), ("labels", CLASSES)):
            name = front + f"{word}-{kind}" + ending.format(array.ndim)
            data = idx(array if word == "train" else array[:4])
            (folder / name).write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    return str(folder)


@pytest.mark.parametrize("ending", ["-idx{}-ubyte", "-idx{}-ubyte.gz", ".idx{}-ubyte"])
@pytest.mark.parametrize("front", ["", "emnist-letters-"])
def test_the_four_files_gzipped_or_not(tmp_path, ending, front):
    source = IdxFiles(write(tmp_path, ending, front=front), test_percent=10)
    source.check(ACCESS)
    listing = source.read(0, ACCESS)
    samples = list(listing.samples)
    assert listing.labels == ["0", "1", "2"]
    assert source.shares == (25, 0)
    assert [sample.label for sample in samples] == [*CLASSES, *CLASSES[:4]]
    assert [sample.split for sample in samples] == [""] * 10 + ["test"] * 4
    assert samples[3].name == f"{front}train-images[3]"
    pixels = list(source.reader(ACCESS).read([sample.name for sample in samples]))
    assert np.array_equal(pixels, [*IMAGES, *IMAGES[:4]])
    image = source.suggested_format()
    assert (image.width, image.height, image.channels) == (5, 4, 1)


def test_names_of_classes_and_a_folder_without_test_files(tmp_path):
    source = IdxFiles(write(tmp_path, parts=("train",)), labels=("a", "b", "c"), test_percent=10)
    assert source.read(0, ACCESS).labels == ["a", "b", "c"]
    assert source.shares == (25, 10)
    assert IdxFiles.from_dict(source.to_dict()) == source
    with pytest.raises(DataError, match="class number 2, but only 2 names"):
        IdxFiles(str(tmp_path), labels=("a", "b")).check(ACCESS)


def test_what_is_missing_or_damaged_is_named(tmp_path):
    with pytest.raises(NotFound, match="there is no folder"):
        IdxFiles(str(tmp_path / "gone")).check(ACCESS)
    with pytest.raises(DataError, match="no train-images-idx3-ubyte; give the folder"):
        IdxFiles(str(tmp_path)).check(ACCESS)
    folder = write(tmp_path)
    (tmp_path / "train-images-idx3-ubyte").write_bytes(idx(IMAGES)[:-7])
    with pytest.raises(DataError, match="ends 7 bytes too early"):
        IdxFiles(folder).check(ACCESS)
    (tmp_path / "train-images-idx3-ubyte").write_bytes(idx(IMAGES[:9]))
    with pytest.raises(DataError, match="has 10 classes for 9 images"):
        IdxFiles(folder).check(ACCESS)
    (tmp_path / "train-labels-idx1-ubyte").unlink()
    with pytest.raises(DataError, match="has train-images and no train-labels"):
        IdxFiles(folder).check(ACCESS)
    with pytest.raises(InvalidValue, match="path must name"):
        IdxFiles(" ")


def test_two_sets_in_one_folder_are_refused(tmp_path):
    write(tmp_path, front="emnist-letters-")
    with pytest.raises(DataError, match="several sets"):
        IdxFiles(write(tmp_path, front="emnist-digits-")).check(ACCESS)


def test_a_gzip_file_cut_short_ends_the_job(tmp_path):
    folder = write(tmp_path, "-idx{}-ubyte.gz")
    path = tmp_path / "train-images-idx3-ubyte.gz"
    path.write_bytes(path.read_bytes()[:-60])
    reader = IdxFiles(folder).reader(ACCESS)
    with pytest.raises(DataError, match=r"train-images cannot be read from image \d on"):
        list(reader.read([f"train-images[{row}]" for row in range(10)]))


def test_damaged_idx_files_are_refused(tmp_path):
    path = tmp_path / "images"
    path.write_bytes(b"\0\0\x08\x01\0\0\0\x05abc")
    with pytest.raises(DataError, match="should hold 5 values and holds 3$"):
        read_idx(path)
    path.write_bytes(b"\0\0\x08\x01\0\0\0\x05abcdefg")
    with pytest.raises(DataError, match="should hold 5 values and holds 6 or more"):
        read_idx(path)
    path.write_bytes(b"\0\0\x0d\x01")
    with pytest.raises(DataError, match="not an idx file of bytes"):
        read_idx(path)
    path.write_bytes(b"\0\0\x08\x03" + b"\xff" * 12)
    with pytest.raises(DataError, match="declares an impossible shape"):
        image_shape(path)


def many(folder, kind, shape, values):
    """A gzipped file of that many zeros, the last one a one."""
    head = struct.pack(f">BBBB{len(shape)}I", 0, 0, 8, len(shape), *shape)
    path = folder / f"train-{kind}-idx{len(shape)}-ubyte.gz"
    path.write_bytes(gzip.compress(head + bytes(values - 1) + b"\1"))


def peak_of(call):
    """The bytes that a call takes at most, and what it raises."""
    tracemalloc.start()
    try:
        call()
        return tracemalloc.get_traced_memory()[1], ""
    except DataError as error:
        return tracemalloc.get_traced_memory()[1], str(error)
    finally:
        tracemalloc.stop()


def test_a_small_gzip_file_does_not_take_much_memory(tmp_path):
    count = 1 << 23
    many(tmp_path, "labels", (count,), count)
    many(tmp_path, "images", (10, 1, 1), 10)
    source = IdxFiles(str(tmp_path))
    peak, message = peak_of(lambda: source.check(ACCESS))
    assert "has 8,388,608 classes for 10 images" in message
    assert peak < 1 << 20
    (tmp_path / "train-images-idx3-ubyte.gz").unlink()
    many(tmp_path, "images", (count, 1, 1), count)
    peak, message = peak_of(lambda: source.check(ACCESS))
    assert not message
    assert peak < 10 * count
    many(tmp_path, "images", (1 << 26, 1, 1), count)
    with pytest.raises(DataError, match="declares an impossible shape"):
        source.check(ACCESS)


def test_the_digits_of_the_package(tmp_path):
    files = resources.files("workbench.samples") / "mnist"
    for name in ("images-idx3", "labels-idx1"):
        data = (files / f"t10k-{name}-ubyte.gz").read_bytes()
        (tmp_path / f"train-{name}-ubyte.gz").write_bytes(data)
    source = IdxFiles(str(tmp_path))
    listing = source.read(0, ACCESS)
    samples = list(listing.samples)
    assert listing.labels == [str(digit) for digit in range(10)]
    assert len(samples) == 10_000
    last = next(source.reader(ACCESS).read([samples[-1].name]))
    whole = read_idx(tmp_path / "train-images-idx3-ubyte.gz")
    assert np.array_equal(last, whole[-1])
