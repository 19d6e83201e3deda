import json
import os

import numpy as np
import pytest
from PIL import Image

import workbench as wb
from tests.conftest import write_digits
from workbench.data.report import Report, check_records
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


def test_a_class_of_unreadable_files_is_told_by_its_name_and_the_rest_goes_on(tmp_path):
    folder = write_digits(tmp_path / "train", 4)
    for path in (folder / "6").glob("*.png"):
        path.write_bytes(b"x")
    ds = create(folder)
    assert ds.report["left_out"] == [("6", "none of its 4 files can be read")]
    # It keeps its number: the others are what they would be.
    assert ds.labels == [str(number) for number in range(10)]
    assert ds.counts["train"] == dict.fromkeys("012345789", 3) | {"6": 0}
    assert Report(ds).finding("left-out").sentence == "1 part was left out"
    told = [event["text"] for event in ds.job.events()[0] if event["type"] == "log"]
    assert told[-1] == "the class '6' has no images: none of its 4 files can be read"


def test_a_class_that_is_left_alone_fails_by_its_name(tmp_path):
    folder = write_digits(tmp_path / "digits", 4)
    (tmp_path / "train").mkdir()
    for label in "16":
        (folder / label).rename(tmp_path / "train" / label)
    for path in (tmp_path / "train" / "6").glob("*.png"):
        path.write_bytes(b"x")
    with pytest.raises(JobFailed, match="only the class '1' has .* class '6' none of its 4 files"):
        create(tmp_path / "train")


def test_a_class_that_lost_all_there_is_to_train_on_fails_by_its_name(tmp_path):
    folder = write_digits(tmp_path / "train", 4)
    write_digits(tmp_path / "val", 2, first=4)
    for path in (folder / "3").glob("*.png"):
        path.write_bytes(b"x")
    with pytest.raises(JobFailed, match="no image of the class '3' is left to train on"):
        create(folder, validation_folder=tmp_path / "val")


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


def test_encoded_records_hold_the_same_pixels(digits, digits_folder, tmp_path):
    source = wb.ImageFolder(digits_folder, validation_percent=15, test_percent=10)
    home = wb.Home(tmp_path / "home")
    image = wb.ImageFormat(**SMALL)
    ds = wb.create_dataset(
        "png", source, image=image, encoding="png", runner="synchronous", home=home
    )
    assert (ds.records / "images.arrayrecord").is_file()
    assert not (ds.records / "images.npy").exists()
    for name, split in digits.splits.items():
        assert np.array_equal(np.asarray(ds.splits[name].images), np.asarray(split.images))
        assert np.array_equal(ds.splits[name].targets, split.targets)
    assert np.array_equal(ds.mean_image, digits.mean_image)


@pytest.mark.parametrize("encoding", ["none", "png", "jpeg"])
def test_the_mean_is_that_of_what_is_kept(digits_folder, tmp_path, encoding):
    source = wb.ImageFolder(digits_folder, validation_percent=15)
    home = wb.Home(tmp_path / "home")
    fields = {"image": wb.ImageFormat(**SMALL), "encoding": encoding, "runner": "synchronous"}
    ds = wb.create_dataset("kept", source, home=home, **fields)
    images = np.asarray(ds.splits["train"].images, np.float64)
    assert np.allclose(ds.mean_image, images.mean(axis=0), rtol=0, atol=1e-6)
    check_records(ds)


def test_images_that_do_not_fit_decoded_are_encoded(digits_folder, monkeypatch):
    from workbench.data.records.choice import Machine

    room = Machine(disk=2 * 28 * 28 * 400, memory=1 << 30)  # 600 digits will not fit in half of it
    monkeypatch.setattr(Machine, "at", classmethod(lambda cls, folder: room))
    ds = create(digits_folder)
    assert (ds.records / "images.arrayrecord").is_file()
    assert sum(map(len, ds.splits.values())) == 600


@pytest.fixture
def copies(tmp_path):
    """Forty images of two classes; each of the first ten of class 0 is there three times."""
    random = np.random.default_rng(0)
    for label in "ab":
        (tmp_path / "train" / label).mkdir(parents=True)
        for number in range(20):
            image = Image.fromarray(random.integers(0, 256, (28, 28), dtype=np.uint8))
            again = 3 if label == "a" and number < 10 else 1
            for copy in range(again):
                image.save(tmp_path / "train" / label / f"{number:02}-{copy}.png")
    return tmp_path / "train"


