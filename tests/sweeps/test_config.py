import json

import pytest

from workbench.errors import InvalidValue, NotFound
from workbench.sweeps import Range, Stopping, SweepConfig, expand
from workbench.sweeps.fields import applied, names
from workbench.training import Cosine, Step, TrainConfig


def test_fields_with_lists_are_a_grid_as_in_digits():
    config = expand({"dataset": "d", "learning_rate": [0.1, 0.01], "batch_size": [32, 64, 128]})
    assert config.method == "grid"
    assert config.total == 6
    assert config.monitor.name == "val_accuracy"
    run = applied(config.base, {"learning_rate": 0.01, "batch_size": 128})
    assert run == TrainConfig("d", learning_rate=0.01, batch_size=128)


def test_with_a_range_it_draws_twenty():
    config = expand({"dataset": "d", "learning_rate": Range(1e-4, 1e-1, log=True)})
    assert (config.method, config.total) == ("random", 20)


def test_a_range_of_a_whole_field_is_whole():
    config = expand({"dataset": "d", "batch_size": Range(32, 33)}, trials=50)
    assert config.space["batch_size"].whole
    assert config.total == 2


@pytest.mark.parametrize(
    "vary",
    [
        {"learning_rate": [0.1, 0.01], "policy": ["step", Cosine(least=0.1)]},
        {"augmentation.rotation": Range(0, 20), "policy.gamma": [0.1, 0.5]},
        {"seed": [1, 2, 3], "smaller_batch": [True, False]},
    ],
)
def test_what_is_written_is_read(vary):
    stopping = Stopping("median", grace=2)
    config = expand({"dataset": "d"}, vary, trials=4, at_once=2, stopping=stopping, seed=5)
    assert SweepConfig.from_dict(json.loads(json.dumps(config.to_dict()))) == config


def test_a_policy_is_chosen_by_its_word_and_then_its_parameters():
    base = expand({"dataset": "d"}, {"policy": ["step", "exponential"]}).base
    config = expand({"dataset": "d"}, {"policy.gamma": [0.9], "policy": ["step", "exponential"]})
    runs = [applied(base, v) for v in ({"policy.gamma": 0.9, "policy": config.space["policy"][0]},)]
    assert runs[0].policy == Step(gamma=0.9)


@pytest.mark.parametrize(
    ("vary", "options", "sentence"),
    [
        ({"learning_rate": [0.1, -1]}, {}, "learning_rate -1: learning_rate must be"),
        ({"lerning_rate": [1]}, {}, "there is no field 'lerning_rate' to vary; there are network"),
        ({"dataset": ["a", "b"]}, {}, "dataset cannot vary in a sweep"),
        ({"batch_size": 64}, {}, "batch_size must vary over a list of values or a Range, got 64"),
        ({"epochs": []}, {}, "epochs must vary over a list of values or a Range"),
        ({"epochs": [1, 1]}, {}, "epochs has a value twice"),
        ({"solver": Range(1, 2)}, {}, "solver is no number; list its values instead"),
        ({"policy": ["step", "wild"]}, {}, "policy must be one of fixed, step"),
        ({"policy": ["step", "cosine"], "policy.gamma": [0.1]}, {}, "Cosine has no field gamma"),
        ({"learning_rate": Range(1e-3, 1)}, {"method": "grid"}, "a grid needs a list of values"),
        ({"learning_rate": Range(1e-3, 5000)}, {}, "learning_rate 5000: learning_rate must be"),
        ({"learning_rate": Range(1e-3, 1)}, {"trials": 0}, "trials must be at least 1"),
        ({"learning_rate": [1]}, {"method": "magic"}, "method must be one of grid, random"),
        ({"learning_rate": [1]}, {"at_once": 0}, "at_once must be at least|at_once must be 1"),
        ({"learning_rate": [1]}, {"objective": "speed"}, "objective must be a figure such as"),
        ({"learning_rate": [1]}, {"goal": "most"}, "goal must be one of highest, lowest"),
        ({}, {}, "nothing varies"),
        (
            {"epochs": list(range(1, 201)), "seed": list(range(200))}, {},
            "there are 40,000 combinations; a sweep has at most 10,000 runs",
        ),
    ],
)  # fmt: skip
def test_what_can_never_run_is_refused_before_anything_begins(vary, options, sentence):
    with pytest.raises(InvalidValue, match=sentence):
        expand({"dataset": "d"}, vary, **options)


def test_an_unknown_network_among_several_is_refused():
    with pytest.raises(NotFound, match="there is no network 'nix'"):
        expand({"dataset": "d", "network": ["lenet", "nix"]})


@pytest.mark.parametrize(
    ("options", "name", "higher"),
    [
        ({}, "val_accuracy", True),
        ({"goal": "lowest"}, "val_accuracy", False),
        ({"objective": "val_loss"}, "val_loss", False),
        ({"objective": "val_top5_accuracy"}, "val_top5_accuracy", True),
    ],
)
def test_the_figure_that_runs_are_compared_by(options, name, higher):
    monitor = expand({"dataset": "d", "seed": [1, 2]}, **options).monitor
    assert (monitor.name, monitor.higher_is_better) == (name, higher)


def test_every_field_of_a_run_may_vary_but_its_dataset_and_task():
    assert {"learning_rate", "policy.gamma", "augmentation.flip", "start.frozen"} <= set(names())
    assert not {"dataset", "task"} & set(names())


def test_a_parameter_of_one_run_leaves_the_sweeps_policies_as_they_are():
    vary = {"policy": ["step", "exponential"], "policy.gamma": [0.5, 0.9]}
    config = expand({"dataset": "d"}, vary)
    before = json.dumps(config.to_dict())
    run = applied(config.base, {"policy": config.space["policy"][0], "policy.gamma": 0.9})
    assert run.policy == Step(gamma=0.9)
    assert json.dumps(config.to_dict()) == before
    assert config.space["policy"][0] == Step().to_dict()


@pytest.mark.parametrize("method", ["grid", "random"])
def test_of_many_combinations_few_are_tried_and_every_value_is(monkeypatch, method):
    tried = []

    def counted(base, values):
        tried.append(values)
        return applied(base, values)

    monkeypatch.setattr("workbench.sweeps.fields.applied", counted)
    vary = {"batch_size": list(range(1, 81)), "seed": list(range(80))}
    assert expand({"dataset": "d"}, vary, method=method, trials=5000).total == 5000
    assert len(tried) <= 400
    vary["batch_size"][-1] = 0
    with pytest.raises(InvalidValue, match="batch_size 0, seed 0: batch_size must be"):
        expand({"dataset": "d"}, vary, method=method, trials=5000)
