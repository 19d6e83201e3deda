import dataclasses
import random
import subprocess
import sys

import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench import networks
from workbench.errors import InvalidValue
from workbench.jobs.queue.order import wanted
from workbench.training import memory
from workbench.training.config import SOLVERS, TrainConfig
from workbench.training.devices import Gpu
from workbench.training.footprint import Footprint, footprint, footprint_of
from workbench.training.memory import (
    MemoryEstimate,
    Place,
    estimate,
    is_out_of_memory,
    needed,
    place_of,
)

SMALL = Footprint(parameters=1000, trainable=900, layers=5, kept=300, largest=100, pixels=50)
CPU = Place(devices=1, gpu=False, limit=2_000_000_000)
GPU = Place(devices=1, gpu=True, limit=2_000_000_000)


def config(**fields):
    return TrainConfig(dataset="x", **fields)


def test_each_part_follows_from_the_numbers():
    found = needed(SMALL, config(solver="adam", batch_size=10), GPU)
    assert found.weights == 4 * 1000
    assert found.slots == 4 * 900 * 2
    assert found.activations == 10 * 4 * (300 + 2 * 100)
    assert found.total == sum(
        (found.weights, found.slots, found.gradients, found.activations, found.workspace)
    )


def test_what_is_switched_on_takes_its_part():
    plain = needed(SMALL, config(solver="sgd", momentum=0), GPU)
    assert plain.slots == 0
    assert needed(SMALL, config(solver="sgd"), GPU).slots == 4 * 900
    assert needed(SMALL, config(solver="adam", ema=0.99), GPU).slots == 4 * 900 * 3
    accumulated = needed(SMALL, config(solver="sgd", momentum=0, accumulation=4), GPU)
    assert accumulated.gradients - plain.gradients == 4 * 900
    mixed = needed(SMALL, config(solver="sgd", precision="mixed"), GPU)
    assert mixed.activations == plain.activations / 2
    assert mixed.weights == 6 * 1000


def test_processors_gain_no_memory_by_16_bits():
    mixed = needed(SMALL, config(precision="mixed"), CPU)
    assert mixed.activations == needed(SMALL, config(), CPU).activations


def test_gpus_share_a_batch_and_processors_share_their_memory():
    one = needed(SMALL, config(batch_size=10), GPU)
    two = needed(SMALL, config(batch_size=10), dataclasses.replace(GPU, devices=2))
    assert (two.activations, two.weights) == (one.activations / 2, one.weights)
    halves = needed(SMALL, config(batch_size=10), dataclasses.replace(CPU, devices=2))
    assert (halves.activations, halves.weights) == (one.activations, 2 * one.weights)


numbers = st.integers(1, 10**8)


@given(
    footprint=st.builds(
        Footprint, numbers, numbers, st.integers(1, 500), numbers, numbers, numbers
    ),
    place=st.builds(Place, st.integers(1, 8), st.booleans(), st.integers(0, 10**11)),
    solver=st.sampled_from(SOLVERS),
    precision=st.sampled_from(["float32", "mixed"]),
)
def test_the_largest_batch_fits_and_one_more_image_does_not(footprint, place, solver, precision):
    wanted = config(solver=solver, precision=precision)
    largest = needed(footprint, wanted, place).largest_batch
    if largest:
        assert needed(
            footprint, config(solver=solver, precision=precision, batch_size=largest), place
        ).fits
    if largest < 65_536 - 8:
        more = config(solver=solver, precision=precision, batch_size=largest + 1)
        assert not needed(footprint, more, place).fits


def test_it_is_said_in_a_sentence():
    parts = {"weights": 10**9, "slots": 0, "gradients": 0, "activations": 10**9, "workspace": 0}
    fits = MemoryEstimate(**parts, limit=4 * 10**9, largest_batch=90, gpu=True)
    assert str(fits) == "Takes about 2.0 GB of the 4.0 GB free on the GPU."
    large = MemoryEstimate(**parts, limit=21 * 10**8, largest_batch=30, gpu=False)
    assert str(large) == (
        "Does not fit: about 2.0 GB of the 2.1 GB free of memory; "
        "the largest batch that does is 30."
    )
    none = MemoryEstimate(**parts, limit=5 * 10**8, largest_batch=0, gpu=False)
    assert "whatever the batch; choose a smaller network" in str(none)


def test_a_network_is_counted_from_its_graph():
    layers = keras.layers
    inner = keras.Sequential(
        [keras.Input((8, 8, 4)), layers.BatchNormalization(), layers.ReLU()], name="inner"
    )
    pixels = keras.Input((8, 8, 3))
    kernels = layers.Conv2D(4, 3, padding="same")(pixels)
    rectified = inner(kernels)
    added = layers.Add()([rectified, kernels])
    outputs = layers.Dense(2)(layers.Flatten()(added))
    found = footprint(keras.Model(pixels, outputs))
    convolution, dense = 3 * 3 * 3 * 4 + 4, 8 * 8 * 4 * 2 + 2
    assert found.parameters == convolution + 4 * 4 + dense
    assert found.trainable == convolution + 2 * 4 + dense
    assert (found.largest, found.pixels) == (8 * 8 * 4, 8 * 8 * 3)
    # What the convolution, the rectifier and the sum give, and the outputs; the rectifier writes
    # over what the normalization gives, and flattening copies nothing.
    assert found.kept == 3 * 8 * 8 * 4 + 2


def _number(name):
    return int(name.partition("_")[2] or 0)


