"""Building a network so that it depends on nothing around it, and leaves nothing behind."""

from __future__ import annotations

import collections
import random
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

FULL = "float32"
T = TypeVar("T")
# Python's random numbers belong to the whole process: two threads that build a network at once
# would draw from each other's seeds.
_ONE_AT_A_TIME = threading.RLock()
# Code that never comes back must not keep every other network from being built.
_PATIENCE_S = 60.0


@contextmanager
def apart(seed: int = 0, policy: str = FULL) -> Iterator[None]:
    """Let Keras draw weights and dropout seeds from ``seed``, and count names from the start.

    Keras takes a layer's own seed from Python's ``random``, its name from a count of all layers
    made before, and its precision from a setting. All three are put back afterwards, for the
    kernel belongs to the user.

    Args:
        seed: what initial weights follow from.
        policy: the precision of the layers made, as Keras names it.
    """
    import keras

    # The count of names can be read nowhere else.
    from keras.src.backend.common import global_state

    with _in_turn():
        state, names = random.getstate(), global_state.get_global_attribute("object_name_uids")
        policy_before = keras.config.dtype_policy()
        random.seed(seed)
        global_state.set_global_attribute("object_name_uids", collections.defaultdict(int))
        keras.config.set_dtype_policy(policy)
        try:
            yield
        finally:
            random.setstate(state)
            global_state.set_global_attribute("object_name_uids", names)
            keras.config.set_dtype_policy(policy_before)


@contextmanager
def _in_turn() -> Iterator[None]:
    alone = _ONE_AT_A_TIME.acquire(timeout=_PATIENCE_S)
    try:
        yield
    finally:
        if alone:
            _ONE_AT_A_TIME.release()


def unfilled(look: Callable[[], T]) -> T:
    """Call what builds a network to count or draw it, so that its weights are not made.

    However large it is, that takes neither memory nor time. What Keras notes of weights still to
    be made it notes for each thread, and makes them all on the next occasion: so this is done in
    a thread of its own.
    """

    def aside() -> T:
        import keras

        with apart(), keras.StatelessScope(initialize_variables=False):
            return look()

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(aside).result()
