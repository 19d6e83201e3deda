import re

import numpy as np
import pytest
from PIL import Image

import workbench as wb
from workbench.data.original import origin
from workbench.data.report import Report
from workbench.data.sources import Access
from workbench.errors import DataError, InvalidValue, JobFailed, JobInUse, NotFound


def derive(name, source, home, **fields):
    return wb.create_dataset(name, source, runner="synchronous", home=home, **fields)


def test_excluded_and_relabelled_images_make_a_version_over_the_same_records(digits):
    home = wb.Home(digits.job.path.parents[1])
    rows = digits.splits["train"].rows
    source = wb.FromDatasets(
        (digits.id,), exclude=((0, int(rows[0])),), relabel=((0, int(rows[1]), "7"),)
    )
    ds = derive("mended", source, home)
    assert not list(ds.records.glob("images.*"))
    assert len(ds.splits["train"]) == 449
    assert np.array_equal(ds.splits["train"].images[0], digits.splits["train"].images[1])
    assert ds.labels[ds.splits["train"].targets[0]] == "7"
    assert np.array_equal(
        np.asarray(ds.splits["val"].images), np.asarray(digits.splits["val"].images)
    )
    assert ds.paths("train", [0]) == digits.paths("train", [1])
    images = np.asarray(ds.splits["train"].images, np.float64)
    assert np.array_equal(ds.mean_image, images.mean(axis=0))
    assert ds.to_dict()["parents"] == [digits.id]
    with pytest.raises(JobInUse, match="mended"):
        home.delete(digits.job)
    again = derive("twice", wb.FromDatasets((ds.id,), classes={"0": "", "1": "one"}), home)
    assert again.labels == ["one", *map(str, range(2, 10))]
    # Its images lie with the grandparent, without which it cannot be either.
    assert set(again.job.parents) == {ds.id, digits.id}
    assert np.array_equal(again.splits["val"].images[0], digits.splits["val"].images[9])
    home.delete(again.job)
    home.delete(ds.job)


def test_divided_again_and_limited(digits):
    home = wb.Home(digits.job.path.parents[1])
    source = wb.FromDatasets((digits.id,), divide="again", validation_percent=50, max_per_class=20)
    ds = derive("again", source, home)
    assert ds.counts == {name: dict.fromkeys(map(str, range(10)), 10) for name in ("train", "val")}
    home.delete(ds.job)


def test_merged_datasets_join_classes_of_one_name(digits, digits_folder):
    home = wb.Home(digits.job.path.parents[1])
    other = derive(
        "other", wb.ImageFolder(digits_folder, max_per_class=10, validation_percent=50), home,
        image=digits.image,
    )  # fmt: skip
    ds = derive("merged", wb.FromDatasets((digits.id, other.id)), home)
    assert ds.labels == digits.labels
    assert sum(map(len, ds.splits.values())) == 700
    # Every image of the second is in the first, too.
    assert np.count_nonzero(np.asarray(ds.table["twin"]) >= 0) == 200
    last = ds.splits["train"].images[-1]
    assert np.array_equal(last, other.splits["train"].images[-1])
    home.delete(ds.job)
    smaller = wb.ImageFormat(width=14, height=14, channels=1)
    ds = derive("small", wb.FromDatasets((digits.id, other.id)), home, image=smaller)
    assert ds.splits["val"].images.shape[1:] == (14, 14, 1)
    assert sum(map(len, ds.splits.values())) == 700
    home.delete(ds.job)
    home.delete(other.job)


@pytest.mark.parametrize(
    ("fields", "error", "message"),
    [
        ({"exclude": ((0, 10_000),)}, NotFound, "has no image 10,000"),
        ({"classes": {"cat": "dog"}}, NotFound, "has no class 'cat'"),
        ({"classes": {str(n): "digit" for n in range(10)}}, DataError, "one class only"),
        ({"exclude": ((1, 0),)}, InvalidValue, "the dataset in exclude must be 0–0"),
        ({"divide": "perhaps"}, InvalidValue, "divide must be one of keep, again"),
    ],
)
def test_what_cannot_be_derived_is_refused_before_anything_is_made(digits, fields, error, message):
    home = wb.Home(digits.job.path.parents[1])
    before = len(home.summaries())
    with pytest.raises(error, match=message):
        derive("wrong", wb.FromDatasets((digits.id,), **fields), home)
    assert len(home.summaries()) == before


