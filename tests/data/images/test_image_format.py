import io

import numpy as np
import pytest
from PIL import Image

from workbench.data.images.image_format import ImageFormat, convert, load_image, read_image
from workbench.errors import DataError, InvalidValue, NotFound


def saved(pixels, form="PNG"):
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, form)
    return file.getvalue()


def noise(*shape, dtype="uint8"):
    return np.random.default_rng(0).integers(0, np.iinfo(dtype).max + 1, shape, dtype)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"width": 0}, "width must be 1–8192 pixels"),
        ({"height": 2.5}, "height must be a whole number"),
        ({"channels": 65}, "channels must be 1–64"),
        ({"channels": 0}, "channels must be 1–64"),
        ({"resize": "stretch"}, "resize must be one of squash, crop, fill, half-crop"),
        ({"fill": "red"}, "fill must be one of"),
        ({"dtype": "int8"}, "dtype must be one of uint8, uint16, float32"),
        ({"resample": "cubic"}, "resample must be one of nearest, bilinear, area"),
        ({"background": "nocolour"}, "background must be a colour such as white"),
        ({"background": "#20202080"}, "background must be a colour"),
        ({"background": (0, 0, 0)}, "background must be a colour"),
    ],
)
def test_a_field_out_of_range_is_refused_in_one_sentence(fields, message):
    with pytest.raises(InvalidValue, match=message):
        ImageFormat(**fields)


def test_a_format_survives_json_and_describes_itself():
    image = ImageFormat(64, 48, 8, "fill", "mean", "uint16", "area", "#202020")
    assert ImageFormat.from_dict(image.to_dict()) == image
    assert image.shape == (48, 64, 8)
    assert image.describe() == "64×48 of 8 channels, 16 bits"
    assert ImageFormat(width=28, height=28, channels=1).describe() == "28×28 grey"
    assert ImageFormat(dtype="float32").describe() == "256×256 colour, floats"


def test_a_format_written_before_depths_were_known_is_still_read():
    old = {"type": "ImageFormat", "width": 28, "height": 28, "channels": 1, "resize": "squash"}
    image = ImageFormat.from_dict(old)
    assert (image.dtype, image.resample, image.background) == ("uint8", "bilinear", "white")


def test_an_image_of_the_right_size_is_left_as_it_is():
    pixels = noise(28, 28)
    found, size = read_image(saved(pixels), ImageFormat(28, 28, 1))
    assert np.array_equal(found[..., 0], pixels)
    assert size == (28, 28)


@pytest.mark.parametrize("mode", ["squash", "crop", "fill", "half-crop"])
@pytest.mark.parametrize("channels", [1, 3])
def test_a_file_its_bytes_an_array_and_a_picture_give_the_same_pixels(tmp_path, mode, channels):
    pixels = noise(45, 80, 3)
    image = ImageFormat(32, 24, channels, mode)
    (tmp_path / "a.png").write_bytes(saved(pixels))
    expected, size = read_image(saved(pixels), image, 5)
    assert size == (80, 45)
    assert expected.shape == (24, 32, channels)
    for other in (
        load_image(tmp_path / "a.png", image, 5),
        load_image(saved(pixels), image, 5),
        read_image(pixels, image, 5)[0],
        convert(pixels, image, 5),
        convert(Image.fromarray(pixels), image, 5),
    ):
        assert np.array_equal(other, expected)


@pytest.mark.parametrize("mode", ["squash", "crop", "fill", "half-crop"])
def test_a_large_jpeg_is_about_what_its_pixels_would_give(mode):
    small = noise(15, 20, 3)
    picture = Image.fromarray(small).resize((1000, 750), Image.Resampling.BICUBIC)
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=95)
    image = ImageFormat(64, 64, 3, mode, "constant")
    found, size = read_image(file.getvalue(), image)
    difference = np.abs(found.astype(int) - convert(picture, image))
    assert size == (1000, 750)
    # What does not divide is cut off the ends, here before and there after the first halvings.
    assert difference.mean() < 4
    assert np.quantile(difference, 0.99) <= 25


def test_nearest_takes_pixels_of_the_original_even_of_a_large_jpeg():
    file = io.BytesIO()
    Image.fromarray(noise(512, 512)).save(file, "JPEG")
    whole = np.asarray(Image.open(file))
    found, _ = read_image(file.getvalue(), ImageFormat(32, 32, 1, resample="nearest"))
    assert np.array_equal(found[..., 0], whole[8::16, 8::16])


@pytest.mark.parametrize("mode", ["squash", "crop", "fill", "half-crop"])
def test_sixteen_bits_and_floats_are_kept_when_asked(mode):
    deep = noise(30, 40, dtype="uint16")
    kept, _ = read_image(saved(deep), ImageFormat(20, 20, 1, mode, dtype="uint16"))
    shown, _ = read_image(saved(deep), ImageFormat(20, 20, 1, mode))
    assert kept.dtype == np.uint16
    assert np.abs(kept / 257 - shown).max() <= 1.01
    floats = (deep / np.float32(100) - 300).astype(np.float32)
    kept, _ = read_image(floats, ImageFormat(20, 20, 1, mode, dtype="float32"))
    assert kept.dtype == np.float32
    assert kept.min() < -100
    with pytest.raises(DataError, match="ask for float32"):
        read_image(floats, ImageFormat(20, 20, 1, mode))


def test_many_channels_are_kept_when_asked_and_else_refused():
    many = noise(10, 10, 8)
    assert np.array_equal(read_image(many, ImageFormat(10, 10, 8))[0], many)
    with pytest.raises(DataError, match="8 channels, which cannot become 3"):
        read_image(many, ImageFormat(10, 10, 3))


def test_the_background_shows_through():
    clear = np.zeros((6, 6, 4), np.uint8)
    image = ImageFormat(4, 4, 3, background="#102030")
    assert convert(clear, image)[0, 0].tolist() == [16, 32, 48]
    assert read_image(saved(clear), image)[0][3, 3].tolist() == [16, 32, 48]


def test_what_cannot_be_read_gives_its_reason(tmp_path):
    with pytest.raises(DataError, match="not an image"):
        read_image(b"text", ImageFormat())
    with pytest.raises(NotFound):
        load_image(tmp_path / "a.png", ImageFormat())
