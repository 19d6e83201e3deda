import hashlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

import workbench as wb
from tests.conftest import read_idx
from workbench.data.duplicates import joined, kin, twins
from workbench.data.images.fingerprint import fingerprints


def digest(text):
    return np.frombuffer(hashlib.sha256(text.encode()).digest(), np.uint8)


def test_equal_files_are_numbered_together():
    hashes = np.stack([digest(text) for text in "abcabd"])
    numbers = twins(hashes)
    assert numbers[2] == numbers[5] == -1
    assert numbers[0] == numbers[3] >= 0
    assert numbers[1] == numbers[4] >= 0
    assert numbers[0] != numbers[1]


def test_files_whose_hashes_begin_alike_are_told_apart():
    hashes = np.zeros((5, 32), np.uint8)
    hashes[[1, 3], 31] = 1
    hashes[4, 20] = 1
    numbers = twins(hashes)
    assert numbers[0] == numbers[2] >= 0
    assert numbers[1] == numbers[3] >= 0
    assert numbers[0] != numbers[1]
    assert numbers[4] == -1


def pictures(count, side=64):
    """Smooth pictures of their own: eight random colours enlarged."""
    random = np.random.default_rng(0)
    small = random.integers(0, 256, (count, 8, 8, 3), dtype=np.uint8)
    return np.stack(
        [np.asarray(Image.fromarray(each).resize((side, side), Image.BICUBIC)) for each in small]
    )


def changed(picture, quality=60):
    """The picture a little brighter, through a JPEG."""
    import io

    file = io.BytesIO()
    Image.fromarray(np.clip(picture.astype(int) + 3, 0, 255).astype(np.uint8)).save(
        file, "JPEG", quality=quality
    )
    return np.asarray(Image.open(file))


def test_nearly_equal_pictures_are_found_among_others():
    images = pictures(200)
    images[150], images[151] = changed(images[3]), changed(images[3], 85)
    images[180] = changed(images[77])
    looks, spreads = fingerprints(images)
    numbers = kin(looks, spreads, lambda rows: images[rows])
    assert numbers[3] == numbers[150] == numbers[151] >= 0
    assert numbers[77] == numbers[180] >= 0
    assert np.flatnonzero(numbers >= 0).tolist() == [3, 77, 150, 151, 180]


@pytest.mark.parametrize(
    ("dtype", "unit", "zero"),
    [("uint8", 1, 0), ("uint16", 257, 0), ("float32", 1000, 0), ("float32", 1 / 255, -0.5)],
)
def test_nearly_equal_pictures_are_found_in_any_units(tmp_path, dtype, unit, zero):
    images = np.minimum(pictures(30), 254)
    images = np.concatenate([images, images + 1])
    np.save(tmp_path / "x.npy", (images * np.array(unit, dtype) + np.array(zero, dtype)))
    np.save(tmp_path / "y.npy", np.arange(60) % 2)
    source = wb.Arrays(tmp_path / "x.npy", tmp_path / "y.npy", validation_percent=0)
    image = wb.ImageFormat(width=64, height=64, dtype=dtype)
    ds = wb.create_dataset("pairs", source, image=image, runner="synchronous")
    kin_of = np.asarray(ds.table["kin"])
    assert np.array_equal(kin_of[:30], kin_of[30:])
    assert len(np.unique(kin_of[kin_of >= 0])) == 30
    derived = wb.create_dataset("again", wb.FromDatasets((ds.id,)), runner="synchronous")
    assert np.array_equal(derived.table["kin"], kin_of)


def test_of_a_film_each_picture_is_read_a_few_times():
    random = np.random.default_rng(0)
    scene = pictures(1)[0].astype(float)
    noise = random.normal(0, 3, (1000, *scene.shape[:2], 1))
    images = np.clip(scene + noise, 0, 255).astype(np.uint8)
    looks, spreads = fingerprints(images)
    read = []

    def give(rows):
        read.extend(rows)
        return images[rows]

    assert (kin(looks, spreads, give) == 0).all()
    assert len(read) < 8 * len(images)


def test_large_pictures_are_read_a_few_at_a_time():
    few = pictures(3)
    one = np.kron(few[0], np.ones((16, 16, 1), np.uint8))
    images = np.stack([one] * 24)
    looks, spreads = fingerprints(images)
    read = []

    def give(rows):
        read.append(images[rows])
        return read[-1]

    assert (kin(looks, spreads, give) == 0).all()
    assert max(part.nbytes for part in read) <= 8 << 20


def test_digits_of_one_class_are_not_taken_for_copies():
    images = read_idx("train-images-idx3-ubyte.gz")[:10_000, ..., None]
    looks, spreads = fingerprints(images)
    numbers = kin(looks, spreads, lambda rows: images[rows])
    assert np.count_nonzero(numbers >= 0) < 0.005 * len(images)


def test_pictures_without_contrast_are_left_alone():
    images = np.full((50, 32, 32, 1), 200, np.uint8)
    looks, spreads = fingerprints(images)
    assert spreads.max() == 0
    assert (kin(looks, spreads, lambda rows: images[rows]) == -1).all()


def test_depths_look_alike():
    images = pictures(5)
    for other in (images.astype(np.uint16) * 257, images.astype(np.float32)):
        assert np.array_equal(fingerprints(images)[0], fingerprints(other)[0])
        assert np.allclose(fingerprints(images)[1], fingerprints(other)[1], atol=0.5)


@given(st.lists(st.integers(-1, 6), min_size=1, max_size=60), st.randoms())
def test_what_is_joined_is_the_transitive_closure(first, random):
    second = first.copy()
    random.shuffle(second)
    numbers = joined(np.array(first), np.array(second))
    # The plain way: merge sets until nothing changes.
    sets = [{i} for i in range(len(first))]
    for values in (first, second):
        for value in set(values) - {-1}:
            members = {i for i, v in enumerate(values) if v == value}
            touched = [s for s in sets if s & members]
            sets = [s for s in sets if not s & members] + [set.union(*touched)]
    assert len(sets) == len(set(numbers.tolist()))
    assert all(len({int(numbers[i]) for i in s}) == 1 for s in sets)
