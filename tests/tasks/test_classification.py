import numpy as np
import pytest

from workbench import tasks
from workbench.errors import NotFound
from workbench.tasks.classification import softmax


def test_tasks_are_found_by_their_folders():
    assert "classification" in tasks.names()
    assert tasks.get("classification").monitor.name == "val_accuracy"
    with pytest.raises(NotFound, match="no task 'telepathy'"):
        tasks.get("telepathy")


def test_softmax_is_safe_for_large_numbers():
    assert np.allclose(softmax(np.array([1000.0, 1000.0, -1000.0])), [0.5, 0.5, 0])


def test_the_surest_class_comes_first():
    task = tasks.get("classification")
    found = task.decode(np.array([0.0, 3.0, 1.0]), ["a", "b", "c"], top=2)
    assert [(p.label, p.index) for p in found] == [("b", 1), ("c", 2)]
    expected = np.exp([3, 1]) / np.exp([0, 3, 1]).sum()
    assert np.allclose([p.probability for p in found], expected)


def test_the_loss_is_one_value_an_image():
    loss = tasks.get("classification").loss()
    logits = np.array([[2.0, 0.0], [0.0, 0.0]], np.float32)
    values = np.asarray(loss(np.array([0, 1]), logits))
    assert np.allclose(values, [np.log(1 + np.exp(-2)), np.log(2)])


@pytest.mark.parametrize(("value", "than", "better"), [(0.9, 0.8, True), (0.8, 0.8, False)])
def test_more_accurate_is_better(value, than, better):
    monitor = tasks.get("classification").monitor
    assert monitor.better(value, than) is better
    assert monitor.better(value, None)
