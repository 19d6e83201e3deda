import io
import os
import struct
import sys
import warnings
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from workbench.data.images import jpeg, png
from workbench.data.images.decode import decode, open_image, read_bytes
from workbench.data.images.image_format import ImageFormat, read_image
from workbench.data.images.jpeg import decode_jpeg
from workbench.data.images.other_formats import decode_other
from workbench.data.images.png import decode_png
from workbench.errors import DataError, MissingExtra, NotFound

TURN = Image.Transpose
UNDO = {
    2: TURN.FLIP_LEFT_RIGHT,
    3: TURN.ROTATE_180,
    4: TURN.FLIP_TOP_BOTTOM,
    5: TURN.TRANSPOSE,
    6: TURN.ROTATE_270,
    7: TURN.TRANSVERSE,
    8: TURN.ROTATE_90,
}


def saved(image, form, **options):
    file = io.BytesIO()
    image.save(file, form, **options)
    return file.getvalue()


def colours(width=8, height=6):
    return Image.fromarray(np.arange(width * height * 3, dtype=np.uint8).reshape(height, width, 3))


def photograph(width=64, height=48, mode="RGB"):
    small = np.random.default_rng(0).integers(0, 256, (6, 8, 3), dtype=np.uint8)
    return Image.fromarray(small).resize((width, height), Image.Resampling.BICUBIC).convert(mode)


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_of(pixels, colour, extra=b"", width=None):
    """A PNG of 8 or 16 bits without filters."""
    height, found = pixels.shape[:2]
    bits = 8 * pixels.dtype.itemsize
    rows = pixels.astype(pixels.dtype.newbyteorder(">")).reshape(height, -1)
    body = b"".join(b"\0" + row.tobytes() for row in rows)
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width or found, height, bits, colour, 0, 0, 0))
    image = chunk(b"IDAT", zlib.compress(body))
    return png.SIGNATURE + header + extra + image + chunk(b"IEND", b"")


