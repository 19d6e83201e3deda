"""Cloning: the same run again, or nearly."""

import pytest

import workbench as wb
from workbench.api import clone as module
from workbench.api.clone import changed, clone, read_value
from workbench.errors import InvalidValue


def test_dotted_fields_are_changed_and_nothing_else():
    config = wb.TrainConfig(dataset="d", seed=7, augmentation=wb.Augmentation(rotation=5))
    found = changed(config, {"policy.gamma": 0.5, "augmentation.flip": "horizontal", "epochs": 2})
    assert found.policy == wb.Step(gamma=0.5)
    assert found.augmentation == wb.Augmentation(rotation=5, flip="horizontal")
    assert (found.epochs, found.seed, found.dataset) == (2, 7, "d")
    assert changed(config, {}) == config


def test_another_policy_takes_its_own_fields():
    policy = read_value("policy", "multistep")
    found = changed(wb.TrainConfig(dataset="d"), {"policy.at": (10, 20), "policy": policy})
    assert found.policy == wb.MultiStep(at=(10, 20))


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"epoch": 3}, "there is no field 'epoch'"),
        ({"policy.power": 2.0}, "power"),
        ({"batch_size": 0}, "batch_size must be 1–65536 images, got 0"),
        ({"augmentation.rotation": 200}, "augmentation.rotation must be 0–180 degrees, got 200"),
    ],
)
def test_what_cannot_be_is_refused(changes, sentence):
    with pytest.raises(InvalidValue, match=sentence):
        changed(wb.TrainConfig(dataset="d"), changes)


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("epochs", "5", 5),
        ("learning_rate", "1e-3", 0.001),
        ("augmentation.whitening", "true", True),
        ("smaller_batch", "no", False),
        ("seed", "none", None),
        ("solver", "adam", "adam"),
        ("policy.at", "50,85", (50.0, 85.0)),
        ("policy", "cosine", {"type": "Cosine", "least": 0.0}),
    ],
)
def test_typed_values_are_of_their_kind(name, text, value):
    found = read_value(name, text)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("epochs", "many", "epochs must be a number, got 'many'"),
        ("augmentation.whitening", "perhaps", "must be true or false, got 'perhaps'"),
        ("policy", "stairs", "policy must be one of fixed, step"),
        ("epoch", "3", "there is no field 'epoch'"),
    ],
)
def test_what_cannot_be_read_is_told(name, text, sentence):
    with pytest.raises(InvalidValue, match=sentence):
        read_value(name, text)


def test_a_clone_is_started_with_the_changes(digits_home, digits, monkeypatch):
    started = {}
    monkeypatch.setattr(
        module, "start_run", lambda config, **rest: started.update(config=config, **rest)
    )
    config = wb.TrainConfig(dataset=digits.id, epochs=3, seed=5)
    job = digits_home.create_job("run", "original", config.to_dict(), group="mine")
    clone(wb.Run(job), {"learning_rate": 0.5}, name="again", runner="process")
    assert started["config"] == wb.TrainConfig(
        dataset=digits.id, epochs=3, seed=5, learning_rate=0.5
    )
    assert (started["name"], started["group"], started["runner"]) == ("again", "mine", "process")
    assert started["home"] == digits_home
    clone(job.id, group="", home=digits_home)
    assert (started["group"], started["name"]) == ("", None)
    digits_home.delete(job)
