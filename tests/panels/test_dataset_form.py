"""The form for a new dataset: every kind of source, what it is told, and what becomes of it."""

import json

import ipywidgets
import numpy as np
import pytest
from PIL import Image

import workbench as wb
from tests.panels.test_app import find, tick_until
from workbench.jobs import EventWriter
from workbench.panels.app import App
from workbench.panels.completion import completions
from workbench.panels.example import modes, sample
from workbench.panels.source_forms import FORMS, kind_of
from workbench.panels.source_forms.names import read_names, read_pairs, write_names, write_pairs

NASTY = ["<script>alert(1)</script>", "a = b", ' "quoted" ', "two\nlines", "{x}", "ünï", "-v", "=="]


@pytest.fixture(autouse=True)
def no_widget_is_left():
    before = set(ipywidgets.widgets.widget._instances)
    yield
    left = set(ipywidgets.widgets.widget._instances) - before
    assert not left, [ipywidgets.widgets.widget._instances[i] for i in left]


@pytest.fixture
def app(tmp_path):
    made = App(wb.Home(tmp_path / "home"))
    made.open("data")
    yield made
    made.close()


@pytest.fixture
def idx_folder():
    from pathlib import Path

    import workbench.samples

    return Path(workbench.samples.__file__).with_name("mnist")


def settle(app):
    """Until everything that was begun has been taken up."""
    form = app.page._form

    def quiet():
        return not (
            app.page.busy or form.plan._look.busy or form.plan._estimate.busy
            or form._example._settled.busy
        )  # fmt: skip

    app.page.tick()
    tick_until(app, quiet)


def message(field):
    return field.message.data["text"]


def code_of(form):
    """The configuration that running the shown cell makes."""
    made = {}

    def create_dataset(name, source, **keywords):
        made["config"] = wb.DatasetConfig(name=name, source=source, **keywords)

    names = {name: getattr(wb, name) for name in wb.__all__ if name[0].isupper()}
    fake = type("wb", (), {**names, "create_dataset": staticmethod(create_dataset)})
    text = form._code.data["code"].replace("import workbench as wb", "")
    exec(compile(text, "cell", "exec"), {"wb": fake})
    return made["config"]


def configurations(folder, tmp_path, dataset):
    """One configuration a class of sources, every field set to something of its own."""
    train = tmp_path / "train.txt"
    train.write_text("".join(f"{path} {path.parent.name}\n" for path in folder.rglob("*.png")))
    labels = tmp_path / "labels.txt"
    labels.write_text("".join(f"digit {n}\n" for n in range(10)))
    images = np.zeros((20, 8, 8), np.uint8)
    np.save(tmp_path / "x.npy", images)
    np.save(tmp_path / "y.npy", np.arange(20) % 2)
    shares = {"validation_percent": 12.5, "test_percent": 7}
    return [
        wb.ImageFolder(
            str(folder), validation_folder=str(folder), test_folder=str(folder), min_per_class=3,
            max_per_class=50, **shares,
        ),
        wb.TextLists(
            str(train), val=str(train), test=str(train), labels=str(labels),
            image_folder=str(tmp_path), confined=True, **shares,
        ),
        wb.S3Folder(
            "s3://bucket/a b/c/", endpoint="http://127.0.0.1:1", region="eu", profile="p",
            min_per_class=4, max_per_class=9, cache=True, **shares,
        ),
        wb.IdxFiles(str(tmp_path), labels=("zero", "one", *NASTY), **shares),
        wb.Arrays(
            str(tmp_path / "x.npy"), labels_path=str(tmp_path / "y.npy"), labels=("a", "b"),
            **shares,
        ),
        wb.Arrays(str(tmp_path / "gone.npz"), **shares),
        wb.ParquetImages(
            str(tmp_path), image_column="i", label_column="l", group_column="g", labels=("a",),
            **shares,
        ),
        wb.Database(str(tmp_path / "db"), val="/v", test="/t", labels=str(labels), **shares),
        wb.FromDatasets(
            (dataset.id,), divide="again",
            classes={"3": "three", "4": "", **dict.fromkeys(NASTY, "x")},
            exclude=((0, 5),), relabel=((0, 6, "<b>"),), max_per_class=7, **shares,
        ),
    ]  # fmt: skip