def png_claiming(width, height):
    """A PNG of a few bytes whose header promises any size."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    data = chunk(b"IDAT", zlib.compress(b"\0" * 100))
    return png.SIGNATURE + header + data + chunk(b"IEND", b"")


def npy(array, **options):
    file = io.BytesIO()
    np.save(file, array, **options)
    return file.getvalue()


@pytest.mark.parametrize("form", ["PNG", "BMP", "PPM", "TIFF"])
def test_lossless_formats_give_their_pixels(form):
    image = colours()
    picture = decode(saved(image, form))
    assert np.array_equal(picture.pixels, np.asarray(image))
    assert (picture.alpha, picture.size) == (False, (8, 6))


@settings(max_examples=60, deadline=None)
@given(
    st.integers(1, 20), st.integers(1, 20), st.sampled_from([0, 2]), st.sampled_from(["u1", "u2"])
)
def test_a_png_gives_the_pixels_that_were_put_in(width, height, colour, dtype):
    top = np.iinfo(dtype).max + 1
    shape = (height, width, 1 if colour == 0 else 3)
    pixels = np.random.default_rng(width).integers(0, top, shape, dtype=dtype)
    assert np.array_equal(decode_png(png_of(pixels, colour)).pixels, pixels)


@pytest.mark.parametrize("mode", ["L", "RGB"])
@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"subsampling": 0}])
def test_the_fast_way_of_jpeg_gives_what_pillow_gives(mode, options):
    data = saved(photograph(67, 45, mode), "JPEG", quality=90, **options)
    fast, slow = decode_jpeg(data), decode_other(data)
    assert fast.size == slow.size == (67, 45)
    assert np.abs(fast.pixels.astype(int) - slow.pixels).max() <= 1


@pytest.mark.parametrize(
    ("size", "target", "expected"),
    [
        ((400, 300), (50, 50), (200, 150)),
        ((400, 300), (20, 20), (100, 75)),
        ((400, 300), (18, 18), (50, 38)),
        ((400, 300), (101, 76), (400, 300)),
        ((403, 301), (20, 20), (101, 76)),
    ],
)
def test_a_jpeg_is_decoded_smaller_while_twice_the_target_remains(size, target, expected):
    picture = decode(saved(photograph(*size), "JPEG"), lambda found: target)
    assert picture.size == size
    assert picture.pixels.shape == (expected[1], expected[0], 3)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_an_image_is_upright_by_its_exif_orientation(form, orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    image = photograph()
    options = {} if form in ("PNG", "TIFF") else {"quality": 95}
    picture = decode(saved(image, form, exif=exif, **options))
    expected = image if orientation == 1 else image.transpose(UNDO[orientation])
    assert picture.size == expected.size
    difference = np.abs(picture.pixels.astype(int) - np.asarray(expected))
    assert difference.mean() < 4


def test_damaged_exif_does_not_spoil_the_image():
    plain = saved(photograph(), "JPEG")
    note = b"Exif\0\0II*\0\xff\xff\xff\xff garbage"
    data = plain[:2] + b"\xff\xe1" + struct.pack(">H", len(note) + 2) + note + plain[2:]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert np.array_equal(decode(data).pixels, decode(plain).pixels)


def test_orientation_told_in_xmp_is_honoured():
    plain = saved(photograph(), "JPEG")
    note = b'http://ns.adobe.com/xap/1.0/\0<x:xmpmeta tiff:Orientation="6"></x:xmpmeta>'
    data = plain[:2] + b"\xff\xe1" + struct.pack(">H", len(note) + 2) + note + plain[2:]
    assert decode(data).size == (48, 64)


def test_cmyk_becomes_the_colours_it_stands_for():
    red = Image.new("CMYK", (16, 16), (0, 255, 255, 0))
    assert np.abs(decode(saved(red, "JPEG", quality=95)).pixels - [254, 0, 0]).max() <= 3


def test_alpha_is_kept_and_laid_on_a_background():
    image = Image.new("RGBA", (2, 1), (10, 20, 30, 0))
    image.putpixel((1, 0), (10, 20, 30, 255))
    data = saved(image, "PNG")
    assert decode(data).alpha
    assert np.asarray(open_image(data)).tolist() == [[[255, 255, 255], [10, 20, 30]]]
    assert np.asarray(open_image(data, "#204060"))[0, 0].tolist() == [0x20, 0x40, 0x60]


@pytest.mark.parametrize(("mode", "value"), [("LA", (40, 0)), ("P", 0)])
def test_transparent_grey_and_palettes_are_laid_on_white(mode, value):
    image = Image.new(mode, (3, 2), value)
    data = saved(image, "PNG", **({"transparency": 0} if mode == "P" else {}))
    assert set(np.asarray(open_image(data)).reshape(-1)) == {255}


def test_one_bit_is_black_and_white():
    image = Image.fromarray(np.array([[True, False]]))
    assert decode(saved(image, "PNG")).pixels.reshape(-1).tolist() == [255, 0]


def test_sixteen_bits_are_kept_and_scaled_down_for_a_screen():
    image = Image.fromarray(np.array([[0, 257, 65535]], np.uint16))
    for form in ("PNG", "TIFF"):
        data = saved(image, form)
        assert decode(data).pixels.reshape(-1).tolist() == [0, 257, 65535]
        assert open_image(data).mode == "L"
        assert np.asarray(open_image(data)).tolist() == [[0, 1, 255]]


@pytest.mark.parametrize("most", [65535, 1023])
def test_a_deep_ppm_keeps_its_bits(most):
    values = np.array([0, 1, most // 2, most, 7, most - 1], ">u2")
    data = b"P6 # a note\n2 1\n%d\n" % most + values.tobytes()
    expected = np.rint(values * (65535 / most)).astype(int).tolist()
    assert decode(data).pixels.reshape(-1).tolist() == expected
    with pytest.raises(DataError, match="truncated"):
        decode(data[:-1])


def test_sixteen_bits_with_opacity_stay_sixteen():
    pixels = np.random.default_rng(0).integers(0, 65536, (3, 5, 4), dtype=np.uint16)
    picture = decode(png_of(pixels, 6))
    assert picture.alpha
    assert np.array_equal(picture.pixels, pixels)


def test_notes_in_a_png_change_nothing_and_are_not_unpacked():
    pixels = np.arange(24, dtype=np.uint8).reshape(4, 6, 1)
    bomb = chunk(b"zTXt", b"a\0\0" + zlib.compress(b"\0" * 50_000_000))
    notes = chunk(b"tEXt", b"a\0b") + bomb + chunk(b"iCCP", b"x\0\0nonsense") + bomb
    assert np.array_equal(decode_png(png_of(pixels, 0, notes)).pixels, pixels)


def test_of_an_animation_the_first_frame_is_taken():
    frames = [Image.new("L", (3, 3), value) for value in (40, 200)]
    data = saved(frames[0], "GIF", save_all=True, append_images=frames[1:])
    assert set(np.asarray(open_image(data).convert("L")).reshape(-1)) == {40}
    data = saved(frames[0], "TIFF", save_all=True, append_images=frames[1:])
    assert set(decode(data).pixels.reshape(-1)) == {40}


def tiff(array, **options):
    tifffile = pytest.importorskip("tifffile")
    file = io.BytesIO()
    tifffile.imwrite(file, array, **options)
    return file.getvalue()


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "float32"])
@pytest.mark.parametrize("channels", [2, 3, 4, 5, 12])
@pytest.mark.parametrize("byteorder", ["<", ">"])
@pytest.mark.parametrize("compression", [None, "zlib"])
def test_a_tiff_keeps_its_channels_and_depth(dtype, channels, byteorder, compression):
    array = np.random.default_rng(0).integers(0, 256, (9, 7, channels)).astype(dtype)
    array = array * 200 if dtype != "uint8" else array
    data = tiff(
        array,
        photometric="rgb" if channels == 3 else "minisblack",
        planarconfig="contig",
        byteorder=byteorder,
        compression=compression,
    )
    picture = decode(data)
    assert picture.pixels.dtype == dtype
    assert np.array_equal(picture.pixels, array)


@pytest.mark.parametrize("dtype", ["uint16", "float32"])
def test_a_tiff_with_planes_apart_is_the_same(dtype):
    array = np.random.default_rng(0).integers(0, 256, (9, 7, 3)).astype(dtype)
    planes = np.ascontiguousarray(np.moveaxis(array, -1, 0))
    data = tiff(planes, photometric="rgb", planarconfig="separate")
    assert np.array_equal(decode(data).pixels, array)


def test_a_deep_tiff_is_turned_upright():
    array = np.random.default_rng(0).integers(0, 65536, (9, 7, 3), dtype=np.uint16)
    data = tiff(array, photometric="rgb", extratags=[(274, "H", 1, 6, False)])
    assert np.array_equal(decode(data).pixels, np.rot90(array, -1))


def test_colours_multiplied_with_opacity_are_divided_by_it():
    array = np.array([[[16384, 0, 32768, 32768], [0, 0, 0, 0]]], np.uint16)
    picture = decode(tiff(array, photometric="rgb", extrasamples=["assocalpha"]))
    assert picture.alpha
    assert np.abs(picture.pixels[0, 0].astype(int) - [32768, 0, 65535, 32768]).max() <= 1


def test_a_tiff_that_ends_too_early_is_refused():
    data = tiff(np.zeros((20, 20, 3), np.uint16), photometric="rgb")
    with pytest.raises(DataError, match="truncated"):
        decode(data[:-10])


def test_the_absence_of_an_optional_library_names_the_extra(monkeypatch):
    data = tiff(np.zeros((4, 4, 7), np.uint8), photometric="minisblack", planarconfig="contig")
    monkeypatch.setitem(sys.modules, "tifffile", None)
    with pytest.raises(MissingExtra, match=r"jupyter-workbench\[tiff\]"):
        decode(data)
    # Of many files it is one that cannot be read.
    with pytest.raises(DataError, match=r"jupyter-workbench\[tiff\]"):
        read_image(data, ImageFormat(4, 4, 7))


@pytest.mark.parametrize("dtype", ["u1", "<u2", ">u2", "<f4", ">f8", "?", "i4"])
@pytest.mark.parametrize("order", ["C", "F"])
def test_an_array_file_is_an_image(dtype, order):
    array = np.arange(60).reshape(3, 4, 5).astype(dtype, order=order)
    picture = decode(npy(array))
    expected = array * 255 if dtype == "?" else array
    assert np.array_equal(picture.pixels, expected)
    assert picture.size == (4, 3)


PNG = saved(colours(64, 64), "PNG")
JPEG = saved(photograph(64, 64), "JPEG")


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty file"),
        (PNG[: len(PNG) // 2], "damaged"),
        (PNG[:-12], r"damaged \(truncated\)"),
        (PNG[:-1], r"damaged \(truncated\)"),
        (PNG[:60] + b"\0" * 20 + PNG[80:], r"damaged \(checksum\)"),
        (PNG[:20], "damaged"),
        (png_of(np.zeros((4, 4, 1), np.uint8), 0, width=5), "damaged"),
        (png_claiming(60_000, 60_000), "more than 89,478,485 pixels"),
        (png_claiming(0, 4), "impossible size 0×4"),
        (JPEG[: len(JPEG) // 2], "damaged"),
        (JPEG[:-2], "damaged"),
        (JPEG[: len(JPEG) * 3 // 4] + b"\xff\xd9", "damaged"),
        (saved(colours(), "GIF")[:-1], r"damaged \(truncated\)"),
        (b"this is a text", "not an image of an allowed format"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n", "not an image of an allowed format"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not an image of an allowed format"),
        (npy(np.zeros((2, 2, 8), np.uint8)), "8 channels"),
        (npy(np.array([{}], dtype=object), allow_pickle=True), "never unpickled"),
        (npy(np.zeros((2, 2)))[:-9], r"damaged \(truncated\)"),
        (npy(np.zeros((2, 2)))[:20], "damaged"),
        (npy(np.zeros(4)), "no \\(height, width"),
        (npy(np.zeros((0, 4))), "impossible size 4×0"),
        (npy(np.full((2, 2), np.nan)), "not finite"),
        (npy(np.full((2, 2), -3.0)), "floats of -3 to -3"),
        (npy(np.full((2, 2), "a")), "which are no pixels"),
    ],
)
def test_what_is_no_image_is_refused_with_its_reason(data, reason):
    with pytest.raises(DataError, match=reason):
        open_image(data)


def test_a_small_jpeg_of_endless_passes_is_refused():
    data = saved(photograph(64, 64), "JPEG", progressive=True)
    start = data.index(b"\xff\xda")
    last = data.rindex(b"\xff\xda")
    header = bytearray(data[:start])
    frame = header.index(b"\xff\xc2")
    header[frame + 5 : frame + 9] = struct.pack(">HH", 9000, 9000)
    data = bytes(header) + data[last:-2] * 30 + b"\xff\xd9"
    for read in (decode, decode_other):
        with pytest.raises(DataError, match="too many scans"):
            read(data)


def test_padding_between_the_segments_of_a_jpeg_is_passed_over():
    assert np.array_equal(decode_jpeg(b"\xff\xd8\xff\xff" + JPEG[2:]).pixels, decode(JPEG).pixels)


def test_a_jpeg_header_is_read_or_left_to_others():
    header = jpeg.read_header(saved(photograph(30, 20), "JPEG"))
    assert header == (30, 20, 3, True, 1, False)
    assert jpeg.read_header(saved(photograph(30, 20, "CMYK"), "JPEG")).plain is False
    assert jpeg.read_header(b"\xff\xd8\xff\xe0") is None


def test_an_empty_file_a_folder_and_nothing_at_all(tmp_path):
    (tmp_path / "empty.png").write_bytes(b"")
    with pytest.raises(DataError, match="empty file"):
        read_bytes(tmp_path / "empty.png")
    with pytest.raises(DataError, match="directory|folder"):
        read_bytes(tmp_path)
    (tmp_path / "full.png").write_bytes(PNG)
    assert read_bytes(tmp_path / "full.png") == read_bytes(PNG) == PNG
    with pytest.raises(NotFound, match=r"there is no file .*nothing\.png"):
        read_bytes(tmp_path / "nothing.png")


def test_a_file_beyond_the_limit_and_what_is_no_file_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("workbench.data.images.decode.MAX_BYTES", 200_000)
    for size in (1, 40_000, 200_000):
        (tmp_path / "a.png").write_bytes(b"x" * size)
        assert read_bytes(tmp_path / "a.png") == b"x" * size
    (tmp_path / "a.png").write_bytes(bytes(200_001))
    with pytest.raises(DataError, match="larger than 1 GiB"):
        read_bytes(tmp_path / "a.png")
    if os.path.exists("/dev/zero"):  # never ends
        with pytest.raises(DataError, match="device"):
            read_bytes("/dev/zero")
