"""Sixteen bits and more, as independent readers and the formats' own definitions have them."""

import io
import struct
import sys

import cv2
import numpy as np
import pytest

import workbench as wb
from tests.conftest import write_digits
from tests.data.images.test_decode import chunk, png_of, tiff
from workbench.data.images.decode import decode
from workbench.data.images.image_format import ImageFormat, read_image
from workbench.errors import DataError


def deep(channels, height=6, width=5):
    return np.random.default_rng(channels).integers(
        0, 65536, (height, width, channels), dtype=np.uint16
    )


def by_opencv(data):
    return cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)


def read(data, channels, dtype="uint16", width=5, height=6, **options):
    image = ImageFormat(width, height, channels, dtype=dtype, **options)
    return read_image(data, image)[0]


@pytest.mark.parametrize("compression", [None, "zlib"])
@pytest.mark.parametrize("byteorder", ["<", ">"])
def test_white_is_zero_in_a_tiff_of_any_depth(byteorder, compression):
    grey = deep(1)[..., 0]
    options = {"byteorder": byteorder, "compression": compression, "photometric": "miniswhite"}
    stored = tiff(65535 - grey, **options)
    assert np.array_equal(decode(stored).pixels[..., 0], grey)
    eight = (grey >> 8).astype(np.uint8)
    assert np.array_equal(decode(tiff(255 - eight, **options)).pixels[..., 0], eight)


def test_white_is_zero_beside_opacity():
    both = deep(2)
    stored = np.stack([65535 - both[..., 0], both[..., 1]], axis=2)
    options = {"photometric": "miniswhite", "planarconfig": "contig"}
    picture = decode(tiff(stored, extrasamples=["unassalpha"], **options))
    assert picture.alpha
    assert np.array_equal(picture.pixels, both)


def test_half_floats_of_one_channel():
    values = np.random.default_rng(0).random((6, 5)).astype(np.float16)
    tifffile = pytest.importorskip("tifffile")
    data = tiff(values)
    assert np.array_equal(tifffile.imread(io.BytesIO(data)), values)
    assert np.array_equal(read(data, 1, "float32")[..., 0], values.astype(np.float32))


@pytest.mark.parametrize(("colour", "channels"), [(0, 1), (2, 3)])
def test_the_transparent_value_of_a_deep_png(colour, channels):
    pixels = deep(channels)
    pixels[2, 3] = pixels[0, 0] ^ 1  # differs in its last bit alone
    key = chunk(b"tRNS", struct.pack(f">{channels}H", *pixels[0, 0].tolist()))
    data = png_of(pixels, colour, key)
    picture = decode(data)
    assert (picture.alpha, picture.pixels.dtype) == (True, np.uint16)
    assert np.array_equal(picture.pixels[..., :channels], pixels)
    clear = np.zeros((6, 5), bool)
    clear[0, 0] = True
    assert np.array_equal(picture.pixels[..., channels], np.where(clear, 0, 65535))
    shown = read(data, channels, background="black")
    assert shown[0, 0].max() == 0
    assert np.array_equal(shown[~clear], pixels[~clear])
    assert read(data, channels)[0, 0].min() == 65535  # white


def test_a_transparent_value_of_a_wrong_length_says_nothing():
    pixels = deep(1)
    data = png_of(pixels, 0, chunk(b"tRNS", b"\0"))
    assert np.array_equal(decode(data).pixels, pixels)


def test_grey_and_opacity_of_a_deep_png_are_two_channels():
    pixels = deep(2)
    data = png_of(pixels, 4)
    expected = by_opencv(data)  # blue, green, red, opacity
    assert np.array_equal(expected[..., [0, 3]], pixels)
    assert np.array_equal(read(data, 2), pixels)
    assert np.array_equal(read(data, 4), expected)  # grey: the order of colours does not matter
    weight = pixels[..., 1:] / 65535
    laid = pixels[..., :1] * weight + 65535 * (1 - weight)
    for channels in (1, 3):
        assert np.abs(read(data, channels) - laid).max() <= 1


@pytest.mark.parametrize("most", [65535, 1023])
@pytest.mark.parametrize("between", [b" ", b"\n", b"\t# a note with 12 numbers\n"])
def test_a_deep_ppm_in_words_keeps_its_bits(most, between):
    values = deep(3) & most
    words = between.join(b"%d" % value for value in values.reshape(-1).tolist())
    data = b"P3 # a note\n5 6\n%d\n" % most + words + b"\n"
    found = read(data, 3)
    assert np.array_equal(found, np.rint(values * (65535 / most)))
    if most == 65535 and b"#" not in between:
        assert np.array_equal(found, by_opencv(data.replace(b" # a note", b""))[..., ::-1])
    assert read(data, 3, "uint8").dtype == np.uint8


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (b"1 2 3 4 5", "damaged"),
        (b"1", r"damaged \(truncated\)"),
        (b"1 2 3 4 5 x", "damaged"),
        (b"1 2 3 4 5 -6", "beyond the greatest"),
        (b"1 2 3 4 5 1024", "beyond the greatest"),
        (b"           ", "damaged"),
    ],
)
def test_a_deep_ppm_of_wrong_words_is_refused(words, reason):
    with pytest.raises(DataError, match=reason):
        decode(b"P3\n2 1\n1023\n" + words)


def test_a_file_whose_reader_is_missing_does_not_stop_a_dataset(tmp_path, monkeypatch):
    write_digits(tmp_path / "train", 4)
    odd = tmp_path / "train" / "7" / "odd.tif"
    odd.write_bytes(tiff(np.zeros((4, 4, 7), np.uint8), planarconfig="contig"))
    monkeypatch.setitem(sys.modules, "tifffile", None)
    ds = wb.create_dataset(
        "some", wb.ImageFolder(tmp_path / "train"), image=wb.ImageFormat(28, 28, 1),
        runner="synchronous",
    )  # fmt: skip
    ((path, reason),) = ds.report["unreadable"]
    assert path == str(odd)
    assert "run pip install 'jupyter-workbench[tiff]'" in reason
    assert sum(map(len, ds.splits.values())) == 40