def test_every_kind_is_filled_from_its_configuration_and_gives_it_back(
    digits_home, digits, digits_folder, tmp_path
):
    app = App(digits_home)
    app.open("data")
    image = wb.ImageFormat(
        width=33, height=44, channels=5, resize="half-crop", fill="edge", dtype="uint16",
        resample="lanczos", background="#202020",
    )  # fmt: skip
    for source in configurations(digits_folder, tmp_path, digits):
        config = wb.DatasetConfig(
            name='<i>"n\'', source=source, image=image, seed=9, group="g",
            keep_together=r"patient(\d+)", duplicates="drop", encoding="none", quality=77,
            max_unreadable_percent=3,
        )  # fmt: skip
        app.page.show_form(config)
        form = app.page._form
        assert form.config() == config
        assert code_of(form) == config
    app.close()


def test_kinds_cover_every_source():
    from workbench.data.sources import SOURCES

    covered = [name for form in FORMS.values() for name in form.types]
    assert sorted(covered) == sorted(SOURCES)
    assert list(FORMS) == ["folder", "lists", "s3", "arrays", "parquet", "database", "datasets"]


def test_every_field_of_every_source_is_in_its_form(digits_home, digits, digits_folder, tmp_path):
    """What a clone would lose, this finds: no field is left at its default above."""
    import dataclasses

    seen = {}
    for source in configurations(digits_folder, tmp_path, digits):
        changed = seen.setdefault(type(source), set())
        for field in dataclasses.fields(source):
            if field.default is dataclasses.MISSING or getattr(source, field.name) != field.default:
                changed.add(field.name)
    for kind, changed in seen.items():
        assert changed == {field.name for field in dataclasses.fields(kind)}, kind


def test_what_was_typed_stays_while_another_kind_is_in_sight(app, digits_folder):
    form = app.page._form
    form.path.value = str(digits_folder)
    form._on_kind("arrays")
    assert form.path.value == ""
    form.path.value = "/somewhere.npz"
    form._on_kind("folder")
    assert form.path.value == str(digits_folder)
    form._on_kind("arrays")
    assert form.path.value == "/somewhere.npz"
    shown = {key: made.root.layout.display for key, made in form._forms.items()}
    assert shown == {"folder": "none", "arrays": None}
    assert form._kinds.data["active"] == "arrays"
    settle(app)


def test_a_folder_tells_what_it_has_and_what_it_takes(app, digits_folder):
    form = app.page._form
    form.path.value = str(digits_folder)
    form.width.value = form.height.value = "28"
    assert message(form.path) == "Looking …"
    settle(app)
    assert message(form.path) == "10 classes, 600 images found"
    told = form._estimate.data["text"]
    assert told.startswith("About 1.4 MB on disk: decoded images fit, and train fastest. About 0:0")
    assert told.endswith("to make. The originals are 28 × 28 px.")


def test_what_was_begun_for_an_earlier_entry_is_dropped(app, digits_folder, tmp_path):
    form = app.page._form
    form.path.value = str(digits_folder)
    app.page.tick()
    app.page.tick()  # begun
    form.path.value = str(tmp_path / "gone")
    settle(app)
    assert message(form.path) == f"there is no folder {tmp_path / 'gone'}"
    assert find(app, "wb-create-dataset").disabled


