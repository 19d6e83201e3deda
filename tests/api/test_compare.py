"""Runs beside each other as an object: figures, differences, and what a cell shows of them."""

import json
import re

import numpy as np
import pytest

import workbench as wb
from workbench.api.compare import compare, differences, figure, shown
from workbench.api.figures import best_of, field_names, flat, lower_is_better, value_of
from workbench.errors import InvalidValue, NotFound
from workbench.jobs import EventWriter


@pytest.fixture
def home(tmp_path):
    return wb.Home(tmp_path / "home")


def make(home, name, accuracies, **fields):
    config = wb.TrainConfig(dataset="gone", **fields)
    job = home.create_job("run", name, config.to_dict(), parents=["gone"])
    with EventWriter(job.path / "events.jsonl") as writer:
        writer.write("facts", parameters=431080, device="CPU")
        for number, accuracy in enumerate(accuracies, start=1):
            figures = {"val_accuracy": accuracy, "val_loss": 1 - accuracy}
            writer.write("metrics", step=10 * number, epoch=float(number), **figures)
        writer.write("status", status="done")
    return wb.Run(job)


@pytest.fixture
def pair(home):
    first = make(home, "first", (0.5, 0.75, 0.625), learning_rate=0.1, seed=1)
    second = make(home, "<b>second</b>", (0.25,), policy=wb.Cosine(), seed=1)
    return first, second


def test_only_what_differs_is_listed(pair):
    found = compare(*pair).differences
    assert found == {
        "learning_rate": [0.1, 0.01],
        "policy": ["step", "cosine"],
        "policy.size": [33.0, None],
        "policy.gamma": [0.1, None],
        "policy.least": [None, 0.0],
    }


def test_runs_are_named_by_id_or_name(pair, home, monkeypatch):
    first, second = pair
    assert [run.id for run in compare("first", second.id, home=home).runs] == [first.id, second.id]
    with pytest.raises(NotFound, match="no run 'third'"):
        compare("first", "third", home=home)
    with pytest.raises(InvalidValue, match="at least two runs, got 1"):
        compare(first)
    with pytest.raises(InvalidValue, match="the same run twice"):
        compare(first, first.id, home=home)


def test_the_document_has_last_least_and_greatest_of_every_metric(pair):
    document = json.loads(json.dumps(compare(*pair).to_dict()))
    first, second = document["runs"]
    assert first["best"] == {"metric": "val_accuracy", "value": 0.75, "epoch": 2.0}
    assert first["metrics"]["val_accuracy"] == {"last": 0.625, "min": 0.5, "max": 0.75}
    assert first["metrics"]["val_loss"] == {"last": 0.375, "min": 0.25, "max": 0.5}
    assert (first["status"], first["parameters"], first["latency_ms"]) == ("done", 431080, None)
    assert (first["epoch"], first["epochs"]) == (3.0, 30)
    assert second["best"]["epoch"] == 1.0
    assert document["differences"]["learning_rate"] == [0.1, 0.01]


def test_a_run_that_has_not_begun_has_no_figures(home, pair):
    job = home.create_job("run", "new", wb.TrainConfig(dataset="gone").to_dict())
    found = compare(pair[0], wb.Run(job))
    assert found.to_dict()["runs"][1]["best"] is None
    assert dict(found.rows())["best"] == ["75.00 % at epoch 2", "–"]


def test_it_shows_itself_as_text_and_as_a_table(pair):
    found = compare(*pair)
    lines = repr(found).splitlines()
    assert lines[0].split() == ["first", "<b>second</b>"]
    rows = {name: values for name, *values in (re.split("  +", line) for line in lines[1:])}
    assert rows["learning_rate"] == ["0.1", "0.01"]
    assert rows["val_loss least"] == ["0.2500", "0.7500"]
    page = found._repr_html_()
    assert "&lt;b&gt;second&lt;/b&gt;" in page
    assert "<b>" not in page
    assert "<td>learning_rate</td><td>0.1</td><td>0.01</td>" in page


def test_runs_of_one_name_are_told_apart(home):
    twins = [make(home, "twin", (0.5,), seed=seed) for seed in (1, 2)]
    head = repr(compare(*twins)).splitlines()[0]
    assert all(f"twin ({run.id})" in head for run in twins)


def test_histories_are_the_curves(pair):
    history = compare(*pair).histories[0]
    assert np.array_equal(history["val_accuracy"], [0.5, 0.75, 0.625])


def test_a_configuration_is_made_flat_and_keeps_its_order():
    config = wb.TrainConfig(
        dataset="d", policy=wb.MultiStep(at=(10.0, 20.0)), augmentation=wb.Augmentation(rotation=5)
    )
    found = flat(config.to_dict())
    assert (found["policy"], found["policy.at"], found["policy.gamma"]) == (
        "multistep", "10.0 20.0", 0.5,
    )  # fmt: skip
    assert found["augmentation.rotation"] == 5
    assert not {"dataset", "task", "type", "policy.type", "augmentation", "start"} & set(found)
    names = list(found)
    assert names.index("learning_rate") < names.index("policy") < names.index("policy.at")
    assert names.index("policy.at") < names.index("warm_up")


def test_fields_of_different_policies_stand_together():
    configs = [wb.TrainConfig(dataset="d", policy=p).to_dict() for p in (wb.Step(), wb.Inverse())]
    names = [name for name in field_names(configs) if name.startswith("policy")]
    assert names == ["policy", "policy.size", "policy.gamma", "policy.power"]
    assert value_of(configs[0], "policy.power") is None
    assert value_of(configs[0], "learning_rate.gamma") is None


def test_differences_of_configurations_of_different_versions():
    assert differences([{"a": 1, "b": 2}, {"a": 1, "c": None}]) == {"b": [2, None]}


@pytest.mark.parametrize(
    ("metric", "value", "text"),
    [
        ("val_accuracy", 0.98909, "98.91 %"),
        ("val_loss", 0.03517, "0.0352"),
        ("val_loss", 1.0483, "1.0483"),
        ("val_loss", 1234.5, "1234"),
        ("learning_rate", 0.001, "0.001"),
        ("val_accuracy", None, "–"),
    ],
)
def test_figures_as_people_read_them(metric, value, text):
    assert figure(metric, value) == text


def test_values_as_people_read_them():
    assert [shown(v) for v in (None, True, 0.1, 64, "", "sgd")] == [
        "–", "yes", "0.1", "64", "–", "sgd",
    ]  # fmt: skip
    one, other = shown("def build():\n    return 1\n"), shown("def build():\n    return 2\n")
    assert one.startswith("2 lines, ")
    assert one != other


def test_losses_are_better_when_they_are_less(pair):
    summary = pair[0].summary()
    assert (lower_is_better("val_loss"), lower_is_better("val_accuracy")) == (True, False)
    assert best_of(summary, "val_loss") == 0.25
    assert best_of(summary, "val_accuracy") == 0.75
    assert best_of(summary, "unknown") is None
