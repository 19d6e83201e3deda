import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from workbench.errors import DataError
from workbench.networks.probe import LayerState
from workbench.training.layer_records import Look, load_look, looks, save_look


def look_at(step, activation, **weights):
    layer = LayerState("conv1", "Conv2D", 520, weights, activation)
    pixels = np.arange(12, dtype=np.uint8).reshape(2, 2, 3)
    return Look(step, step / 10, "val", 3, pixels, ("conv1", "fc"), (layer,))


@given(
    arrays.arrays(
        np.float32,
        arrays.array_shapes(min_dims=1, max_dims=3, max_side=5),
        elements=st.floats(-(2.0**100), 2.0**100, width=32, allow_subnormal=False),
    )
)
def test_what_is_recorded_comes_back_with_three_digits(tmp_path_factory, activation):
    run = tmp_path_factory.mktemp("run")
    kernel = np.linspace(-1, 1, 18, dtype=np.float32).reshape(3, 3, 1, 2)
    read = load_look(save_look(run, look_at(7, activation, kernel=kernel)))
    assert (read.step, read.epoch, read.split, read.index) == (7, 0.7, "val", 3)
    assert read.names == ("conv1", "fc")
    assert read.pixels.tolist() == np.arange(12).reshape(2, 2, 3).tolist()
    (layer,) = read.layers
    assert (layer.name, layer.kind, layer.parameters) == ("conv1", "Conv2D", 520)
    most = float(np.abs(activation).max())
    np.testing.assert_allclose(layer.activation, activation, rtol=1e-3, atol=max(most, 1e-30) / 1e3)
    np.testing.assert_allclose(layer.weights["kernel"], kernel, atol=1e-3)


def test_infinite_numbers_are_kept_beside_finite_ones(tmp_path):
    activation = np.array([1.0, np.inf, np.nan, -2.0], np.float32)
    read = load_look(save_look(tmp_path, look_at(1, activation)))
    np.testing.assert_array_equal(read.layers[0].activation, activation)


def test_large_arrays_are_cut_to_whole_channels_and_filters(tmp_path):
    activation = np.random.default_rng(1).random((112, 112, 64), np.float32)
    kernel = np.zeros((3, 3, 512, 512), np.float32)
    matrix = np.zeros((9216, 4096), np.float32)
    path = save_look(tmp_path, look_at(1, activation, kernel=kernel, matrix=matrix))
    (layer,) = load_look(path).layers
    assert layer.activation.shape == (28, 28, 64)
    assert layer.shapes["output"] == (112, 112, 64)
    assert layer.shapes["matrix"] == (9216, 4096)
    np.testing.assert_allclose(layer.activation, activation[::4, ::4], atol=1e-3)
    assert layer.weights["kernel"].shape == (3, 3, 512, 14)
    assert layer.weights["matrix"].size <= 1 << 16
    assert path.stat().st_size < 500_000


def test_of_many_records_the_older_thin_out_and_the_ends_stay(tmp_path):
    for step in range(1, 102):
        save_look(tmp_path, look_at(step, np.zeros(2, np.float32)))
    steps = [load_look(path).step for path in looks(tmp_path)]
    assert len(steps) == 51
    assert (steps[0], steps[-1]) == (1, 101)
    assert steps == sorted(steps)


@pytest.mark.parametrize("content", [b"", b"no archive", b"PK\x03\x04 half"])
def test_a_damaged_record_is_named(tmp_path, content):
    path = save_look(tmp_path, look_at(1, np.zeros(2, np.float32)))
    path.write_bytes(content)
    with pytest.raises(DataError, match="step-00000001.npz is damaged"):
        load_look(path)