def test_lists(app, digits_folder, tmp_path):
    paths = sorted(digits_folder.rglob("*.png"))
    for name, some in (("train", paths[::2]), ("val", paths[1::2])):
        lines = (f"{p.relative_to(digits_folder)} {p.parent.name}\n" for p in some)
        (tmp_path / f"{name}.txt").write_text("".join(lines))
    form = app.page._form
    form._on_kind("lists")
    form.path.value = str(tmp_path / "train.txt")
    form.source._folder.value = str(digits_folder)
    form.source._val.value = str(tmp_path / "missing.txt")
    settle(app)
    # The error stands under the field that it is about.
    assert message(form.source._val) == f"there is no file {tmp_path / 'missing.txt'}"
    form.source._val.value = str(tmp_path / "val.txt")
    settle(app)
    assert message(form.source._val) == ""
    assert message(form.path) == "10 classes, 600 images found"
    assert form.validation.control.disabled
    assert not form.test.control.disabled
    assert form.name.value == tmp_path.name
    form.width.value = form.height.value = "28"
    form.channels.value = 1
    find(app, "wb-create-dataset").click()
    tick_until(app, lambda: app.page._view is not None)
    assert {name: len(split) for name, split in app.dataset.splits.items()} == {
        "train": 300, "val": 300,
    }  # fmt: skip


def test_a_list_of_files_that_are_not_there_is_no_dataset(app, tmp_path):
    form = app.page._form
    form._on_kind("lists")
    lines = [f"/nowhere/{number}.png {'ab'[number % 2]}\n" for number in range(20)]
    (tmp_path / "bad.txt").write_text("".join(lines))
    form.source.place.value = str(tmp_path / "bad.txt")
    settle(app)
    assert message(form.source.place).startswith("no image that was looked at can be read, the")
    assert "'/nowhere/0.png' (the file is gone)" in message(form.source.place)
    assert form._create.disabled


def test_arrays_suggest_their_size_until_it_is_touched(app, idx_folder, digits_folder):
    form = app.page._form
    form._on_kind("arrays")
    form.path.value = str(idx_folder)
    settle(app)
    assert message(form.path) == "10 classes, 70,000 images found"
    assert (form.width.value, form.height.value, form.channels.value) == ("28", "28", 1)
    assert form.config().image == wb.ImageFormat(width=28, height=28, channels=1)
    assert form.test.control.disabled, "the files have their own test images"
    assert not form.validation.control.disabled
    assert isinstance(form.config().source, wb.IdxFiles)
    # A folder of files suggests nothing, so that the usual size returns.
    form._on_kind("folder")
    form.path.value = str(digits_folder)
    settle(app)
    assert (form.width.value, form.channels.value) == ("256", 3)
    form.width.value = "64"
    form._on_kind("arrays")
    settle(app)
    assert (form.width.value, form.height.value, form.channels.value) == ("64", "28", 1)


def test_class_numbers_are_asked_for_beside_an_npy(app, tmp_path):
    np.save(tmp_path / "x.npy", np.zeros((6, 4, 3), np.uint8))
    np.save(tmp_path / "y.npy", np.arange(6) % 3)
    form = app.page._form
    form._on_kind("arrays")
    assert form.source._numbers.root.layout.display == "none"
    form.path.value = str(tmp_path / "x.npy")
    assert form.source._numbers.root.layout.display is None
    assert message(form.source._numbers).startswith("Class numbers must name the .npy")
    form.source._numbers.value = str(tmp_path / "y.npy")
    settle(app)
    assert message(form.path) == "3 classes, 6 images found"
    assert (form.width.value, form.height.value) == ("3", "4")


def test_datasets(digits_home, digits):
    app = App(digits_home)
    app.open("data")
    form = app.page._form
    form._on_kind("datasets")
    form.path.value = (digits.id,)
    settle(app)
    assert message(form.path) == "10 classes, 600 images found"
    assert form.config().image == digits.image
    assert form.validation.control.disabled and form.test.control.disabled
    assert form.name.value == "digits-2"
    form.source._classes.value = "0 = round\n1 ="
    form.source._divide.value = "again"
    assert not form.validation.control.disabled
    settle(app)
    assert form.config().source.classes == {"0": "round", "1": ""}
    form.source._classes.value = "0"
    assert message(form.source._classes) == "classes wants lines of old name = new name, got 0"
    app.close()


def test_single_images_of_a_clone_can_be_taken_back(digits_home, digits):
    source = wb.FromDatasets((digits.id,), exclude=((0, 1), (0, 2)), relabel=((0, 3, "7"),))
    app = App(digits_home)
    app.open("data")
    app.page.show_form(wb.DatasetConfig(name="x", source=source))
    form = app.page._form
    assert form.source._chosen.data["text"] == "2 images left out, 1 images relabelled"
    form.source._drop.click()
    assert form.config().source == wb.FromDatasets((digits.id,))
    assert "exclude" not in form._code.data["code"]
    app.close()


