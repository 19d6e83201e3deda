"""TensorFlow greets on stderr with a dozen lines that nobody asked for: kept from people here."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager


def load_tensorflow(debug: bool = False) -> None:
    """Import TensorFlow and let it look for devices without a word, unless debugging."""
    if debug:
        return
    with silent_stderr():
        import keras  # noqa: F401
        import tensorflow as tf

        tf.config.list_physical_devices("GPU")


@contextmanager
def silent_stderr() -> Iterator[None]:
    """Keep what is written to the process's stderr, by C++ too; show it when the block fails."""
    sys.stderr.flush()
    shown = os.dup(2)
    with tempfile.TemporaryFile() as kept:
        os.dup2(kept.fileno(), 2)
        try:
            yield
        except BaseException:
            kept.seek(0)
            os.write(shown, kept.read())
            raise
        finally:
            os.dup2(shown, 2)
            os.close(shown)