def test_counting_disturbs_nothing():
    before = keras.layers.Dense(1).name
    keras.config.set_dtype_policy("mixed_bfloat16")
    state = random.getstate()
    try:
        build = networks.get("lenet").build
        found = footprint_of.__wrapped__(build, (28, 28, 1), 10)
        assert keras.config.dtype_policy().name == "mixed_bfloat16"
        assert random.getstate() == state
    finally:
        keras.config.set_dtype_policy("float32")
    assert found.parameters == 431_080
    assert _number(keras.layers.Dense(1).name) == _number(before) + 1
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    assert np.isfinite(model(np.ones((1, 2)))).all()


def test_a_run_is_estimated_for_its_images(monkeypatch):
    monkeypatch.setattr(memory, "place_of", lambda word: CPU)
    whole = estimate(config(batch_size=100), (64, 64, 3), 10)
    cut = estimate(config(batch_size=100, crop=32), (64, 64, 3), 10)
    assert whole.fits
    assert cut.activations < 0.3 * whole.activations
    with pytest.raises(InvalidValue, match="LeNet needs images of 16×16 pixels or more, got 64×8"):
        estimate(config(), (8, 64, 3), 10)
    with pytest.raises(InvalidValue, match="give build"):
        estimate(config(network="custom", code="x"), (64, 64, 3), 10)
    recipe = networks.get("lenet").build
    custom = config(network="custom", code="x", batch_size=100)
    assert estimate(custom, (64, 64, 3), 10, build=recipe) == whole


def gpu(index, free):
    return Gpu(index, "GPU", 0.0, 10**10 - free, 10**10, 40.0)


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("", Place(1, True, 4 * 10**9)),
        ("1", Place(1, True, 4 * 10**9)),
        ("2", Place(2, True, 3 * 10**9)),
        ("3", Place(3, True, 10**9)),
        ("gpu:0,2", Place(2, True, 10**9)),
        ("gpu:1", Place(1, True, 4 * 10**9)),
    ],
)
def test_those_least_used_are_taken_and_the_fullest_of_them_decides(monkeypatch, word, expected):
    found = [gpu(0, 10**9), gpu(1, 4 * 10**9), gpu(2, 3 * 10**9)]
    monkeypatch.setattr(memory, "gpus", lambda: found)
    assert place_of(word) == expected


def test_without_a_wish_the_batch_is_that_of_one_gpu(monkeypatch):
    """Which is what the queue gives, however many there are."""
    assert wanted("run", "", range(4)).count == 1
    monkeypatch.setattr(memory, "gpus", lambda: [gpu(index, 8 * 10**9) for index in range(4)])
    found = estimate(config(batch_size=256), (64, 64, 3), 10)
    assert found == estimate(config(batch_size=256, devices="1"), (64, 64, 3), 10)
    assert found.largest_batch < estimate(config(devices="2"), (64, 64, 3), 10).largest_batch


def test_without_gpus_it_is_the_memory_that_is_free(monkeypatch, tmp_path):
    monkeypatch.setattr(memory, "gpus", list)
    monkeypatch.setattr(memory, "_CGROUP", tmp_path)
    free = place_of("").limit
    assert 10**8 < free < 10**14
    assert place_of("cpu:2").devices == 2
    (tmp_path / "memory.max").write_text("5000000\n")
    (tmp_path / "memory.stat").write_text("anon 2000000\nfile 100\n")
    assert place_of("") == Place(1, False, 3_000_000)
    (tmp_path / "memory.max").write_text("max\n")
    assert place_of("").limit > 10**8


def test_errors_of_used_up_memory_are_known():
    import tensorflow as tf

    errors = tf.errors
    assert is_out_of_memory(errors.ResourceExhaustedError(None, None, "OOM when allocating"))
    assert is_out_of_memory(errors.InternalError(None, None, "CUDA_ERROR_OUT_OF_MEMORY: x"))
    assert is_out_of_memory(errors.UnknownError(None, None, "CUDNN_STATUS_ALLOC_FAILED"))
    assert is_out_of_memory(MemoryError())
    assert not is_out_of_memory(errors.InternalError(None, None, "something else"))
    assert not is_out_of_memory(ValueError("out of memory"))


_TRAIN = """
import re, sys
import numpy as np, tensorflow as tf
from workbench import networks
from workbench.training.config import TrainConfig
from workbench.training.optimizers import build_optimizer
config = TrainConfig(dataset="x", network="lenet", batch_size=int(sys.argv[1]))
model = networks.get("lenet").build((28, 28, 1), 10)
optimizer = build_optimizer(config, model.trainable_variables)

@tf.function
def step(images):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(model(images, training=True) ** 2)
    weights = model.trainable_variables
    optimizer.apply(tape.gradient(loss, [w.value for w in weights]), weights)

for _ in range(3):
    step(tf.constant(np.ones((config.batch_size, 28, 28, 1), np.float32)))
# Of this process since it began; what it was started from does not count.
status = open("/proc/self/status").read()
print(1024 * int(re.search(r"VmHWM:\\s+(\\d+)", status)[1]))
"""


def test_it_is_about_what_a_process_really_takes():
    batch = 2048
    measured = int(
        subprocess.run(
            [sys.executable, "-c", _TRAIN, str(batch)], check=True, capture_output=True, text=True
        ).stdout
    )
    found = estimate(config(batch_size=batch), (28, 28, 1), 10, "cpu:1")
    assert found.total == pytest.approx(measured, rel=0.25)
