"""Optuna, asked afresh each time."""

import math

import pytest

from workbench.sweeps import Range, Trial, expand
from workbench.sweeps.methods import method

pytest.importorskip("optuna")


def accuracy(values):
    """Highest at a rate of 0.01 and with Adam."""
    return 1 - abs(math.log10(values["learning_rate"]) + 2) / 4 - 0.2 * (values["solver"] != "adam")


def config(trials=24, seed=3):
    vary = {"learning_rate": Range(1e-4, 1, log=True), "solver": ["sgd", "adam", "rmsprop"]}
    return expand({"dataset": "d"}, vary, method="bayesian", trials=trials, seed=seed)


def searched(sweep, until=None):
    chooser, trials = method(sweep), []
    for number in range(1, (until or sweep.total) + 1):
        values = chooser.values(number, trials)
        trials.append(Trial(number, values, status="done", objective=accuracy(values)))
    return trials


def test_it_draws_near_what_was_good():
    trials = searched(config(seed=1))
    assert max(trial.objective for trial in trials) > 0.95
    # Drawn evenly they would reach 0.62 on average.
    late = [trial.objective for trial in trials[12:]]
    assert sum(late) / len(late) > 0.7


def test_a_new_process_goes_on_as_the_old_one_would_have():
    whole, part = searched(config(12)), searched(config(12), until=8)
    assert [t.values for t in part] == [t.values for t in whole[:8]]
    assert method(config(12)).values(9, part) == whole[8].values
    assert method(config(12, seed=4)).values(9, part) != whole[8].values


def test_a_small_space_is_tried_whole_and_nothing_twice():
    sweep = expand({"dataset": "d"}, {"seed": [1, 2, 3, 4]}, method="bayesian", trials=9)
    assert sweep.total == 4
    chooser, trials = method(sweep), []
    for number in range(1, 5):
        values = chooser.values(number, trials)
        trials.append(Trial(number, values, status="done", objective=0.5))
    assert sorted(trial.values["seed"] for trial in trials) == [1, 2, 3, 4]


def test_what_failed_is_not_tried_again():
    vary = {"learning_rate": Range(1e-4, 1, log=True)}
    sweep = expand({"dataset": "d"}, vary, method="bayesian", trials=24, seed=1)
    chooser, trials = method(sweep), []
    for number in range(1, 25):
        values = chooser.values(number, trials)
        failed = values["learning_rate"] > 0.01
        objective = None if failed else -math.log10(values["learning_rate"]) / 4
        trials.append(Trial(number, values, status="failed", objective=objective))
    # Drawn evenly half of them would fail.
    assert sum(trial.objective is None for trial in trials[12:]) <= 3