@pytest.mark.parametrize("encoding", ["none", "png"])
def test_what_is_unreadable_gets_no_other_class(tmp_path, encoding):
    home = wb.Home(tmp_path / "home")
    folder = write_patients(tmp_path / "in", 4)
    (folder / "a" / "p002_a.png").write_bytes(b"not an image")
    image = wb.ImageFormat(width=8, height=8)
    ds = derive("ds", wb.ImageFolder(folder), home, image=image, encoding=encoding)
    source = wb.FromDatasets((ds.id,), relabel=((0, 2, "b"),))
    access = Access(home=home)
    for attempt in (lambda: derive("wrong", source, home), lambda: source.selection(0, access)):
        with pytest.raises(DataError, match="image 2 of ds is unreadable or left out there"):
            attempt()
    assert derive("right", wb.FromDatasets((ds.id,), exclude=((0, 2),)), home).status == "done"


@pytest.mark.parametrize(
    ("arguments", "fields", "message"),
    [
        ((None,), {}, "datasets must be a list of ids, got None"),
        (("w6f78874",), {}, "datasets must be a list of ids, got 'w6f78874'"),
        (((5,),), {}, "a dataset's id must be text, got 5"),
        ((("a",),), {"exclude": (3,)}, "exclude must hold 2 values an image, got 3"),
        ((("a",),), {"exclude": 3}, "exclude must hold 2 values an image, got 3"),
        ((("a",),), {"relabel": ((0, 1),)}, "relabel must hold 3 values an image, got"),
        ((("a",),), {"relabel": ((0, 1, 5),)}, "the class in relabel must be text, got 5"),
        ((("a",),), {"relabel": ((0, 1, ""),)}, "the class in relabel must not be empty"),
        ((("a",),), {"classes": ["a"]}, "classes must be a mapping of old names to new, got"),
        ((("a",),), {"classes": {"a": 5}}, "what the class 'a' becomes must be text, got 5"),
        ((("a",),), {"classes": {5: "a"}}, "a class in classes must be text, got 5"),
    ],
)
def test_wrong_fields_are_refused_when_built(arguments, fields, message):
    with pytest.raises(InvalidValue, match=message):
        wb.FromDatasets(*arguments, **fields)


def test_a_dataset_stands_for_its_id(digits):
    assert wb.FromDatasets([digits], classes={"1": ""}).datasets == (digits.id,)


def write_patients(folder, patients=20):
    """Two images a patient, one a class, ``folder/<class>/<patient>_<number>.png``."""
    random = np.random.default_rng(0)
    for label in "ab":
        (folder / label).mkdir(parents=True)
        for patient in range(patients):
            pixels = random.integers(0, 256, (16, 16, 3), dtype=np.uint8)
            Image.fromarray(pixels).save(folder / label / f"p{patient:03d}_{label}.png")
    return folder


def sides(ds):
    """The splits in which each patient is."""
    found = {}
    for name in ds.splits:
        for path in ds.paths(name, range(len(ds.splits[name]))):
            found.setdefault(re.search(r"p\d+", path)[0], set()).add(name)
    return found