def test_s3_asks_only_when_told_and_says_whose_fault_it_is(app, monkeypatch):
    from workbench.data.sources.s3 import S3Folder
    from workbench.errors import DataError

    asked = []

    def check(self, access):
        asked.append(dict(access.secrets))
        raise DataError(
            f"{self.endpoint} does not accept the keys; check access key and secret key"
        )

    monkeypatch.setattr(S3Folder, "check", check)
    form = app.page._form
    form._on_kind("s3")
    source = form.source
    find(app, "wb-connect").click()
    assert message(source._bucket).startswith("give a bucket")
    source._endpoint.value = "http://127.0.0.1:1/"
    source._bucket.value = "x"
    assert message(source._bucket).startswith("a bucket's name has 3 or more letters")
    source._bucket.value = "digits"
    source.place.value = "mnist/train"
    keys = source.keys.fields
    keys[0].value, keys[1].value = "ACCESS", "CANARY-0123456789"
    settle(app)
    assert not asked
    find(app, "wb-connect").click()
    settle(app)
    assert asked == [{"access_key": "ACCESS", "secret_key": "CANARY-0123456789"}]
    assert "does not accept the keys" in message(keys[0])
    assert message(source.place) == ""
    config = form.config()
    assert config.source == wb.S3Folder("s3://digits/mnist/train/", endpoint="http://127.0.0.1:1")
    assert form.name.value == "mnist"
    assert "CANARY" not in json.dumps(config.to_dict()) + form._code.data["code"] + repr(form.plan)


def test_one_address_does_for_bucket_and_path(app):
    form = app.page._form
    form._on_kind("s3")
    form.source._bucket.value = "s3://digits/mnist/train"
    assert form.config().source.url == "s3://digits/mnist/train/"
    form.source.place.value = "again/"
    assert form.config().source.url == "s3://digits/mnist/train/again/"


def test_keys_go_to_the_start_and_are_cleared(app, monkeypatch):
    from workbench.panels import data

    given = {}

    def start(config, *, secrets, home):
        given.update(secrets)
        return home.create_job("dataset", config.name, config.to_dict())

    monkeypatch.setattr(data, "start_dataset", start)
    form = app.page._form
    form._on_kind("s3")
    form.source._bucket.value = "digits"
    keys = form.source.keys.fields
    keys[0].value, keys[1].value = "ACCESS", "CANARY-0123456789"
    form.name.value = "mine"
    find(app, "wb-create-dataset").click()
    tick_until(app, lambda: app.page._making is not None)
    assert given == {"access_key": "ACCESS", "secret_key": "CANARY-0123456789"}
    assert [key.value for key in keys] == ["", ""]
    for path in app.home.path.rglob("*"):
        assert not path.is_file() or b"CANARY" not in path.read_bytes(), path


def test_nothing_is_lost_when_the_start_is_refused(app, monkeypatch, digits_folder):
    from workbench.errors import DataError, StorageError
    from workbench.panels import data

    refusals = [DataError("the source says no"), StorageError("the disk is full")]

    def start(*_, **__):
        raise refusals[0]

    monkeypatch.setattr(data, "start_dataset", start)
    form = app.page._form
    form.path.value = str(digits_folder)
    settle(app)
    for place in (form.path.message, form._problem):
        find(app, "wb-create-dataset").click()
        assert form._estimate.data["text"] == "Checking the source …"
        assert form._create.disabled
        tick_until(app, lambda: not app.page.busy)
        assert place.data["text"] == str(refusals.pop(0))
        assert form.path.value == str(digits_folder)
        assert not form._create.disabled
    assert not app.home.summaries()


