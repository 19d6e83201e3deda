import numpy as np
import pytest
from PIL import Image

from tests.conftest import read_idx
from workbench.data.sources.idx import read_idx as read_idx_file
from workbench.errors import DataError
from workbench.samples import write_mnist


def test_every_digit_is_written_where_its_class_is(tmp_path):
    seen = []
    write_mnist(tmp_path, lambda done, total: seen.append((done, total)))
    assert seen[-1] == (70_000, 70_000)
    labels = read_idx("t10k-labels-idx1-ubyte.gz")
    images = read_idx("t10k-images-idx3-ubyte.gz")
    for digit in range(10):
        files = sorted((tmp_path / "test" / str(digit)).glob("*.png"))
        assert len(files) == np.count_nonzero(labels == digit)
        number = int(files[7].stem)
        assert labels[number] == digit
        assert np.array_equal(np.asarray(Image.open(files[7])), images[number])
    lines = (tmp_path / "train.txt").read_text().splitlines()
    assert len(lines) == 60_000
    path, label = lines[0].rsplit(" ", 1)
    assert int(label) == int(path.split("/")[-2])
    assert (tmp_path / "labels.txt").read_text().split() == [str(n) for n in range(10)]


def test_a_damaged_idx_file_is_refused(tmp_path):
    (tmp_path / "images").write_bytes(b"\0\0\x08\x01\0\0\0\x05abc")
    with pytest.raises(DataError, match="should hold 5 values and holds 3"):
        read_idx_file(tmp_path / "images")
    (tmp_path / "images").write_bytes(b"\0\0\x0d\x01")
    with pytest.raises(DataError, match="not an idx file of bytes"):
        read_idx_file(tmp_path / "images")
