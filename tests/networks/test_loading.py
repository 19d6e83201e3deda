"""Threads that load TensorFlow and Keras from either end find them whole."""

import subprocess
import sys

_CODE = """
import threading
from workbench.networks.loading import load_keras

failed = []

def use(first):
    try:
        load_keras()
        __import__(first)
        import keras
        keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)])
    except BaseException as error:
        failed.append(error)

threads = [threading.Thread(target=use, args=[first]) for first in ("keras", "tensorflow") * 3]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
assert not failed, failed
"""


def test_threads_at_once():
    subprocess.run([sys.executable, "-c", _CODE], check=True, timeout=240)
