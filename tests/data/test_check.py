"""What is changed in a finished dataset is found; of an earlier version less is said."""

import shutil

import numpy as np
import pytest

import workbench as wb
from workbench.data.records.digest import digests_of_pixels
from workbench.data.report import check_records
from workbench.errors import DataError

IMAGE = wb.ImageFormat(width=27, height=25, channels=1)


@pytest.fixture(scope="module", params=["none", "png", "jpeg"])
def made(request, tmp_path_factory, digits_folder):
    """A dataset of 600 digits, in each encoding."""
    home = wb.Home(tmp_path_factory.mktemp("made"))
    source = wb.ImageFolder(digits_folder, validation_percent=15)
    fields = {"image": IMAGE, "encoding": request.param, "runner": "synchronous", "home": home}
    wb.create_dataset("made", source, **fields)
    wb.create_dataset("version", wb.FromDatasets((wb.dataset("made", home).id,)), **(fields | {
        "encoding": "auto"
    }))  # fmt: skip
    return home


@pytest.fixture
def home(made, tmp_path):
    """A copy that may be spoilt."""
    shutil.copytree(made.path, tmp_path / "copy")
    return wb.Home(tmp_path / "copy")


def test_what_was_not_changed_is_as_it_was_made(home):
    for name in ("made", "version"):
        assert check_records(wb.dataset(name, home)) == (
            "its 600 images and all that is known of them are as they were made"
        )


def darken(ds):
    row = int(ds.splits["val"].rows[4])
    place = int(ds.table["record"][row])
    rewrite(ds, lambda images: images.__setitem__(place, images[place] // 2))
    return row


def swap(ds):
    rows = ds.splits["train"].rows[[0, 60]]
    one, other = ds.table["record"][rows].tolist()
    rewrite(ds, lambda images: images.__setitem__([one, other], images[[other, one]]))
    return int(rows[0])


def rewrite(ds, how):
    """Store changed images as if nothing had been."""
    images = ds.stores[0].between(0, 600).copy()
    how(images)
    path = ds.records / "images.npy"
    if path.is_file():
        np.save(path, images)
        return
    from workbench.data.images.encode import encode
    from workbench.data.records.encoded import EncodedWriter

    facts = (ds.records / "store.json").read_bytes()
    writer = EncodedWriter(ds.records, IMAGE.shape, "uint8")
    kept = wb.dataset(ds.id, wb.Home(ds.job.path.parents[1])).config
    writer.put(0, [encode(image, kept.encoding, kept.quality) for image in images])
    writer.finish()
    (ds.records / "store.json").write_bytes(facts)


@pytest.mark.parametrize(("spoil", "count"), [(darken, 1), (swap, 2)])
def test_changed_images_are_found_and_named(home, spoil, count):
    ds = wb.dataset("made", home)
    row = spoil(ds)
    (path,) = ds.table.names.take([row])
    for name in ("made", "version"):
        with pytest.raises(DataError, match="of the 600 images of .* not what they were") as raised:
            check_records(wb.dataset(name, home))
        if ds.config.encoding != "jpeg":  # which differs when it is encoded once more
            assert str(raised.value).startswith(f"{count} of")
            assert repr(path) in str(raised.value)


@pytest.mark.parametrize(
    "column", ["label", "split", "record", "state", "group", "digest", "mean_image"]
)
def test_changed_columns_are_found(home, column):
    ds = wb.dataset("made", home)
    values = np.load(ds.records / f"{column}.npy", mmap_mode="r+")
    values[3] += 1
    values.flush()
    with pytest.raises(DataError, match=rf"{column}\.npy is not what it was when it was made"):
        check_records(wb.dataset("made", home))


def test_a_lost_file_is_found(home):
    (wb.dataset("made", home).records / "labels.json").unlink()
    with pytest.raises(DataError, match=r"labels\.json is damaged or missing"):
        check_records(wb.dataset("made", home))


def test_of_an_earlier_version_the_mean_is_compared_and_no_more_is_said(home):
    ds = wb.dataset("made", home)
    for name in ("digests.json", "digest.npy"):
        (ds.records / name).unlink()
    said = (
        "the mean of its training images is as it was made; of 600 of its 600 images, made by an "
        "earlier version, no more is known"
    )
    assert check_records(wb.dataset("made", home)) == said
    fields = {"runner": "synchronous", "home": home}
    version = wb.create_dataset("later", wb.FromDatasets((ds.id,)), **fields)
    assert check_records(version) == said
    rewrite(ds, lambda images: images.__setitem__(slice(300), 0))
    for name in ("made", "later"):
        with pytest.raises(DataError, match="are not what they were when it was made"):
            check_records(wb.dataset(name, home))


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "float32"])
def test_a_digest_shows_one_changed_value_and_an_exchange_of_two(dtype):
    random = np.random.default_rng(0)
    images = random.integers(0, 255, (3, 7, 5, 3)).astype(dtype)
    images[1] = images[0]
    images[2] = 0
    before = digests_of_pixels(images)
    assert before[0] == before[1] != before[2] != 0
    for place in range(7 * 5 * 3):
        other = images.copy()
        other[0].reshape(-1)[place] += 1
        assert (digests_of_pixels(other) != before).tolist() == [True, False, False]
    assert digests_of_pixels(images[:1, ::-1])[0] != before[0]
