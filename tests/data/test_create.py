import json

import numpy as np
import pytest
from PIL import Image

import workbench as wb
from tests.conftest import write_digits
from workbench.errors import DataError, InvalidValue, JobFailed, NotFound

SMALL = {"width": 28, "height": 28, "channels": 1}


def create(folder, home=None, **fields):
    image = fields.pop("image", None) or wb.ImageFormat(**SMALL)
    source = wb.ImageFolder(folder, **fields)
    return wb.create_dataset("digits", source, image=image, runner="synchronous", home=home)


def test_records_hold_the_pixels_of_their_files(digits):
    for split in digits.splits.values():
        chosen = [0, len(split) // 2, len(split) - 1]
        for place, path in zip(chosen, digits.paths(split.name, chosen), strict=True):
            assert np.array_equal(split.images[place][..., 0], np.asarray(Image.open(path)))
            assert digits.labels[split.targets[place]] == path.split("/")[-2]


def test_splits_are_stratified_and_counted(digits):
    assert digits.counts["train"] == dict.fromkeys(map(str, range(10)), 45)
    assert digits.counts["val"] == dict.fromkeys(map(str, range(10)), 9)
    assert digits.counts["test"] == dict.fromkeys(map(str, range(10)), 6)


def test_the_mean_is_exact(digits):
    images = np.asarray(digits.splits["train"].images, np.float64)
    assert np.array_equal(digits.mean_image, images.sum(axis=0) / len(images))
    assert np.allclose(digits.mean_pixel, images.mean(), rtol=1e-12)


def test_pages_filter_by_class(digits):
    page = digits.page("val", label="7", offset=5, limit=10)
    assert page.total == 9
    assert [item.label for item in page.items] == ["7"] * 4
    with pytest.raises(NotFound, match="no class 'x'"):
        digits.page("val", label="x")
    with pytest.raises(NotFound, match="no split 'dev'"):
        digits.page("dev")


def test_damaged_files_are_named_with_their_reasons_and_left_out(tmp_path):
    folder = write_digits(tmp_path / "train", 20)
    good = next((folder / "1").glob("*.png")).read_bytes()
    bad = {
        "empty.png": (b"", "empty file"),
        "cut.png": (good[: len(good) // 2], "damaged"),
        "text.jpg": (b"no image at all", "not an image of an allowed format"),
        "name\nwith a break.png": (good[:20], "damaged"),
    }
    for name, (data, _) in bad.items():
        (folder / "3" / name).write_bytes(data)
    ds = create(folder)
    assert ds.status == "done"
    found = {path.rsplit("/", 1)[1]: reason for path, reason in ds.report["unreadable"]}
    assert set(found) == set(bad)
    for name, (_, reason) in bad.items():
        assert reason in found[name]
    assert sum(map(len, ds.splits.values())) == 200
    assert ds.to_dict()["unreadable"] == 4
    for split in ds.splits.values():
        assert np.asarray(split.images).reshape(len(split), -1).max(axis=1).min() > 0


def test_too_many_unreadable_files_fail_and_leave_no_records(tmp_path):
    folder = write_digits(tmp_path / "train", 2)
    for number in range(40):
        (folder / "1" / f"bad{number}.png").write_bytes(b"x")
    home = wb.Home(tmp_path / "home")
    with pytest.raises(JobFailed, match=r"40 of 60 files cannot be read.*at most 50 %"):
        create(folder, home)
    (summary,) = home.summaries()
    assert summary.status == "failed"
    assert not list((home.datasets_dir / summary.id).glob("records*"))


def test_a_class_of_unreadable_files_fails_by_its_name(tmp_path):
    folder = write_digits(tmp_path / "train", 4)
    for path in (folder / "6").glob("*.png"):
        path.write_bytes(b"x")
    with pytest.raises(JobFailed, match="class '6'"):
        create(folder)


@pytest.mark.parametrize(
    ("make", "error"),
    [
        (lambda path: create(path / "gone"), NotFound),
        (lambda path: create(path), DataError),
        (lambda path: create(path, image=wb.ImageFormat(width=0)), InvalidValue),
        (lambda path: create(path, validation_percent=130), InvalidValue),
    ],
)
def test_a_wrong_request_makes_nothing(tmp_path, make, error):
    with pytest.raises(error) as raised:
        make(tmp_path)
    assert "\n" not in str(raised.value)
    assert not wb.home().path.exists()


def test_many_files_are_decoded_by_processes(tmp_path):
    folder = write_digits(tmp_path / "train", 110)
    ds = create(folder, validation_percent=0)
    images = np.asarray(ds.splits["train"].images)
    paths = ds.paths("train", list(range(len(images))))
    assert len(paths) == 1100
    assert all(
        np.array_equal(images[i][..., 0], np.asarray(Image.open(paths[i])))
        for i in range(0, 1100, 37)
    )


def test_the_description_for_other_programs(digits):
    document = digits.to_dict()
    assert document["splits"] == {
        "train": {"count": 450},
        "val": {"count": 90},
        "test": {"count": 60},
    }
    assert document["image"] == {"width": 28, "height": 28, "channels": 1}
    assert json.loads(json.dumps(document)) == document
    assert (digits.records / "labels.txt").read_text().split() == [str(n) for n in range(10)]
