"""What is exported and made into a dataset again is the same, and of the same depth."""

import json

import numpy as np
import pytest

import workbench as wb
from workbench.data.export import export
from workbench.data.sources.base import Access
from workbench.errors import DataError

WHOLE = [(form, "none") for form in ("lmdb", "hdf5", "tfrecord", "numpy")]
FILES = [(form, "png") for form in ("lmdb", "tfrecord", "folder")]
EVERY = [
    *((form, encoding, dtype) for form, encoding in WHOLE for dtype in ("uint8", "uint16")),
    *((form, encoding, dtype) for form, encoding in FILES for dtype in ("uint8", "uint16")),
    *((form, encoding, "float32") for form, encoding in WHOLE),
]


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize(("form", "encoding", "dtype"), EVERY)
def test_images_and_depth_come_back(make, tmp_path, form, encoding, dtype, channels):
    dataset = make(channels, dtype, counts=(8, 4, 0))
    # The first images are dark: as floats they would be taken for shares of white.
    for split in dataset.splits.values():
        split.images[:2] = split.images[:2] % 2
    folder = str(tmp_path / "out")
    export(dataset, form, folder, encoding=encoding)
    source = wb.Database(folder)
    image = source.suggested_format()
    assert (image.width, image.height, image.channels, image.dtype) == (6, 5, channels, dtype)
    made = wb.create_dataset("back", source, image=image, runner="synchronous", duplicates="ignore")
    assert sum(map(len, made.splits.values())) == 12
    for name, split in made.splits.items():
        expected = dataset.splits[name]
        found = {(im.tobytes(), int(t)) for im, t in zip(split.images, split.targets, strict=True)}
        assert found == {
            (im.tobytes(), int(t)) for im, t in zip(expected.images, expected.targets, strict=True)
        }
        assert split.images.dtype == dtype


def test_a_file_of_that_name_that_says_nothing_is_none(make, tmp_path):
    export(make(1, "uint16"), "lmdb", tmp_path / "out", encoding="png")
    source = wb.Database(str(tmp_path / "out"))
    for content in (b"{", b"[]", b'{"dtype": "object"}', b"\xff", json.dumps([[]] * 9).encode()):
        (tmp_path / "out" / "pixels.json").write_bytes(content)
        assert source.suggested_format().dtype == "uint8"


def test_floats_beyond_sixteen_bits_are_named(make, tmp_path):
    dataset = make(1, "float32")
    dataset.splits["train"].images[0, 0, 0] = 70_000
    export(dataset, "lmdb", tmp_path / "out", encoding="none")
    (tmp_path / "out" / "pixels.json").write_text('{"dtype": "uint16"}')
    reader = wb.Database(str(tmp_path / "out")).reader(Access())
    bad, good = reader.read(["train_db:00000000", "train_db:00000001"])
    assert isinstance(bad, DataError)
    assert "beyond 0–65535" in str(bad)
    assert np.array_equal(good, dataset.splits["train"].images[1].astype(np.uint16))
