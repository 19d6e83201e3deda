"""Each kind of finding, on a dataset that has it; and what is said of a single one."""

import numpy as np
import pytest
from PIL import Image

import workbench as wb
from workbench.data.findings import FINDERS, KEYS
from workbench.data.report import Report

SIDE = 32


def noise(random, size=(SIDE, SIDE)):
    return Image.fromarray(random.integers(0, 256, (*size[::-1], 3), dtype=np.uint8))


@pytest.fixture(scope="module")
def troubled(tmp_path_factory):
    """Two classes in given splits, with one of every trouble."""
    random = np.random.default_rng(0)
    root = tmp_path_factory.mktemp("troubled")
    for split in ("train", "val"):
        for label in ("few", "many"):
            (root / split / label).mkdir(parents=True)
    for number in range(25):
        noise(random).save(root / "train" / "many" / f"{number:02}.png")
    for number in range(2):
        noise(random).save(root / "train" / "few" / f"{number}.png")
    for number in range(3):
        noise(random).save(root / "val" / "many" / f"v{number}.png")
    image = noise(random)
    image.save(root / "train" / "few" / "both.png")
    image.save(root / "train" / "many" / "both.png")
    again = noise(random)
    again.save(root / "train" / "many" / "leak.png")
    again.save(root / "val" / "many" / "leak.png")
    Image.new("RGB", (SIDE, SIDE), "red").save(root / "train" / "many" / "red.png")
    noise(random, (90, 20)).save(root / "train" / "many" / "long.png")
    noise(random, (10, 12)).save(root / "train" / "many" / "small.png")
    (root / "train" / "many" / "bad\nname.png").write_bytes(b"")
    (root / "train" / "many" / "notes.txt").write_text("x")
    noise(random).save(root / "val" / "few" / "w.png")
    source = wb.ImageFolder(root / "train", validation_folder=str(root / "val"))
    return wb.create_dataset(
        "troubled",
        source,
        image=wb.ImageFormat(width=SIDE, height=SIDE),
        duplicates="ignore",
        runner="synchronous",
        home=wb.Home(root / "home"),
    )


@pytest.fixture(scope="module")
def report(troubled):
    return Report(troubled)


def names(report, key):
    finding = report.finding(key)
    return sorted(path.rsplit("/", 1)[1] for path in report.table.names.take(finding.rows))


def test_the_gravest_stands_first(report):
    tones = [finding.tone for finding in report.findings]
    assert tones == sorted(tones, key=("error", "warning", "info").index)
    assert [finding.key for finding in report.findings][:2] == ["two-labels", "leak"]


@pytest.mark.parametrize(
    ("key", "found", "sentence"),
    [
        ("two-labels", ["both.png", "both.png"], "1 image has two labels"),
        ("leak", ["leak.png", "leak.png"], "1 image is in two splits"),
        ("constant", ["red.png"], "1 image is of one colour"),
        ("long", ["long.png"], "1 image is more than four times as long as wide"),
        ("enlarged", ["small.png"], "1 image is enlarged more than twice"),
        ("twins", ["both.png"] * 2 + ["leak.png"] * 2, "2 images are there more than once"),
    ],
)
def test_what_is_found_leads_to_its_images(report, key, found, sentence):
    assert names(report, key) == found
    assert report.finding(key).sentence == sentence


def test_what_has_no_image_is_named_with_its_reason(report):
    (path, reason) = report.finding("unreadable").lines[0]
    assert path.endswith("bad\nname.png")
    assert reason == "empty file"
    assert report.finding("unreadable").sentence == "1 file could not be read"
    (label, text) = report.finding("imbalance").lines[0]
    assert (label, text) == ("few", "3 images, 10 times fewer than the largest class")
    assert report.finding("ignored").sentence == "1 other file was ignored"


def test_equal_files_are_not_told_again_as_nearly_equal(report):
    assert report.finding("near-leak") is None
    assert report.finding("near-two-labels") is None
    assert report.finding("kin") is None


def test_sets_are_adjacent(report):
    numbers = report.table["twin"][report.finding("twins").rows]
    assert numbers.tolist() == sorted(numbers.tolist())
    assert report.finding("twins").sets == "twin"
    assert report.finding("constant").sets == ""


def test_sizes_count_every_image_in_use(report):
    sizes = report.sizes()
    for name in ("width", "height", "aspect"):
        assert sum(sizes[name]) == len(report.used)
        assert len(sizes[f"{name}_edges"]) == len(sizes[name]) + 1
    assert sizes["width_edges"][0] == 10
    assert sizes["width_edges"][-1] == 90


def test_floats_are_judged_in_their_own_units(tmp_path):
    random = np.random.default_rng(0)
    np.save(tmp_path / "x.npy", random.normal(size=(20, 8, 8, 2)).astype(np.float32))
    np.save(tmp_path / "y.npy", np.arange(20) % 2)
    source = wb.Arrays(tmp_path / "x.npy", tmp_path / "y.npy", validation_percent=0)
    image = wb.ImageFormat(width=8, height=8, channels=2, dtype="float32")
    ds = wb.create_dataset("floats", source, image=image, runner="synchronous")
    assert Report(ds).finding("nearly-empty") is None


def test_every_kind_of_finding_can_be_asked_for(report):
    assert tuple(find(report).key for find in FINDERS) == KEYS


@pytest.mark.parametrize("duplicates", ["together", "drop"])
def test_what_is_nearly_equal_to_a_file_is_so_to_each_of_its_copies(tmp_path, duplicates):
    random = np.random.default_rng(0)
    for folder in ("train/a", "train/b", "test/a", "test/b"):
        (tmp_path / folder).mkdir(parents=True)
        for name in ("own.png", "too.png"):
            noise(random).save(tmp_path / folder / name)
    one = random.integers(0, 255, (SIDE, SIDE, 3), dtype=np.uint8)
    Image.fromarray(one).save(tmp_path / "train/a/one.png")
    Image.fromarray(one + 1).save(tmp_path / "train/a/other.png")
    Image.fromarray(one).save(tmp_path / "test/a/one.png")
    source = wb.ImageFolder(
        tmp_path / "train", validation_percent=0, test_folder=str(tmp_path / "test")
    )
    image = wb.ImageFormat(width=SIDE, height=SIDE)
    ds = wb.create_dataset(
        "leaking", source, image=image, duplicates=duplicates, runner="synchronous"
    )
    report = Report(ds)
    kept = {"together": ["one.png", "one.png", "other.png"], "drop": ["one.png", "other.png"]}
    assert names(report, "near-leak") == kept[duplicates]
    assert (report.finding("leak") is None) == (duplicates == "drop")
