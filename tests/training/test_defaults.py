import pytest

import workbench as wb
from workbench.api.train import train_config
from workbench.errors import InvalidValue, NotFound
from workbench.sweeps.expand import expand
from workbench.training.defaults import defaults


@pytest.mark.parametrize(
    ("network", "solver", "batch_size", "rate", "mean"),
    [
        ("lenet", "sgd", 64, 0.01, "image"),
        ("lenet", "adam", 64, 0.001, "image"),
        ("alexnet", "sgd", 128, 0.001, "image"),
        ("alexnet", "adam", 128, 0.0001, "image"),
        ("resnet50", "sgd", 32, 0.01, "none"),
        ("custom", "nesterov", 64, 0.01, "image"),
    ],
)
def test_network_and_solver_know_what_suits_them(network, solver, batch_size, rate, mean):
    found = defaults(network, solver)
    assert found == {"batch_size": batch_size, "learning_rate": rate, "mean_subtraction": mean}


def test_what_is_given_holds():
    config = train_config("d", network="alexnet", solver="adam", learning_rate=0.5)
    assert (config.batch_size, config.learning_rate) == (128, 0.5)
    assert train_config("d").learning_rate == wb.TrainConfig(dataset="d").learning_rate


def test_a_sweep_begins_with_what_suits_all_of_its_networks():
    sweep = expand({"dataset": "d", "network": ["lenet", "alexnet"]})
    assert (sweep.base.batch_size, sweep.base.learning_rate) == (64, 0.001)
    sweep = expand({"dataset": "d", "network": "alexnet", "learning_rate": [0.1, 0.2]})
    assert sweep.base.batch_size == 128


def test_unknown_words_are_refused():
    with pytest.raises(NotFound):
        defaults("lenet-6")
    with pytest.raises(InvalidValue, match="solver must be one of sgd"):
        defaults("lenet", "newton")
