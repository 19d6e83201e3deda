from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.data import ImageFormat
from workbench.data.images.encode import encode
from workbench.data.records import Images, encoded, open_stores
from workbench.data.records.choice import Machine, choose
from workbench.data.records.encoded import EncodedWriter
from workbench.data.records.memory_map import MemoryMapWriter, RowWriter
from workbench.errors import DataError, SchemaError, StorageError

SHAPE = (6, 5, 3)


@pytest.fixture
def pixels():
    return np.random.default_rng(0).integers(0, 256, (40, *SHAPE), dtype=np.uint8)


def mapped(folder, pixels):
    """A memory-mapped store, written in stretches out of order."""
    writer = MemoryMapWriter(folder, pixels.shape[1:], pixels.dtype.name)
    rows = RowWriter(str(folder))
    for start in (30, 0, 10, 20):
        part = np.ascontiguousarray(pixels[start : start + 10])
        rows.write(start, part)
        assert writer.put(start, len(part)).tolist() == list(range(start, start + 10))
    writer.finish()
    (store,) = open_stores(folder)
    return store


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "float32"])
def test_decoded_images_come_back_as_they_were_written(tmp_path, pixels, dtype):
    pixels = pixels.astype(dtype) * (1 if dtype == "uint8" else 3)
    store = mapped(tmp_path, pixels)
    assert store.dtype == dtype
    assert np.array_equal(store.take(np.array([39, 0, 7])), pixels[[39, 0, 7]])
    # Any program that reads .npy can read them.
    assert np.array_equal(np.load(tmp_path / "images.npy"), pixels)


def test_large_images_are_asked_for_and_come_back(tmp_path):
    random = np.random.default_rng(0)
    pixels = random.integers(0, 256, (40, 160, 160, 3), dtype=np.uint8)
    store = mapped(tmp_path, pixels)
    rows = np.array([39, 0, 7, 7])
    assert np.array_equal(store.take(rows), pixels[rows])


def test_encoded_images_come_back_whatever_the_order(tmp_path, pixels):
    writer = EncodedWriter(tmp_path, SHAPE, "uint8")
    places = np.zeros(40, int)
    for start in (20, 0):
        content = [encode(image, "png") for image in pixels[start : start + 20]]
        content[3] = b""  # unreadable
        places[start : start + 20] = writer.put(start, content)
    writer.finish()
    assert places[3] == places[23] == -1
    (store,) = open_stores(tmp_path)
    rows = np.array([39, 0, 25, 24])
    assert np.array_equal(store.take(places[rows]), pixels[rows])


def test_images_are_an_array_of_any_index(tmp_path, pixels):
    store = mapped(tmp_path, pixels)
    rows = np.array([5, 6, 7, 30, 2])
    images = Images([store], np.zeros(5, np.uint16), rows)
    expected = pixels[rows]
    assert (images.shape, images.dtype, images.ndim, len(images)) == ((5, *SHAPE), "uint8", 4, 5)
    for key in (
        0, -1, slice(1, 4), slice(None, None, -2), [3, 0], np.array([4, 4]),
        expected[:, 0, 0, 0] > 99, (2, 1), (slice(0, 3), 1, slice(2)), (2, ..., 0),
        ..., (..., 0), (),
    ):  # fmt: skip
        assert np.array_equal(images[key], expected[key])
    assert np.array_equal(np.asarray(images), expected)
    assert np.array_equal(np.stack(list(images)), expected)
    assert np.array_equal(np.mean(images, axis=0), expected.mean(axis=0))
    with pytest.raises(IndexError):
        images[5]


COUNT, SMALL = 5, (3, 4, 2)
SIDES = (COUNT, *SMALL)


def indices(side):
    """What may stand in a key for one axis, and now and then what may not."""
    number = st.integers(-side - 1, side)
    lists = st.lists(st.integers(-side, side - 1), max_size=3)
    return st.one_of(
        number,
        number.map(np.int32),
        st.slices(side),
        lists,
        lists.map(lambda chosen: np.array(chosen, np.uint8 if chosen == [] else np.int64)),
        st.lists(st.booleans(), min_size=side, max_size=side),
        st.lists(lists.filter(lambda chosen: len(chosen) == 2), min_size=1, max_size=2),
        st.sampled_from([None, ..., True, False, np.True_, np.array(0), np.array(True), 0.5]),
    )


KEYS = st.one_of(
    indices(COUNT),
    st.integers(0, 4).flatmap(lambda count: st.tuples(*map(indices, SIDES[:count]))),
    st.lists(st.booleans(), min_size=15, max_size=15).map(lambda m: np.array(m).reshape(5, 3)),
    st.tuples(st.tuples(st.integers(0, 4), st.integers(0, 4)), indices(3)),
)


@pytest.fixture(scope="module")
def arrays(tmp_path_factory):
    """Some images, and the array that they are."""
    stored = np.random.default_rng(0).integers(0, 256, (40, *SMALL), dtype=np.uint8)
    store = mapped(tmp_path_factory.mktemp("images"), stored)
    rows = np.array([5, 6, 7, 30, 2])
    return Images([store], np.zeros(COUNT, np.uint16), rows), stored[rows]


