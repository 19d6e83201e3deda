"""What many tests need: a home of their own and a small dataset of real digits."""

from __future__ import annotations

import faulthandler
import gzip
import threading
from importlib import resources
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, settings
from PIL import Image

import workbench as wb

# The same examples every time, and none fails because the machine was busy.
settings.register_profile(
    "steady", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("steady")


@pytest.fixture(scope="session", autouse=True)
def _nobody_is_left():
    """No thread outlives the tests that the interpreter would wait for."""
    yield
    left = [thread for thread in threading.enumerate() if not thread.daemon]
    # An idle thread of the browser driver's own event loop ends with the interpreter.
    left = [thread for thread in left if not thread.name.startswith("asyncio_")]
    assert left == [threading.main_thread()]


def pytest_unconfigure():
    """Should something yet keep the interpreter from ending, show what, and end."""
    faulthandler.dump_traceback_later(120, exit=True)


@pytest.fixture(autouse=True)
def _own_home(tmp_path, monkeypatch):
    """No test touches the home of whoever runs it."""
    monkeypatch.setenv("WORKBENCH_HOME", str(tmp_path / "home"))


def read_idx(name: str) -> np.ndarray:
    """One of the MNIST files, read the plain way."""
    file = resources.files("workbench.samples") / "mnist" / name
    data = gzip.decompress(file.read_bytes())
    shape = np.frombuffer(data, ">i4", count=data[3], offset=4)
    return np.frombuffer(data, np.uint8, offset=4 + 4 * data[3]).reshape(shape)


def write_digits(folder: Path, per_class: int, first: int = 0) -> Path:
    """Write ``per_class`` MNIST training digits a class as ``folder/<class>/<number>.png``."""
    images = read_idx("train-images-idx3-ubyte.gz")
    labels = read_idx("train-labels-idx1-ubyte.gz")
    for digit in range(10):
        (folder / str(digit)).mkdir(parents=True)
        for number in np.flatnonzero(labels == digit)[first : first + per_class]:
            Image.fromarray(images[number]).save(folder / str(digit) / f"{number:05d}.png")
    return folder


@pytest.fixture(scope="session")
def digits_folder(tmp_path_factory) -> Path:
    """Six hundred digits, sixty a class."""
    return write_digits(tmp_path_factory.mktemp("digits") / "train", 60)


@pytest.fixture(scope="session")
def digits_home(tmp_path_factory, digits_folder):
    """A home that holds the dataset ``digits``: 450 to train, 90 to validate, 60 to test."""
    home = wb.Home(tmp_path_factory.mktemp("home"))
    source = wb.ImageFolder(digits_folder, validation_percent=15, test_percent=10)
    image = wb.ImageFormat(width=28, height=28, channels=1)
    wb.create_dataset("digits", source, image=image, runner="synchronous", home=home)
    return home


@pytest.fixture
def digits(digits_home):
    """The dataset ``digits``; runs made on it live in its home."""
    return wb.dataset("digits", home=digits_home)


@pytest.fixture
def without_activations(monkeypatch):
    """LeNet, all its units linear: none can die, so too high a rate must blow it up.

    Whether a rectified network dies or overflows depends on the last bit of the arithmetic.
    """
    import keras

    from workbench.networks import lenet

    rectified = lenet.build

    def build(input_shape, outputs):
        def linear(layer):
            settings = layer.get_config()
            if settings.get("activation") == "relu":
                settings["activation"] = "linear"
            return type(layer).from_config(settings)

        return keras.models.clone_model(rectified(input_shape, outputs), clone_function=linear)

    monkeypatch.setattr(lenet, "build", build)
