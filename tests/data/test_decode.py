import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from workbench.data.decode import open_image, read_bytes
from workbench.errors import DataError, NotFound


def saved(image, form, **options):
    file = io.BytesIO()
    image.save(file, form, **options)
    return file.getvalue()


def colours(width=8, height=6):
    return Image.fromarray(np.arange(width * height * 3, dtype=np.uint8).reshape(height, width, 3))


def png_claiming(width, height):
    """A PNG of a few bytes whose header promises any size."""

    def chunk(kind, data):
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    data = chunk(b"IDAT", zlib.compress(b"\0" * 100))
    return b"\x89PNG\r\n\x1a\n" + header + data + chunk(b"IEND", b"")


@pytest.mark.parametrize("form", ["PNG", "BMP", "PPM", "TIFF"])
def test_lossless_formats_give_their_pixels(form):
    image = colours()
    assert np.array_equal(np.asarray(open_image(saved(image, form))), np.asarray(image))


def test_jpeg_is_upright_by_its_exif_orientation():
    exif = Image.Exif()
    exif[0x0112] = 6
    assert open_image(saved(colours(8, 6), "JPEG", exif=exif)).size == (6, 8)


def test_alpha_is_laid_on_white():
    image = Image.new("RGBA", (2, 1), (10, 20, 30, 0))
    image.putpixel((1, 0), (10, 20, 30, 255))
    assert np.asarray(open_image(saved(image, "PNG"))).tolist() == [[[255, 255, 255], [10, 20, 30]]]


def test_sixteen_bits_are_scaled_down():
    image = Image.fromarray(np.array([[0, 257, 65535]], np.uint16))
    decoded = open_image(saved(image, "PNG"))
    assert decoded.mode == "L"
    assert np.asarray(decoded).tolist() == [[0, 1, 255]]


def test_of_an_animation_the_first_frame_is_taken():
    frames = [Image.new("L", (3, 3), value) for value in (40, 200)]
    data = saved(frames[0], "GIF", save_all=True, append_images=frames[1:])
    assert set(np.asarray(open_image(data).convert("L")).reshape(-1)) == {40}


def npy(array, **options):
    file = io.BytesIO()
    np.save(file, array, **options)
    return file.getvalue()


def test_an_array_file_is_an_image():
    array = np.arange(12, dtype=np.uint8).reshape(3, 4)
    assert np.array_equal(np.asarray(open_image(npy(array))), array)


PNG = saved(colours(64, 64), "PNG")
JPEG = saved(colours(64, 64), "JPEG")


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (PNG[: len(PNG) // 2], "damaged"),
        (JPEG[: len(JPEG) // 2], "damaged"),
        (PNG[:60] + b"\0" * 20 + PNG[80:], "damaged"),
        (b"this is a text", "not an image of an allowed format"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n", "not an image of an allowed format"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not an image of an allowed format"),
        (png_claiming(60_000, 60_000), "more than 89,478,485 pixels"),
        (npy(np.zeros((2, 2, 8), np.uint8)), "8 channels"),
        (npy(np.array([{}], dtype=object), allow_pickle=True), "never unpickled"),
        (npy(np.zeros((2, 2)))[:-9], "damaged"),
    ],
)
def test_what_is_no_image_is_refused_with_its_reason(data, reason):
    with pytest.raises(DataError, match=reason):
        open_image(data)


def test_an_empty_file_a_folder_and_nothing_at_all(tmp_path):
    (tmp_path / "empty.png").write_bytes(b"")
    with pytest.raises(DataError, match="empty file"):
        read_bytes(tmp_path / "empty.png")
    with pytest.raises(DataError, match="directory"):
        read_bytes(tmp_path)
    with pytest.raises(NotFound, match=r"there is no file .*nothing\.png"):
        read_bytes(tmp_path / "nothing.png")
