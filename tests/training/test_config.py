import pytest

from workbench.errors import InvalidValue, NotFound
from workbench.training import Fixed, Step, TrainConfig


def test_the_defaults_are_those_of_digits():
    config = TrainConfig(dataset="x")
    assert (config.epochs, config.learning_rate, config.policy) == (30, 0.01, Step(33, 0.1))
    assert (config.snapshot_interval, config.validation_interval) == (1.0, 1.0)
    assert config.mean_subtraction == "image"


def test_a_configuration_survives_its_file():
    config = TrainConfig(dataset="x", policy=Fixed(), snapshot_interval=0.25, seed=7)
    assert TrainConfig.from_dict(config.to_dict()) == config


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"epochs": 0}, "epochs must be"),
        ({"epochs": 2.5}, "epochs must be a whole number, got 2.5"),
        ({"batch_size": 0}, "batch_size must be"),
        ({"learning_rate": 0}, "learning_rate must be"),
        ({"learning_rate": float("nan")}, "learning_rate must be"),
        ({"momentum": 1}, "momentum must be"),
        ({"solver": "magic"}, "solver must be one of sgd"),
        ({"seed": -1}, "seed must be"),
        ({"snapshot_interval": 0}, "snapshot_interval must be"),
        ({"mean_subtraction": "all"}, "mean_subtraction must be one of none, image, pixel"),
        ({"policy": "step"}, "policy must be a policy"),
    ],
)
def test_a_wrong_field_is_one_sentence(fields, sentence):
    with pytest.raises(InvalidValue, match=sentence):
        TrainConfig(dataset="x", **fields)


def test_an_unknown_network_names_those_there_are():
    with pytest.raises(NotFound, match="there is no network 'lenin'; choose one of lenet"):
        TrainConfig(dataset="x", network="lenin")
