import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.inference.colours import diverging, sequential
from workbench.inference.statistics import measure
from workbench.inference.tiles import activation_tiles, image_tiles, weight_tiles


def test_a_tile_a_channel_on_one_scale():
    activation = np.zeros((3, 4, 5), np.float32)
    activation[..., 2] = 1
    tiles = activation_tiles(activation)
    assert (tiles.total, tiles.tile, tiles.what) == (5, (3, 4), "channel")
    row, column = divmod(2, tiles.columns)
    bright = tiles.picture[row * 4, column * 5, :3]
    assert np.array_equal(bright, sequential(np.array([0.0, 1.0]))[1])
    assert tiles.picture[0, 4, 3] == 0  # the gap is transparent


def test_a_tile_a_filter_and_zero_is_neutral():
    kernel = np.zeros((5, 5, 2, 3), np.float32)
    kernel[..., 1, 2] = -1
    tiles = weight_tiles(kernel)
    assert (tiles.total, tiles.what) == (6, "filter")
    assert np.array_equal(tiles.picture[0, 0, :3], diverging(np.zeros(1))[0])


def test_a_matrix_is_averaged_to_fit():
    tiles = weight_tiles(np.ones((2000, 10), np.float32))
    assert tiles.picture.shape[0] <= 512
    assert tiles.what == "matrix"


def test_an_image_is_the_picture_it_is():
    pixels = np.arange(12, dtype=np.float32).reshape(2, 2, 3)
    assert np.array_equal(image_tiles(pixels).picture[..., :3], pixels)


@settings(max_examples=50, deadline=None)
@given(st.integers(1, 9), st.integers(1, 9), st.integers(1, 300))
def test_every_output_has_a_picture(height, width, channels):
    tiles = activation_tiles(np.random.default_rng(0).normal(size=(height, width, channels)))
    assert tiles.shown == min(channels, 256)
    assert tiles.rows * tiles.columns >= tiles.shown
    assert tiles.picture.dtype == np.uint8


def test_values_that_are_no_numbers_are_counted_not_drawn():
    figures = measure(np.array([1.0, np.nan, 3.0, np.inf]))
    assert (figures.not_finite, figures.mean, sum(figures.counts)) == (2, 2.0, 2)
    assert activation_tiles(np.array([np.nan, 1.0])).picture.shape[2] == 4
