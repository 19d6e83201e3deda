import json
import re
import shutil

import pytest

import workbench as wb
from workbench.cli.main import main
from workbench.cli.output import table
from workbench.data.digests import write_digests


@pytest.fixture
def workbench(capsys, digits_home):
    """Run a command in the home of the digits; its status, stdout and stderr."""

    def run(*arguments, home=digits_home.path):
        status = main([*arguments, "--home", str(home)])
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return run


@pytest.fixture(scope="module")
def trained(digits_home):
    ds = wb.dataset("digits", home=digits_home)
    fields = {"epochs": 1, "batch_size": 16, "seed": 1, "learning_rate": 0.02}
    run = wb.train(ds, name="cli-run", runner="synchronous", home=digits_home, **fields)
    yield run
    run.delete()


def test_a_dataset_from_creation_to_deletion(workbench, digits_folder, tmp_path):
    home = tmp_path / "other"
    create = ["dataset", "create", "mine", "--folder", str(digits_folder), "--val-percent", "10"]
    size = ["--width", "12", "--height", "10", "--color", "gray"]
    status, out, err = workbench(*create, *size, "--json", home=home)
    assert (status, err) == (0, "")
    document = json.loads(out)
    assert document["image"] == {"width": 12, "height": 10, "channels": 1}
    assert document["splits"] == {"train": {"count": 540}, "val": {"count": 60}}
    assert document["labels"] == [str(n) for n in range(10)]
    status, out, _ = workbench("dataset", "list", home=home)
    assert status == 0
    assert re.search(r"mine\s+done\s+600\s+10\s+12×10 grey", out)
    status, out, _ = workbench("dataset", "show", document["id"][:5], home=home)
    assert status == 0
    assert "540" not in out
    assert re.search(r"\n0 +54 +6\n", out)
    assert workbench("dataset", "delete", "mine", home=home)[0] == 0
    assert json.loads(workbench("dataset", "list", "--json", home=home)[1]) == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--folder", "{empty}"], "has no sub-folder with images"),
        (["--folder", "{one}"], "has one class only"),
        (["--folder", "{gone}"], "there is no folder"),
        (["--folder", "{good}", "--width", "0"], "width must be 1–8192 pixels, got 0"),
        (["--folder", "{good}", "--channels", "0"], "channels must be 1–64, got 0"),
        (["--folder", "{good}", "--channels", "0", "--color", "rgb"], "give --color or --channels"),
        (["--folder", "{good}", "--val-percent", "130"], "validation_percent must be 0–100"),
        (["--folder", "{good}", "--resize", "melt"], "invalid choice: 'melt'"),
        ([], "say where the images are with one of --folder, --train-list, --s3"),
    ],
)
def test_wrong_input_is_one_sentence_and_leaves_nothing(
    workbench, tmp_path, digits_folder, arguments, message
):
    (tmp_path / "empty").mkdir()
    (tmp_path / "one").mkdir()
    (tmp_path / "one" / "0").symlink_to(digits_folder / "0")
    (tmp_path / "one" / "only").mkdir()
    source = next((digits_folder / "0").glob("*.png"))
    (tmp_path / "one" / "only" / "a.png").write_bytes(source.read_bytes())
    names = {name: str(tmp_path / name) for name in ("empty", "one", "gone")}
    filled = [argument.format(**names, good=digits_folder) for argument in arguments]
    status, out, err = workbench("dataset", "create", "x", *filled, home=tmp_path / "home")
    assert (status, out) == (2, "")
    assert err.startswith("error: ")
    assert err.count("\n") == 1
    assert message in err
    assert not (tmp_path / "home").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--limit", "-1"], "limit must be at least 0, got -1"),
        (["--offset", "-3"], "offset must be at least 0, got -3"),
        (["--finding", "twinz"], "argument --finding: invalid choice: 'twinz' (choose from "),
    ],
)
def test_a_page_that_cannot_be_is_one_sentence(workbench, arguments, message):
    status, out, err = workbench("dataset", "explore", "digits", *arguments)
    assert (status, out) == (2, "")
    assert err.startswith(f"error: {message}")
    assert err.count("\n") == 1


