"""Layers are chosen to be recorded, from a terminal."""

import pytest

import workbench as wb
from workbench.cli.main import main
from workbench.training.watch import Watch


@pytest.fixture
def run(digits_home, digits):
    fields = {"epochs": 1, "batch_size": 64, "seed": 1, "runner": "synchronous"}
    made = wb.train(digits, name="watched", home=digits_home, **fields)
    yield made
    made.delete()


def watch(run, *arguments):
    return main(["run", "watch", run.id, *arguments, "--home", str(run.home.path)])


def test_layers_and_an_image_are_chosen(run, capsys):
    assert watch(run, "--layers", "fc1,conv2", "--image", "train:7") == 0
    assert "watching train:7" in capsys.readouterr().out
    assert Watch.of(run.job.events()[0]) == Watch(("fc1", "conv2"), "train", 7)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--image", "seven"], "--image must be SPLIT:N, such as val:3; got 'seven'"),
        (["--image", "val:90"], "index must be 0–89, got 90"),
        (["--layers", "conv9"], "the network has no 'conv9'; it has mean_subtraction"),
        (["--layers", "a,b,c,d,e,f,g,h,i"], "at most 8 are watched at once, got 9"),
    ],
)
def test_what_cannot_be_watched_is_said(run, capsys, arguments, sentence):
    assert watch(run, *arguments) == 2
    assert sentence in capsys.readouterr().err
    assert Watch.of(run.job.events()[0]) == Watch()