@settings(max_examples=500)
@given(KEYS)
def test_every_key_gives_what_it_gives_in_numpy(arrays, key):
    images, expected = arrays
    try:
        wanted = expected[key]
    except IndexError:
        with pytest.raises(IndexError):
            images[key]
        return
    found = images[key]
    assert found.shape == wanted.shape
    assert found.dtype == wanted.dtype
    assert np.array_equal(found, wanted)


@pytest.mark.parametrize("key", [[], ([0, 1], [2, 0]), True, [[0, 1], [2, 3]], (slice(0), 1)])
def test_keys_that_are_easily_mistaken(arrays, key):
    images, expected = arrays
    assert np.array_equal(images[key], expected[key])
    assert images[key].shape == expected[key].shape


def test_neighbours_are_read_without_a_copy(tmp_path, pixels):
    images = Images([mapped(tmp_path, pixels)], np.zeros(10, np.uint16), np.arange(10, 20))
    assert isinstance(images[:], np.memmap)
    with pytest.raises(ValueError, match="read-only"):
        images[:][0] = 0


def test_images_of_several_stores(tmp_path, pixels):
    stores = []
    for name, part in (("a", pixels), ("b", 255 - pixels)):
        (tmp_path / name).mkdir()
        stores.append(mapped(tmp_path / name, part))
    images = Images(stores, np.array([0, 1, 0, 1], np.uint16), np.array([3, 3, 1, 0]))
    expected = np.stack([pixels[3], 255 - pixels[3], pixels[1], 255 - pixels[0]])
    assert np.array_equal(images[:], expected)


def test_damage_is_told_in_a_sentence(tmp_path, pixels):
    mapped(tmp_path, pixels)
    data = (tmp_path / "images.npy").read_bytes()
    (tmp_path / "images.npy").write_bytes(data[: len(data) // 2])
    (store,) = open_stores(tmp_path)
    with pytest.raises(DataError, match="is damaged"):
        store.take(np.array([0]))
    (tmp_path / "store.json").unlink()
    with pytest.raises(SchemaError, match="earlier version; create the dataset again"):
        open_stores(tmp_path)


GB = 1 << 30
LARGE = ImageFormat(width=1024, height=1024)  # 3 MiB decoded


@pytest.mark.parametrize(
    ("disk", "memory", "count", "encoding"),
    [
        (100 * GB, 16 * GB, 17_000, "none"),  # 49.8 of 50 GiB
        (100 * GB, 16 * GB, 17_100, "png"),  # more than half of the disk
        (1000 * GB, 8 * GB, 10_900, "none"),  # 31.9 of 32 GiB
        (1000 * GB, 8 * GB, 11_000, "png"),  # more than four memories
    ],
)
def test_decoded_as_long_as_they_fit(disk, memory, count, encoding):
    assert choose("auto", LARGE, count, Machine(disk, memory)).encoding == encoding


def test_what_was_chosen_is_kept_and_what_cannot_fit_refused():
    machine = Machine(1 * GB, 16 * GB)
    assert choose("jpeg", LARGE, 1000, machine).encoding == "jpeg"
    floats = ImageFormat(width=1024, height=1024, dtype="float32")
    for encoding, image in (("none", LARGE), ("auto", floats)):
        with pytest.raises(StorageError, match=r"1,000 images need .* GB, 1.1 GB are free"):
            choose(encoding, image, 1000, machine)


def test_little_room_is_told_in_megabytes():
    small = ImageFormat(width=28, height=28, channels=1)
    with pytest.raises(StorageError, match=r"27,000 images need 21\.2 MB, 11\.0 MB are free"):
        choose("none", small, 27_000, Machine(11_000_000, 16 * GB))


@pytest.fixture
def writer_with(tmp_path, monkeypatch):
    """A writer of encoded images on a disk with so much room."""
    file = tmp_path / "images.arrayrecord"
    made = []

    def make(room):
        left = lambda folder: SimpleNamespace(free=room - file.stat().st_size)  # noqa: E731
        monkeypatch.setattr(encoded.shutil, "disk_usage", left)
        made.append(EncodedWriter(tmp_path, SHAPE, "uint8"))
        return made[0]

    yield make
    made[0].close()


def put_all(writer):
    """Some 7.8 MB, which the library does not write at once."""
    for start in range(0, 2600, 100):
        writer.put(start, [bytes(3000)] * 100)


def test_encoded_images_need_the_room_that_they_take(tmp_path, writer_with):
    writer = writer_with(11_000_000)
    put_all(writer)
    writer.finish()
    size = (tmp_path / "images.arrayrecord").stat().st_size
    assert 7_800_000 < size < 7_800_000 + 2600 * 256 + (1 << 20)


def test_a_disk_too_full_for_what_is_held_back_is_told_before_the_end(writer_with):
    writer = writer_with(8_000_000)
    with pytest.raises(StorageError, match="the disk is full; free some space"):
        put_all(writer)
