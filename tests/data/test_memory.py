"""Making a dataset of large images takes a few of them in memory, however many there are."""

import tracemalloc

import numpy as np
import pytest
from PIL import Image

import workbench as wb
from workbench.data import ingest, running_sum, statistics, train_sums

SIDE = 600
SIZE = SIDE * SIDE * 3


@pytest.fixture
def large(monkeypatch):
    """Limits a thousand times as small, so that images of a megabyte are large."""
    for module, name in (
        (ingest, "_STRETCH_BYTES"),
        (ingest, "_MOST_STRETCH_BYTES"),
        (running_sum, "MOST_SUMMED"),
        (statistics, "_PART_BYTES"),
        (statistics, "_VALUES"),
        (train_sums, "_PART_BYTES"),
        (train_sums, "LARGE"),
        (train_sums, "_SUMS_BYTES"),
    ):
        monkeypatch.setattr(module, name, getattr(module, name) >> 10)


def test_of_large_images_one_is_decoded_at_a_time(tmp_path, large):
    random = np.random.default_rng(0)
    for number in range(24):
        folder = tmp_path / "train" / "ab"[number % 2]
        folder.mkdir(parents=True, exist_ok=True)
        pixels = random.integers(0, 256, (SIDE // 20, SIDE // 20, 3), dtype=np.uint8)
        image = Image.fromarray(pixels).resize((SIDE, SIDE), Image.NEAREST)
        image.save(folder / f"{number}.png")
    source = wb.ImageFolder(tmp_path / "train", validation_percent=25)
    fields = {"image": wb.ImageFormat(width=SIDE, height=SIDE), "runner": "synchronous"}
    # What is imported and kept once is not counted.
    wb.create_dataset("first", source, **fields)
    tracemalloc.start()
    try:
        ds = wb.create_dataset("second", source, **fields)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    # The sum, in numbers of eight bytes, and a few images.
    assert peak < (8 + 5) * SIZE
    images = np.asarray(ds.splits["train"].images, np.float64)
    assert np.array_equal(ds.mean_image, images.mean(axis=0))


@pytest.mark.parametrize(("side", "count"), [(28, 256), (256, 42), (1024, 8), (2048, 5), (8192, 1)])
def test_how_many_images_are_given_out_at_a_time_is_bounded(tmp_path, side, count):
    image = wb.ImageFormat(width=side, height=side)
    config = wb.DatasetConfig(name="x", source=wb.ImageFolder(tmp_path), image=image)
    assert ingest._Listing(config, None, None, "none", None).stretch == count
