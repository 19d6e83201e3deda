import numpy as np

from workbench.training.history import History


def point(step, **figures):
    return {"t": 0, "type": "metrics", "step": step, "epoch": step / 10, **figures}


def start(step):
    return {"t": 0, "type": "status", "status": "running", "step": step, "epoch": step / 10}


def test_curves_are_a_function_of_events():
    events = [start(0), point(5, train_loss=2.0), point(10, train_loss=1.0)]
    events += [point(10, val_loss=1.5, val_accuracy=0.5), point(20, val_loss=1.0, val_accuracy=0.5)]
    history = History.from_events(events)
    epochs, values = history.series("train_loss")
    assert np.array_equal(epochs, [0.5, 1.0]) and np.array_equal(values, [2.0, 1.0])
    assert history.best() == (1.0, 0.5), "the earliest among equals"
    assert history.best("val_loss", higher_is_better=False) == (2.0, 1.0)
    assert history.last("val_loss") == 1.0
    assert history.last("nothing") is None and history.best("nothing") is None


def test_points_repeated_after_a_restart_show_once():
    before = [start(0), *(point(step, train_loss=1 / step) for step in range(1, 9))]
    after = [start(4), *(point(step, train_loss=1 / step) for step in range(5, 11))]
    history = History.from_events(before + after)
    epochs, values = history.series("train_loss")
    assert np.allclose(epochs * 10, range(1, 11))
    assert np.allclose(values, [1 / step for step in range(1, 11)])
    assert [(mark.epoch, mark.text) for mark in history.marks] == [(0.4, "resumed")]


def test_a_point_at_the_very_step_of_the_checkpoint_is_kept():
    history = History.from_events([point(4, val_loss=1.0), start(4), point(8, val_loss=0.5)])
    assert np.array_equal(history["val_loss"], [1.0, 0.5])


def test_a_figure_that_was_no_number_leaves_no_point():
    history = History.from_events([point(1, train_loss=None, val_loss=1.0)])
    assert len(history["train_loss"]) == 0 and len(history["val_loss"]) == 1


def test_what_was_changed_stays_marked_and_a_pause_shows():
    change = {"type": "change", "what": "learning_rate", "value": 0.001, "step": 6, "epoch": 0.6}
    paused = {"type": "status", "status": "paused", "step": 7, "epoch": 0.7}
    history = History.from_events([start(0), point(6, train_loss=1.0), change, paused, start(4)])
    marks = [(mark.epoch, mark.text) for mark in history.marks]
    assert marks == [(0.4, "resumed"), (0.6, "rate 0.001")], "it will change there again"
    history = History.from_events([start(0), point(6, train_loss=1.0), paused, start(7)])
    assert [mark.text for mark in history.marks] == ["paused", "resumed"]
    assert len(history["train_loss"]) == 1