def test_a_finding_of_which_nothing_was_found_has_no_images(workbench):
    status, out, _ = workbench("dataset", "explore", "digits", "--finding", "two-labels")
    assert (status, out) == (0, "0 images\n")


def test_of_many_files_the_first_are_named_and_all_are_counted(workbench, digits, tmp_path):
    """The report names ten thousand at most; how many there were is told by a fact."""
    home = wb.Home(tmp_path / "copy")
    shutil.copytree(digits.job.path, home.datasets_dir / digits.id)
    copy = wb.dataset(digits.id, home=home)
    named = [(f"{number}.png", "empty file") for number in range(30)]
    report = {"unreadable": named, "ignored": named, "left_out": [("odd", "one image only")]}
    (copy.records / "report.json").write_text(json.dumps(report))
    write_digests(copy.records)
    copy.job.record("facts", unreadable=10_500, ignored=12_000)
    shown = workbench("dataset", "show", digits.id, home=home.path)[1]
    assert "\n10,500 unreadable:\n  0.png: empty file\n" in shown
    assert "\n  19.png: empty file\n  … and 10,480 more\n" in shown
    assert "20.png" not in shown
    assert "\n1 left out:\n  odd: one image only\n" in shown
    assert "\n12,000 other files ignored:\n  0.png: empty file\n" in shown
    verified = workbench("dataset", "verify", digits.id, home=home.path)[1]
    assert (
        "\nwarning: 10,500 files could not be read [unreadable]\n  0.png: empty file\n" in verified
    )
    assert "\ninfo: 12,000 other files were ignored [ignored]\n" in verified
    assert verified.count("… and 11,980 more") == 1
    assert verified.count("… and 10,480 more") == 1


def test_train_show_and_follow(workbench):
    train = ["train", "digits", "--network", "lenet", "--epochs", "1", "--seed", "3"]
    more = ["--set", "policy.gamma=0.5", "--set", "momentum=0.8", "--name", "told"]
    status, out, err = workbench(*train, *more, "--json")
    assert status == 0, err
    document = json.loads(out)
    assert document["status"] == "done"
    assert document["name"] == "told"
    assert set(document["metrics"]) == {"train_loss", "val_loss", "val_accuracy"}
    run = wb.run("told")
    assert (run.config.policy, run.config.momentum) == (wb.Step(gamma=0.5), 0.8)
    assert json.loads(workbench("run", "follow", "told", "--json")[1]) == document
    assert "told" in workbench("run", "list")[1]
    assert workbench("run", "stop", "told")[0] == 2
    assert workbench("run", "delete", document["id"])[0] == 0
    status, _, err = workbench("run", "show", "told")
    assert (status, err.startswith("error: there is no run 'told'")) == (2, True)


def test_classify_prints_what_digits_users_know(workbench, trained):
    files = [str(path) for path in trained.dataset.paths("val", [0, 50])]
    status, out, _ = workbench("classify", "cli-run", *files)
    lines = out.splitlines()
    assert status == 0
    assert len(lines) == 10
    line = r"For image \d, predicted class \d: \d+ \(\d\) [01]\.\d{14}"
    assert all(re.fullmatch(line, each) for each in lines)
    assert lines[5].startswith("For image 2, predicted class 1: ")
    out = workbench("classify", "cli-run", files[0], "--all-predictions", "--top", "1")[1]
    assert re.fullmatch(
        r"For .*\nPredictions for image 1: \[-?\d+\.\d\d(, -?\d+\.\d\d){9}\]\n", out
    )


