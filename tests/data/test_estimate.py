"""Before a dataset is made: what is found in a source, and what making it will take."""

import numpy as np
import pytest
from PIL import Image

import workbench as wb
from workbench.data import Access
from workbench.data.estimate import MOST_READ, estimate, look
from workbench.errors import DataError, NotFound, StorageError


def config_of(source, **image):
    return wb.DatasetConfig(name="x", source=source, image=wb.ImageFormat(**image))


def test_a_folder_is_counted_and_few_images_are_read(digits_folder):
    found = look(wb.ImageFolder(digits_folder), Access())
    assert (found.classes, found.images, found.complete) == (10, 600, True)
    assert found.splits == {"": 600}
    assert len(found.contents) == MOST_READ
    first = sorted((digits_folder / "0").iterdir())[0]
    assert found.contents[0] == first.read_bytes()
    # From all over, not of the first class alone.
    files = {path.read_bytes(): path.parent.name for path in digits_folder.rglob("*.png")}
    assert len({files[content] for content in found.contents}) >= 4
    assert found.seconds > 0


def test_it_is_the_same_few_every_time(digits_folder):
    source = wb.ImageFolder(digits_folder)
    assert look(source, Access()).contents == look(source, Access()).contents


def test_what_a_source_gives_itself_is_told(digits_folder, tmp_path):
    for name in ("0", "1"):
        (tmp_path / name).mkdir()
        Image.new("L", (8, 8)).save(tmp_path / name / "a.png")
    found = look(wb.ImageFolder(digits_folder, test_folder=tmp_path, min_per_class=2), Access())
    assert found.splits == {"": 600, "test": 2}


def test_classes_left_out_are_named(digits_folder, tmp_path):
    for name, count in (("a", 3), ("b", 4), ("few", 1)):
        (tmp_path / name).mkdir()
        for number in range(count):
            Image.new("L", (8, 8), number).save(tmp_path / name / f"{number}.png")
    found = look(wb.ImageFolder(tmp_path), Access())
    assert (found.classes, found.images) == (2, 7)
    assert found.left_out == (("few", "1 images, fewer than 2"),)


def test_listing_ends_when_nobody_waits(digits_folder):
    found = look(wb.ImageFolder(digits_folder), Access(), stale=lambda: True)
    assert not found.complete
    assert found.images == 4
    assert not look(wb.ImageFolder(digits_folder), Access(), patience=0).complete


def test_decoded_images_take_what_their_pixels_take(digits_folder):
    made = estimate(config_of(wb.ImageFolder(digits_folder), width=28, height=28), Access())
    assert made.images == 600
    assert made.bytes == 600 * 28 * 28 * 3
    assert made.choice.encoding == "none"
    assert made.sizes == ((28, 28),)
    assert 0 < made.seconds < 60


@pytest.mark.parametrize("encoding", ["png", "jpeg"])
def test_encoded_images_are_measured(digits_folder, encoding):
    source = wb.ImageFolder(digits_folder)
    image = wb.ImageFormat(width=28, height=28, channels=1)
    config = wb.DatasetConfig(name="x", source=source, image=image, encoding=encoding)
    made = estimate(config, Access())
    assert made.choice.encoding == encoding
    # Of digits, by experience: within a factor of two of 300 (PNG) and 550 bytes (JPEG) each.
    typical = {"png": 300, "jpeg": 550}[encoding]
    assert typical / 2 < made.bytes / 600 < typical * 2


def test_sizes_are_those_of_the_originals(tmp_path):
    for name, size in (("a", (10, 20)), ("b", (300, 200))):
        (tmp_path / name).mkdir()
        for number in range(2):
            Image.new("L", size, number).save(tmp_path / name / f"{number}.png")
    made = estimate(config_of(wb.ImageFolder(tmp_path), width=8, height=8), Access())
    assert made.sizes == ((10, 20), (300, 200))


def test_unreadable_images_do_not_count(digits_folder, tmp_path):
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "broken.png").write_bytes(b"no image")
        Image.new("L", (8, 8)).save(tmp_path / name / "good.png")
    made = estimate(config_of(wb.ImageFolder(tmp_path), width=8, height=8), Access())
    assert made.images == 4
    assert made.sizes == ((8, 8),)


def test_arrays_are_read_too(tmp_path):
    images = np.arange(40 * 6 * 5, dtype=np.uint8).reshape(40, 6, 5)
    np.savez(tmp_path / "a.npz", x_train=images, y_train=np.arange(40) % 4)
    found = look(wb.Arrays(tmp_path / "a.npz"), Access())
    assert (found.classes, found.images) == (4, 40)
    np.testing.assert_array_equal(found.contents[0], images[0])


def test_a_dataset_of_datasets_takes_no_room(digits_home, digits):
    source = wb.FromDatasets((digits.id,))
    config = wb.DatasetConfig(name="x", source=source, image=digits.image)
    made = estimate(config, Access(home=digits_home))
    assert (made.images, made.bytes) == (600, 0)
    assert "stay where they are" in made.choice.why
    assert look(source, Access(home=digits_home)).splits == {"train": 450, "val": 90, "test": 60}


def test_refusals(tmp_path, digits_folder):
    with pytest.raises(NotFound, match="there is no folder"):
        look(wb.ImageFolder(tmp_path / "gone"), Access())
    (tmp_path / "one").mkdir()
    Image.new("L", (8, 8)).save(tmp_path / "one" / "a.png")
    with pytest.raises(DataError, match="one class only"):
        look(wb.ImageFolder(tmp_path), Access())
    found = look(wb.ImageFolder(digits_folder), Access())
    vast = wb.ImageFormat(width=8192, height=8192, channels=64, dtype="float32")
    config = wb.DatasetConfig(name="x", source=wb.ImageFolder(digits_folder), image=vast)
    with pytest.raises(StorageError, match="600 images need 10,307.9 GB"):
        estimate(config, Access(), found)
