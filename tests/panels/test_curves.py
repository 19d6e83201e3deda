import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.panels.curves import Curves, downsampled, labelled, smoothed
from workbench.training.history import History, Mark


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 9000), st.integers(0, 99))
def test_what_stands_out_survives_downsampling(count, seed):
    y = np.random.default_rng(seed).normal(size=count)
    x = np.arange(count)
    thin_x, thin_y = downsampled(x, y)
    assert len(thin_y) <= 2000
    assert (thin_x[0], thin_x[-1]) == (0, count - 1)
    assert (thin_y.min(), thin_y.max()) == (y.min(), y.max())
    assert np.array_equal(y[thin_x.astype(int)], thin_y)
    assert (np.diff(thin_x) > 0).all()


def test_smoothing_is_a_corrected_moving_average():
    assert np.allclose(smoothed(np.full(5, 3.0), 0.9), 3)
    # (0.1·2·0.9 + 0.1·4) / (1 − 0.9²)
    assert np.allclose(smoothed(np.array([2.0, 4.0]), 0.9)[1], 0.58 / 0.19)


def test_the_figure_holds_every_point_and_the_best():
    history = History.from_events(
        [{"type": "metrics", "step": s, "epoch": s / 10, "train_loss": 1 / s} for s in range(1, 21)]
        + [
            {"type": "metrics", "step": s, "epoch": s / 10, "val_accuracy": a, "val_loss": 0.1}
            for s, a in ((10, 0.9), (20, 0.8))
        ]
    )
    curves = Curves()
    curves.show(history, 2)
    assert dict(curves.figure["lines"])["train loss"] == 20
    assert dict(curves.figure["lines"])["val accuracy"] == 2
    assert curves.figure["best"] == [1.0, 90.0]
    values = np.frombuffer(curves.blob, np.float64)
    assert np.allclose(values[:20], np.arange(1, 21) / 10)
    assert np.allclose(values[20:40], 1 / np.arange(1, 21))
    curves.close()


def test_labels_of_marks_do_not_lie_over_each_other():
    marks = [Mark(1, "paused"), Mark(1, "rate 0.1"), Mark(2, "resumed"), Mark(5, "12 epochs")]
    assert [row for *_, row in labelled(marks, 10)] == [0, 1, 2, 0]
