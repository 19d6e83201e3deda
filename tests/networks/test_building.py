import random
import threading

import keras

from workbench.networks import building
from workbench.networks.building import apart, unfilled


def drawn(seed, started=None, going_on=None):
    with apart(seed):
        first = keras.layers.Dense(3)
        first.build((None, 4))
        if started is not None:
            started.set()
            going_on.wait(5)
        second = keras.layers.Dense(3)
        second.build((None, 4))
    return [first.name, second.name, first.kernel.numpy().tolist(), second.kernel.numpy().tolist()]


def test_what_is_drawn_follows_from_the_seed_and_nothing_else_is_changed():
    name = keras.layers.Dense(1).name
    state = random.getstate()
    assert drawn(1) == drawn(1) != drawn(2)
    assert random.getstate() == state
    assert keras.layers.Dense(1).name != name


def test_two_threads_do_not_draw_from_each_others_seeds():
    alone, found = drawn(1), {}
    started, going_on = threading.Event(), threading.Event()
    first = threading.Thread(target=lambda: found.update(a=drawn(1, started, going_on)))
    second = threading.Thread(target=lambda: found.update(b=drawn(2)))
    first.start()
    assert started.wait(5)
    second.start()
    # The second has to wait; without that it would be through by now.
    second.join(0.3)
    going_on.set()
    first.join()
    second.join()
    assert found == {"a": alone, "b": drawn(2)}


def test_code_that_never_comes_back_does_not_keep_others_for_ever(monkeypatch):
    monkeypatch.setattr(building, "_PATIENCE_S", 0.05)
    started, going_on = threading.Event(), threading.Event()
    endless = threading.Thread(target=drawn, args=(1, started, going_on))
    endless.start()
    assert started.wait(5)
    assert len(drawn(2)) == 4
    going_on.set()
    endless.join()
    assert drawn(1) == drawn(1)


def test_what_is_only_looked_at_is_not_made():
    def look():
        model = keras.Sequential([keras.Input((10**6,)), keras.layers.Dense(10**6)])
        return model.count_params(), model.layers[0].name

    assert unfilled(look) == (10**12 + 10**6, "dense") == unfilled(look)
    # Nor later, when Keras makes what is still to be made.
    made = keras.layers.Dense(3)
    made(keras.Input((4,)))
    assert made.kernel.numpy().shape == (4, 3)