def test_what_is_converted_anew_keeps_the_names_of_its_images(tmp_path):
    home = wb.Home(tmp_path / "home")
    folder = write_patients(tmp_path / "in")
    small, smaller = (wb.ImageFormat(width=side, height=side) for side in (8, 4))
    parent = derive("parent", wb.ImageFolder(folder), home, image=small)
    source = wb.FromDatasets((parent.id,), divide="again", validation_percent=30)
    ds = derive("child", source, home, image=smaller, keep_together=r"(p\d+)_")
    assert len(sides(ds)) == 20
    assert all(len(splits) == 1 for splits in sides(ds).values())
    assert len(ds.splits["val"]) == 12
    # Of all names, those of one patient are found; they are shown as their parent shows them.
    found = [item.path for item in ds.page(None, text="p001").items]
    named = sorted(ds.config.source.location(path) for path in found)
    assert named == [str(folder / label / f"p001_{label}.png") for label in "ab"]
    apart = derive("apart", source, home, image=smaller, keep_together="folder")
    assert len(set(np.asarray(apart.table["group"]).tolist())) == 2
    # Converted once more, a name refers to the last dataset alone.
    last = derive("last", wb.FromDatasets((ds.id,)), home, image=small)
    assert last.table.names[3] == ds.table.names[3].replace(parent.id, ds.id)
    assert origin(last, 3)[1] == origin(ds, 3)[1] == 3


def patients(folder, names):
    """A picture for each name, of the class that the name begins with."""
    random = np.random.default_rng(0)
    for name in names:
        (folder / name[0]).mkdir(parents=True, exist_ok=True)
        image = Image.fromarray(random.integers(0, 256, (16, 16), dtype=np.uint8))
        image.save(folder / name[0] / f"{name}.png")
    return folder


def test_a_rule_joins_the_groups_that_a_dataset_has(tmp_path):
    # By its first digit an image belongs to a patient, by its second to a camera.
    names = [
        f"{label}{patient}{n % 2}{n}" for label in "ab" for patient in range(4) for n in (0, 3)
    ]
    folder = patients(tmp_path / "train", [*names, "a99x", "b99y"])
    image = wb.ImageFormat(width=16, height=16, channels=1)
    source = wb.ImageFolder(folder, validation_percent=25)
    first = wb.create_dataset(
        "first", source, image=image, runner="synchronous", keep_together=r"/.(\d)\d\d\.png"
    )
    again = wb.FromDatasets((first.id,), divide="again", validation_percent=50)
    ds = derive("again", again, wb.home(), keep_together=r"/a(?:0|1)(\d)\d\.png")
    groups = {
        name.rsplit("/", 1)[1][:3]: int(group)
        for name, group in zip(
            ds.table.names.take(range(len(ds.table))), ds.table["group"], strict=True
        )
    }
    # A camera of patients 0 and 1 joins the two; nobody else.
    assert groups["a00"] == groups["a01"] == groups["a10"] == groups["b00"] == groups["b11"]
    assert len({groups["a00"], groups["a20"], groups["a30"]}) == 3
    assert groups["a20"] == groups["b21"]
    assert groups["a99"] == groups["b99"] == -1
    assert Report(ds).finding("group-leak") is None
    told = [e["text"] for e in ds.job.events()[0] if e["type"] == "log"]
    assert told == [
        "the rule '/a(?:0|1)(\\\\d)\\\\d\\\\.png' for what is kept together does not fit 14 of 18 "
        "names; those are divided one by one"
    ]


def test_a_rule_that_fits_no_name_is_refused(tmp_path):
    folder = patients(tmp_path / "train", ["a0", "a1", "b0", "b1"])
    image = wb.ImageFormat(width=16, height=16, channels=1)
    with pytest.raises(JobFailed, match=r"the rule '_\(p\\\\d\)_' .* fits no name, such as .*a0"):
        wb.create_dataset(
            "x", wb.ImageFolder(folder), image=image, runner="synchronous", keep_together=r"_(p\d)_"
        )
    (summary,) = wb.home().summaries()
    assert not list((wb.home().datasets_dir / summary.id).glob("records*"))


def test_a_dataset_that_is_named_is_kept_by_its_id(tmp_path):
    home = wb.Home(tmp_path / "home")
    image = wb.ImageFormat(width=8, height=8)
    parent = derive("named", wb.ImageFolder(write_patients(tmp_path / "in", 4)), home, image=image)
    ds = derive("child", wb.FromDatasets(("named",)), home)
    assert ds.config.source.datasets == (parent.id,)
    parent.job.rename("another name")
    assert [found.id for found in ds.config.source.parents(Access(home=home))] == [parent.id]
