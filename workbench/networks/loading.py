"""Loading TensorFlow and Keras, which takes seconds and bears no company."""

from __future__ import annotations

import threading

_LOADING = threading.Lock()


def load_keras() -> None:
    """Import TensorFlow and Keras, or wait until another thread has.

    Each imports the other: two threads that begin at opposite ends are both let through by
    Python, to spare them a deadlock, and find modules that are half there.
    """
    with _LOADING:
        import tensorflow  # noqa: F401, I001 - first, for it sees to Keras itself
        import keras  # noqa: F401
