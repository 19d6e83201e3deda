import numpy as np
import pytest
from PIL import Image

from workbench.data.export import export


@pytest.mark.parametrize(
    ("channels", "dtype", "mode"), [(3, "uint8", "RGB"), (1, "uint8", "L"), (1, "uint16", "I;16")]
)
def test_files_and_lists(make, tmp_path, channels, dtype, mode):
    dataset = make(channels, dtype)
    folder = export(dataset, "folder", tmp_path / "out")
    for name, count in (("train", 7), ("val", 4)):
        split = dataset.splits[name]
        lines = (folder / f"{name}.txt").read_text().splitlines()
        assert len(lines) == count
        for place, line in enumerate(lines):
            path, label = line.rsplit(" ", 1)
            assert path == f"{name}/{dataset.labels[int(label)]}/{place:08d}.png"
            assert int(label) == split.targets[place]
            with Image.open(folder / path) as picture:
                assert picture.mode == mode
                pixels = np.asarray(picture).reshape(5, 6, channels)
            assert np.array_equal(pixels, split.images[place])
    assert not (folder / "test.txt").exists()
    assert (folder / "labels.txt").read_text() == "ant\nbee\ncat\n"


def test_jpeg_of_a_quality(dataset, tmp_path):
    sizes = []
    for quality in (20, 95):
        folder = export(
            dataset, "folder", tmp_path / str(quality), encoding="jpeg", quality=quality
        )
        files = sorted(folder.rglob("*.jpg"))
        assert len(files) == 11
        sizes.append(sum(path.stat().st_size for path in files))
    assert sizes[0] < sizes[1]


def test_class_names_stay_in_the_folder(make, tmp_path):
    labels = ("../../up", "/etc", "a/b", "a:b", "..", "x\ny", "con", "-rf", "é" * 300, "")
    dataset = make(labels=labels, counts=(20, 0, 0))
    folder = export(dataset, "folder", tmp_path / "deep" / "out")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["deep"]
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["out"]
    assert len(list((folder / "train").iterdir())) == len(labels)
    lines = (folder / "train.txt").read_text(encoding="utf-8").splitlines()
    assert len(lines) == 20
    for line in lines:
        path, _ = line.rsplit(" ", 1)
        assert (folder / path).is_file()
        assert (folder / path).parent.parent == folder / "train"
    assert len((folder / "labels.txt").read_text(encoding="utf-8").splitlines()) == len(labels)
