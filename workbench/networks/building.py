"""Building a network so that it depends on nothing around it, and leaves nothing behind."""

from __future__ import annotations

import collections
import random
from collections.abc import Iterator
from contextlib import contextmanager

FULL = "float32"


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