def make(folder, **fields):
    source = wb.ImageFolder(folder, validation_percent=30, test_percent=20)
    image = wb.ImageFormat(**SMALL)
    return wb.create_dataset("copies", source, image=image, runner="synchronous", **fields)


def names_of(ds, split):
    rows = ds.splits[split].rows
    return {path.split("/")[-2] + path.rsplit("/", 1)[1][:2] for path in ds.table.names.take(rows)}


def test_copies_are_kept_on_one_side(copies):
    ds = make(copies)
    assert sum(map(len, ds.splits.values())) == 60
    sides = [names_of(ds, split) for split in ds.splits]
    assert not sides[0] & sides[1]
    assert not sides[0] & sides[2]
    assert not sides[1] & sides[2]
    twins = np.asarray(ds.table["twin"])
    assert (np.bincount(twins[twins >= 0]) == 3).all()
    assert twins.max() == 9


def test_copies_are_dropped_or_ignored_when_asked(copies):
    ds = make(copies, duplicates="drop")
    assert sum(map(len, ds.splits.values())) == 40
    assert ds.job.summary().facts["repeated"] == 20
    ds = make(copies, duplicates="ignore", seed=1)
    assert names_of(ds, "train") & names_of(ds, "val")


def test_what_belongs_together_is_not_divided(copies):
    ds = make(copies, duplicates="ignore", keep_together=r"/(\d)\d-\d\.png$")
    sides = [{name[1] for name in names_of(ds, split)} for split in ds.splits]
    assert all(sides)
    assert not sides[0] & sides[1]
    groups = np.asarray(ds.table["group"])
    assert set(groups.tolist()) == {0, 1}


def test_a_rule_that_is_no_expression_is_refused(copies):
    with pytest.raises(InvalidValue, match="keep_together must be folder or a regular expression"):
        make(copies, keep_together="(")


def test_a_configuration_comes_back_from_json(copies):
    config = wb.DatasetConfig(
        name="x", source=wb.ImageFolder(copies), keep_together="folder", duplicates="drop"
    )
    assert wb.DatasetConfig.from_dict(json.loads(json.dumps(config.to_dict()))) == config
    with pytest.raises(InvalidValue, match="source must be one of"):
        wb.DatasetConfig.from_dict(config.to_dict() | {"source": {"type": "Nothing"}})


def test_names_are_text_whatever_is_in_them(tmp_path):
    folder = write_digits(tmp_path / "train", 3)
    odd = ["<script>alert(1)", "a b'\"c", "line\nbreak", "-rf", "ü漢字", "{x}", "x" * 200]
    pixels = next((folder / "1").glob("*.png")).read_bytes()
    for number, name in enumerate(odd):
        (folder / name).mkdir()
        for copy in range(3):
            # Not the same file twice.
            (folder / name / f"{name[:20]}{copy}.png").write_bytes(pixels + bytes([number, copy]))
    (folder / os.fsdecode(b"\xff\xfe")).mkdir()
    for copy in range(2):
        (folder / os.fsdecode(b"\xff\xfe") / f"{copy}.png").write_bytes(pixels + bytes([99, copy]))
    ds = create(folder, validation_percent=0)
    assert set(odd) < set(ds.labels)
    assert os.fsdecode(b"\xff\xfe") in ds.labels
    assert all(os.path.isfile(path) for path in ds.paths("train", range(len(ds.splits["train"]))))
    assert len((ds.records / "labels.txt").read_text("utf-8", "surrogateescape").splitlines()) == 18
    home = wb.home().path
    assert {path.parent for path in home.rglob("*") if path.is_file()} <= {
        home, ds.job.path, ds.records, ds.job.path / "commands"
    }  # fmt: skip


def test_an_unreadable_file_of_a_given_split_is_in_none(tmp_path):
    write_digits(tmp_path / "train", 5)
    write_digits(tmp_path / "val", 3, first=5)
    for part in ("train", "val"):
        (tmp_path / part / "4" / "bad.png").write_bytes(b"x")
    ds = create(tmp_path / "train", validation_folder=tmp_path / "val")
    assert {name: len(split) for name, split in ds.splits.items()} == {"train": 50, "val": 30}
    assert sum(ds.to_dict()["splits"][name]["count"] for name in ("train", "val")) == 80
    for split in ds.splits.values():
        assert np.asarray(split.images).any(axis=(1, 2, 3)).all()