def test_classify_and_evaluate_as_json(workbench, trained):
    file = trained.dataset.paths("val", [0])[0]
    (answer,) = json.loads(workbench("classify", "cli-run", file, "--json")[1])
    assert answer["image"] == file
    assert [set(p) for p in answer["predictions"]] == [{"class", "label", "probability"}] * 5
    document = json.loads(workbench("evaluate", "cli-run", "--split", "val", "--json")[1])
    assert document["count"] == 90
    assert sum(map(sum, document["confusion"])) == 90
    assert document["accuracy"] == pytest.approx(trained.checkpoints[0].metrics["val_accuracy"])


def test_a_missing_image_and_a_missing_epoch(workbench, trained):
    status, out, err = workbench("classify", "cli-run", "/gone.png")
    assert (status, out, err) == (2, "", "error: there is no file /gone.png\n")
    status, _, err = workbench("evaluate", "cli-run", "--epoch", "7")
    assert status == 2
    assert "no checkpoint at epoch 7; it has 1" in err


def test_lists_hold_in_spite_of_what_another_version_made(workbench, digits, digits_home):
    run = digits_home.create_job("run", "odd", {"task": "smelling", "epochs": 2}, [digits.id])
    run.record("metrics", step=1, epoch=2.0)
    run.record("facts", epochs=5)
    dataset = digits_home.create_job("dataset", "strange", {"image": {"width": "wide"}})
    rows = {line.split()[1]: line.split() for line in workbench("run", "list")[1].splitlines()}
    assert rows["odd"][2:5] == ["waiting", "None", "2/5"]
    found = {each["name"]: each for each in json.loads(workbench("run", "list", "--json")[1])}
    assert found["odd"]["epochs"] == 5
    rows = {line.split()[1]: line.split() for line in workbench("dataset", "list")[1].splitlines()}
    assert rows["strange"][-1] == "?"
    assert rows["digits"][-2:] == ["28×28", "grey"]
    found = {each["name"]: each for each in json.loads(workbench("dataset", "list", "--json")[1])}
    assert set(found["strange"]) == {"id", "name", "status", "error"}
    assert found["digits"]["labels"] == digits.labels
    digits_home.delete(run)
    digits_home.delete(dataset)


def test_what_nobody_foresaw_is_one_sentence(capsys, digits_home, monkeypatch):
    monkeypatch.setattr(wb.Home, "summaries", lambda *_: [][1])
    assert main(["run", "list", "--home", str(digits_home.path)]) == 1
    sentence = "error: IndexError: list index out of range; --debug shows where\n"
    assert capsys.readouterr().err == sentence


@pytest.mark.usefixtures("without_activations")
def test_a_run_that_fails_exits_with_one(workbench):
    # In a thread: a process of its own would train the network as it is.
    train = ["train", "digits", "--learning-rate", "1000", "--name", "nan", "--runner", "kernel"]
    status, out, err = workbench(*train, "--seed", "1", "--json")
    assert (status, out) == (1, "")
    assert "lower the learning rate" in err
    assert workbench("run", "delete", "nan")[0] == 0


def test_options_stand_before_the_command_or_after_it(capsys, digits_home, tmp_path):
    assert main(["--home", str(digits_home.path), "--json", "dataset", "list"]) == 0
    assert [each["name"] for each in json.loads(capsys.readouterr().out)] == ["digits"]
    assert main(["-q", "--home", str(tmp_path), "dataset", "list"]) == 0
    assert capsys.readouterr().out == ""


def test_a_heading_with_a_line_break_keeps_its_line():
    assert table([{"class": "a", "→a\nb": 1}]).splitlines() == ["class  →a\ufffdb", "a         1"]


def test_help_lists_every_field(capsys):
    assert main(["train", "--help"]) == 0
    out = capsys.readouterr().out
    for field in ("snapshot_interval=1.0", "policy.gamma=0.1", "mean_subtraction=image"):
        assert field in out
    assert main([]) == 2
    assert main(["dance"]) == 2
