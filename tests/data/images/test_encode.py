import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from workbench.data.images.encode import check_encoding, decode_record, encode
from workbench.data.images.image_format import ImageFormat
from workbench.errors import DataError, InvalidValue


def noise(height, width, channels, dtype="uint8"):
    return np.random.default_rng(0).integers(
        0, np.iinfo(dtype).max + 1, (height, width, channels), dtype
    )


@settings(max_examples=60, deadline=None)
@given(
    st.integers(1, 40),
    st.integers(1, 40),
    st.sampled_from([1, 3]),
    st.sampled_from(["uint8", "uint16"]),
)
def test_png_keeps_every_value(height, width, channels, dtype):
    pixels = noise(height, width, channels, dtype)
    data = encode(pixels, "png")
    assert np.array_equal(decode_record(data, pixels.shape, dtype), pixels)


@pytest.mark.parametrize("channels", [1, 3])
def test_jpeg_keeps_about_the_values_and_others_read_it_alike(channels):
    small = Image.fromarray(noise(5, 7, 3)).resize((70, 50), Image.Resampling.BICUBIC)
    pixels = np.asarray(small if channels == 3 else small.convert("L")).reshape(50, 70, channels)
    data = encode(pixels, "jpeg", 95)
    found = decode_record(data, pixels.shape, "uint8")
    assert np.abs(found.astype(int) - pixels).mean() < 4
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(data))).reshape(found.shape), found)
    assert len(encode(pixels, "jpeg", 30)) < len(data)


def test_a_part_of_an_image_can_be_encoded():
    pixels = noise(20, 20, 3)
    part = pixels[::2, 3:9]
    assert np.array_equal(decode_record(encode(part, "png"), part.shape, "uint8"), part)
    assert decode_record(encode(part, "jpeg"), part.shape, "uint8").shape == part.shape


@pytest.mark.parametrize(
    ("fields", "encoding"),
    [
        ({"channels": 4}, "png"),
        ({"channels": 8}, "jpeg"),
        ({"dtype": "uint16"}, "jpeg"),
        ({"dtype": "float32"}, "png"),
    ],
)
def test_what_an_encoding_cannot_hold_is_refused(fields, encoding):
    image = ImageFormat(**fields)
    with pytest.raises(InvalidValue, match=f"{encoding.upper()} holds 1 or 3 channels"):
        check_encoding(image, encoding)
    with pytest.raises(InvalidValue):
        encode(np.zeros(image.shape, image.dtype), encoding)
    check_encoding(image, "none")


def test_wrong_words_and_qualities_are_refused():
    with pytest.raises(InvalidValue, match="encoding must be one of none, png, jpeg"):
        check_encoding(ImageFormat(), "gif")
    with pytest.raises(InvalidValue, match="quality"):
        encode(noise(2, 2, 3), "jpeg", 0)
    with pytest.raises(InvalidValue, match="encoding"):
        encode(noise(2, 2, 3), "none")


@pytest.mark.parametrize("encoding", ["png", "jpeg"])
def test_a_damaged_record_is_refused(encoding):
    data = encode(noise(20, 20, 3), encoding)
    for wrong in (data[: len(data) // 2], b"", b"x" * 50):
        with pytest.raises(DataError, match="a record is damaged"):
            decode_record(wrong, (20, 20, 3), "uint8")
    with pytest.raises(DataError, match="a record is damaged"):
        decode_record(data, (20, 21, 3), "uint8")
    with pytest.raises(DataError, match="a record is damaged"):
        decode_record(data, (20, 20, 3), "uint16")