def test_a_double_click_makes_one_dataset(app, monkeypatch, digits_folder):
    from workbench.errors import DataError
    from workbench.panels import data

    begun = []

    def start(*_, **__):
        begun.append(1)
        raise DataError("enough")

    monkeypatch.setattr(data, "start_dataset", start)
    form = app.page._form
    form.path.value = str(digits_folder)
    settle(app)
    form._on_create()
    form._on_create()
    tick_until(app, lambda: not app.page.busy)
    assert begun == [1]
    form._on_create()
    tick_until(app, lambda: not app.page.busy)
    assert begun == [1, 1]


def test_wrong_fields_are_told_apart(app, digits_folder):
    form = app.page._form
    form.path.value = str(digits_folder)
    form._forms["folder"]._validation.value = " "
    form.image.background.value = "no colour"
    wrong = message(form.image.background)
    assert wrong.startswith("Background of transparent images must be a colour")
    form.image.background.value = "white"
    form.channels.value = 0
    form.image.other.value = "65"
    assert message(form.image.other) == "Channels must be 1–64, got 65"
    form.image.other.value = "4"
    form.records.encoding.value = "png"
    assert message(form.records.encoding).startswith("PNG holds 1 or 3 channels")
    form.records.encoding.value = "none"
    form.splits.together.value = "pattern"
    assert message(form.splits.pattern).startswith("Pattern in the path must not be empty")
    assert form._create.disabled
    form.splits.pattern.value = "("
    assert message(form.splits.pattern).startswith(
        "Pattern in the path must be folder or a regular"
    )
    form.splits.pattern.value = r"p(\d)"
    form.splits.seed.value = "x"
    assert message(form.splits.seed) == "Seed must be a whole number, got 'x'"
    form.splits.seed.value = "3"
    form.source._limits.fields[1].value = "1"
    assert message(form.source._limits.fields[1]).startswith("Most a class must be at least 2")
    form.source._limits.fields[1].value = ""
    assert form.config().keep_together == r"p(\d)"
    settle(app)


def test_a_name_is_suggested_until_one_is_typed(app, tmp_path):
    form = app.page._form
    form.path.value = "/data/flowers/train"
    assert form.name.value == "flowers"
    app.home.create_job("dataset", "birds", {})
    form.path.value = "/data/birds/"
    assert form.name.value == "birds-2"
    form.name.value = "mine"
    form.path.value = "/data/cats"
    assert form.name.value == "mine"
    form.name.value = ""
    assert message(form.name) == "Name must not be empty"
    form.path.value = "/data/dogs"
    assert form.name.value == "dogs"
    settle(app)


def test_see_example_shows_the_four_modes(app, tmp_path):
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        for number in range(2):
            pixels = np.zeros((10, 30, 3), np.uint8)
            pixels[:, 15:] = 255
            Image.fromarray(pixels).save(tmp_path / name / f"{number}.png")
    form = app.page._form
    find(app, "wb-see-example").click()
    settle(app)
    view = form._example.view
    assert [mode for _, mode in view.data["modes"]] == ["squash", "crop", "fill", "half-crop"]
    assert view.data["text"] == "A sample, 84 × 28 px, as 256 × 256 px"
    form.path.value = str(tmp_path)
    form.width.value = form.height.value = "20"
    form.image.fill.value = "constant"
    settle(app)
    assert view.data["text"] == "Your first image, 30 × 10 px, as 20 × 20 px"
    shown = np.frombuffer(view.blob, np.uint8).reshape(4, *view.data["shown"])
    assert shown.shape == (4, 20, 20, 3)
    squash, crop, fill, half = shown
    assert (squash[0, 0, 0], squash[0, -1, 0]) == (0, 255)
    # Filled: black above, then a strip of the image; cropped: none.
    assert fill[0].max() == 0 and fill[10].max() == 255
    assert crop[0].max() == 255
    assert 0 < np.argmax(half.max(axis=(1, 2)) > 0) < np.argmax(fill.max(axis=(1, 2)) > 0)
    assert view.data["chosen"] == "squash"
    form._pick_mode("crop")
    assert form.config().image.resize == "crop"
    assert view.data["chosen"] == "crop"
    find(app, "wb-see-example").click()
    assert view.data["modes"] == []


def test_an_example_of_what_a_screen_cannot_show():
    deep = modes((sample(),), wb.ImageFormat(width=9, height=9, channels=1, dtype="float32"))
    assert (deep.pixels.dtype, deep.pixels.shape) == (np.uint8, (4, 9, 9, 1))
    vast = modes((sample(),), wb.ImageFormat(width=8000, height=1000))
    assert vast.pixels.shape == (4, 40, 320, 3)
    many = np.zeros((8, 8, 7), np.uint8)
    assert modes((many,), wb.ImageFormat(width=8, height=8, channels=7)).pixels.shape[-1] == 3


def stopped(home, folder, status="stopped", **fields):
    config = wb.DatasetConfig(name="half", source=wb.ImageFolder(folder))
    job = home.create_job("dataset", "half", config.to_dict())
    with EventWriter(job.path / "events.jsonl") as writer:
        writer.write("status", status=status, sync=True, **fields)
    return job


def test_a_dataset_that_was_not_finished_can_be_made_after_all(app, digits_folder):
    job = stopped(app.home, digits_folder, "failed", error="the server is gone", advice="wait")
    app.open("home")
    app.page.tick()
    (row,) = app.page._datasets.data["rows"]
    assert [action["label"] for action in row["actions"]] == ["Resume", "Delete"]
    app.open_dataset(job.id)
    making = app.page._making
    assert making._outcome.data == {"text": "the server is gone; wait", "tone": "error"}
    assert making._stop.layout.display == "none"
    assert making._keys.root.layout.display == "none"
    find(app, "wb-resume").click()
    tick_until(app, lambda: app.page._view is not None)
    assert len(app.dataset.splits["train"]) == 450


def test_a_refused_second_attempt_says_why(app, tmp_path):
    job = stopped(app.home, tmp_path / "gone")
    app.open_dataset(job.id)
    making = app.page._making
    assert making._outcome.data["text"].startswith("You stopped it.")
    find(app, "wb-resume").click()
    tick_until(app, lambda: not app.page.busy)
    assert making.error.data["text"] == f"there is no folder {tmp_path / 'gone'}"
    assert making._again.layout.display is None


def test_change_and_create_takes_the_settings_along(app, digits_folder):
    job = stopped(app.home, digits_folder)
    app.open_dataset(job.id)
    find(app, "wb-change").click()
    assert app.page._form.config() == wb.DatasetConfig(
        name="half", source=wb.ImageFolder(digits_folder)
    )
    settle(app)


def test_deleting_and_being_deleted(app, digits_folder):
    first, second = (stopped(app.home, digits_folder) for _ in range(2))
    app.open_dataset(first.id)
    find(app, "wb-delete").click()
    find(app, "wb-confirm").click()
    assert [summary.id for summary in app.home.summaries()] == [second.id]
    assert app.page._form is not None
    app.open_dataset(second.id)
    app.home.delete(second)
    app.page.tick()
    assert app.page._making._outcome.data["text"] == "It is gone: somebody has deleted it."
    assert not app.page.error.data["text"]


def test_names_survive_their_text():
    assert read_names(write_names(NASTY)) == tuple(NASTY)
    pairs = dict(zip(NASTY, reversed(NASTY), strict=True)) | {"x": ""}
    assert read_pairs(write_pairs(pairs), "classes") == pairs
    assert read_pairs(" old = new name \n\nout=\n", "classes") == {"old": "new name", "out": ""}


def test_completions(tmp_path):
    for name in ("alpha", "alps", ".hidden"):
        (tmp_path / name).mkdir()
    (tmp_path / "all.txt").touch()
    (tmp_path / "all.png").touch()
    start = f"{tmp_path}/al"
    assert completions(start) == [f"{start}pha", f"{start}ps"]
    assert completions(start, (".txt",)) == [f"{start}l.txt", f"{start}pha", f"{start}ps"]
    assert completions(f"{tmp_path}/.h") == [f"{tmp_path}/.hidden"]
    assert completions(f"{tmp_path}/gone/x") == completions("\0") == []


def test_the_kind_of_a_source():
    assert kind_of(wb.IdxFiles("/a")) == kind_of(wb.Arrays("/a.npz")) == "arrays"
