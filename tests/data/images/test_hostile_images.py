"""Mutated images and decompression bombs: refused with a reason, quickly, in little memory.

Three hundred mutations are tried by default, ten thousand with ``WORKBENCH_THOROUGH=1``.
"""

import io
import os
import struct
import time
import tracemalloc
import zlib

import numpy as np
import psutil
import pytest
from PIL import Image

from workbench.data.images.decode import decode
from workbench.data.images.image_format import ImageFormat, read_image
from workbench.data.images.jpeg import decode_jpeg
from workbench.data.images.other_formats import decode_other
from workbench.data.images.png import SIGNATURE, decode_png
from workbench.errors import DataError, MissingExtra

THOROUGH = os.environ.get("WORKBENCH_THOROUGH") == "1"
COUNT = 10_000 if THOROUGH else 300
SECONDS = 5  # for one image of 64×48; a thousand times what it takes
MEMORY = 300 << 20  # bytes more than before; such an image has 9,216
FORMATS = {
    "PNG": [{}, {"mode": "L"}, {"mode": "P"}, {"mode": "LA"}, {"mode": "RGBA"}, {"mode": "1"}],
    "JPEG": [{}, {"mode": "L"}, {"mode": "CMYK"}, {"progressive": True}, {"exif": True}],
    "BMP": [{}, {"mode": "L"}, {"mode": "P"}],
    "PPM": [{}, {"mode": "L"}, {"mode": "1"}],
    "GIF": [{}, {"save_all": True}],
    "WEBP": [{}, {"mode": "RGBA"}, {"lossless": True}, {"save_all": True}],
    "TIFF": [{}, {"compression": "tiff_lzw"}, {"compression": "tiff_deflate"}, {"mode": "F"}],
}


def photograph(mode):
    small = np.random.default_rng(0).integers(0, 256, (6, 8, 3), dtype=np.uint8)
    return Image.fromarray(small).resize((64, 48), Image.Resampling.BICUBIC).convert(mode)


def saved(form, mode="RGB", exif=False, save_all=False, **options):
    image = photograph("L" if mode == "F" else mode).convert(mode)
    if exif:
        options["exif"] = Image.Exif()
        options["exif"][0x0112] = 6
    if save_all:
        options |= {"save_all": True, "append_images": [image.transpose(0)]}
    file = io.BytesIO()
    image.save(file, form, **options)
    return file.getvalue()


def deep():
    """Sixteen bits and arrays, which Pillow does not write."""
    cv2 = pytest.importorskip("cv2")
    pixels = np.asarray(photograph("RGB")) * np.uint16(257)
    for suffix in (".png", ".tif", ".ppm"):
        yield suffix, cv2.imencode(suffix, pixels)[1].tobytes()
    yield ".png", cv2.imencode(".png", pixels[..., 0])[1].tobytes()
    file = io.BytesIO()
    np.save(file, pixels)
    yield "npy", file.getvalue()


def seeds():
    images = [(form, saved(form, **options)) for form, ways in FORMATS.items() for options in ways]
    return [*images, *deep()]


def mutated(data, random):
    """Real damage: bytes changed, cut, doubled, left out, numbers set to extremes."""
    data = bytearray(data)
    for _ in range(random.integers(1, 4)):
        kind, place = random.integers(0, 7), int(random.integers(0, max(1, len(data))))
        # Headers matter most, so half of the damage is done there.
        place = min(place, int(random.integers(0, 64))) if random.random() < 0.5 else place
        if kind <= 1:
            data[place : place + 1] = bytes([random.integers(0, 256)])
        elif kind == 2:
            data = data[:place]
        elif kind == 3:
            data[place:place] = data[place : place + int(random.integers(1, 40))]
        elif kind == 4:
            del data[place : place + int(random.integers(1, 40))]
        elif kind == 5:
            data[place : place + 4] = random.choice([b"\xff" * 4, b"\0" * 4, b"\x7f\xff\xff\xff"])
        else:
            data[place : place + 8] = random.bytes(8)
    return mended(bytes(data)) if random.random() < 0.5 else bytes(data)


def mended(data):
    """A PNG's checksums made right again, lest they hide what lies behind."""
    if not data.startswith(SIGNATURE):
        return data
    made, place = [SIGNATURE], 8
    while place + 12 <= len(data):
        (length,) = struct.unpack_from(">I", data, place)
        body = data[place + 4 : place + 8 + length]
        made.append(data[place : place + 4] + body + struct.pack(">I", zlib.crc32(body)))
        place += 12 + length
    return b"".join(made)


def verdict(read, data):
    """The picture, None for another way's, or the reason why not."""
    try:
        return read(data)
    except MissingExtra:
        return None
    except DataError as error:
        return str(error) or pytest.fail("refused without a reason")


def compare(data):
    """Hold the fast ways against Pillow; return the word for how they came out."""
    fast = decode_jpeg if data[:2] == b"\xff\xd8" else decode_png
    found = verdict(fast, data)
    if found is None:
        return "left to Pillow"
    slow = verdict(decode_other, data)
    if isinstance(found, str):
        # The fast ways also refuse images of which Pillow would show the sound part.
        return "both refuse" if isinstance(slow, str) else f"refused here: {found[:24]}"
    if isinstance(slow, str):
        return f"refused by Pillow: {slow[:60]}"
    difference = np.abs(_eight_bits(found.pixels) - _eight_bits(slow.pixels))
    assert found.pixels.shape == slow.pixels.shape
    assert difference.max() <= 1
    return "both accept"


def _eight_bits(pixels):
    return np.rint(pixels / 257).astype(int) if pixels.dtype == np.uint16 else pixels.astype(int)


@pytest.mark.timeout(3600 if THOROUGH else 120)
def test_mutated_images_are_read_or_refused_with_a_reason(capfd):
    images = seeds()
    random = np.random.default_rng(2024)
    formats = [ImageFormat(32, 24, 3, mode) for mode in ("squash", "crop", "fill", "half-crop")]
    slowest, refused, words = 0.0, 0, {}
    memory, most = psutil.Process().memory_info().rss, 0
    for number in range(COUNT):
        data = mutated(images[number % len(images)][1], random)
        started = time.perf_counter()
        found = verdict(lambda data, n=number: read_image(data, formats[n % 4])[0], data)
        slowest = max(slowest, time.perf_counter() - started)
        most = max(most, psutil.Process().memory_info().rss - memory)
        refused += isinstance(found, str)
        if isinstance(found, np.ndarray):
            assert (found.shape, found.dtype) == ((24, 32, 3), np.uint8)
        if data[:2] == b"\xff\xd8" or data[:8] == SIGNATURE:
            word = compare(data)
            words[word] = words.get(word, 0) + 1
    assert slowest < SECONDS
    assert most < MEMORY
    assert COUNT / 10 < refused < COUNT
    assert not any(word.startswith("refused by Pillow") for word in words), words
    if THOROUGH:
        with capfd.disabled():
            print(f"\n{COUNT} mutations, {refused} refused, slowest {slowest:.3f} s")
            print(f"{most >> 20} MiB more, {words}")


def test_every_format_is_read_before_it_is_mutated():
    for name, data in seeds():
        picture = decode(data)
        assert sorted(picture.size) == [48, 64], name


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_bomb(width, height, bits=8, colour=2):
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, 0))
    return SIGNATURE + header + chunk(b"IDAT", zlib.compress(b"\0" * 10**6)) + chunk(b"IEND", b"")


def bmp_bomb(width, height, bits=24, compression=0):
    header = struct.pack("<IiiHHIIiiII", 40, width, height, 1, bits, compression, 0, 0, 0, 0, 0)
    return b"BM" + struct.pack("<IHHI", 54, 0, 0, 54) + header + b"\0" * 100


def gif_bomb(width, height):
    screen = b"GIF89a" + struct.pack("<HHBBB", width, height, 0x80, 0, 0) + b"\0\0\0\xff\xff\xff"
    frame = b"," + struct.pack("<HHHHB", 0, 0, width, height, 0)
    return screen + frame + b"\x02\x02\x44\x01\x00;"


def tiff_bomb(width, height, channels=1, bits=8, compression=5, order="<"):
    tags = [
        (256, 4, width),
        (257, 4, height),
        (258, 3, bits),
        (259, 3, compression),
        (262, 3, 1 if channels != 3 else 2),
        (273, 4, 8),
        (277, 3, channels),
        (278, 4, height),
        (279, 4, 20),
    ]
    body = b"".join(
        struct.pack(order + "HHI", tag, kind, 1)
        + (struct.pack(order + ("I" if kind == 4 else "H"), value)).ljust(4, b"\0")
        for tag, kind, value in tags
    )
    start = b"II*\0" if order == "<" else b"MM\0*"
    return (
        start
        + struct.pack(order + "I", 40)
        + b"\0" * 32
        + struct.pack(order + "H", len(tags))
        + body
        + b"\0" * 4
    )


def webp_bomb(width, height):
    extended = b"VP8X" + struct.pack("<I", 10) + b"\x02\0\0\0"
    extended += (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    body = b"WEBP" + extended + b"ANIM" + struct.pack("<IIH", 6, 0, 0)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def webp_lossless_bomb(width, height):
    size = struct.pack("<I", (width - 1) | (height - 1) << 14)
    body = b"WEBPVP8L" + struct.pack("<I", 20) + b"\x2f" + size + b"\0" * 15
    return b"RIFF" + struct.pack("<I", len(body)) + body


def jpeg_bomb(width, height, marker=0xC0):
    data = saved("JPEG", progressive=marker == 0xC2)
    place = data.index(bytes([0xFF, marker]))
    return data[: place + 5] + struct.pack(">HH", height, width) + data[place + 9 :]


def ppm_bomb(width, height, kind=6, most=255):
    return b"P%d %d %d %d\n" % (kind, width, height, most) + b"\0" * 100


def npy_bomb(shape, dtype="|u1", version=1):
    header = repr({"descr": dtype, "fortran_order": False, "shape": shape}).encode()
    length = struct.pack("<H" if version == 1 else "<I", len(header))
    return b"\x93NUMPY" + bytes([version, 0]) + length + header + b"\0" * 100


BOMBS = [
    *[
        png_bomb(*size)
        for size in ((60_000, 60_000), (2**31 - 1, 2**31 - 1), (10**9, 1), (1, 10**9))
    ],
    *[png_bomb(9_460, 9_460, *kind) for kind in ((1, 0), (8, 3), (8, 6), (16, 0), (16, 6))],
    png_bomb(9_400, 9_400, 16, 6),
    *[bmp_bomb(*size) for size in ((100_000, 100_000), (2**31 - 1, 2**31 - 1), (30_000, -30_000))],
    *[bmp_bomb(50_000, 50_000, *kind) for kind in ((1, 0), (8, 1), (32, 0))],
    *[gif_bomb(*size) for size in ((65_535, 65_535), (65_535, 2_000), (10_000, 9_000))],
    *[
        tiff_bomb(*size)
        for size in ((100_000, 100_000), (2**31, 2**31), (2**32 - 1, 1), (1, 2**32 - 1))
    ],
    tiff_bomb(50_000, 50_000, 3),
    tiff_bomb(9_000, 9_000, 4, 16),
    tiff_bomb(9_000, 9_000, 64),
    tiff_bomb(50_000, 50_000, 1, 1, 4),
    tiff_bomb(50_000, 50_000, 1, 32, 8, ">"),
    tiff_bomb(1_000, 1_000, 60_000),
    *[webp_bomb(*size) for size in ((16_777_216, 250), (16_384, 16_384), (10_000, 10_000))],
    *[webp_lossless_bomb(*size) for size in ((16_384, 16_384), (16_384, 6_000))],
    *[jpeg_bomb(*size) for size in ((65_500, 65_500), (65_500, 1_400), (10_000, 9_000))],
    *[jpeg_bomb(*size, 0xC2) for size in ((65_500, 65_500), (9_500, 9_500))],
    *[ppm_bomb(*size) for size in ((100_000, 100_000), (10**9, 10**9), (10**8, 1))],
    *[ppm_bomb(50_000, 50_000, *kind) for kind in ((5, 255), (5, 65535), (6, 65535))],
    *[
        npy_bomb(shape)
        for shape in ((10**5, 10**5), (10**9, 10**9, 3), (2**63, 2), (9_000, 9_000, 9))
    ],
    npy_bomb((9_400, 9_400), "<f8"),
    npy_bomb((50_000, 50_000, 4), "<f4", 2),
    npy_bomb((10_000, 10_000), "<u2", 3),
]


def test_there_are_fifty_bombs():
    assert len(BOMBS) >= 50


@pytest.mark.parametrize("number", range(len(BOMBS)))
def test_a_bomb_is_refused_before_it_is_decoded(number):
    data = BOMBS[number]
    assert len(data) < 20_000
    tracemalloc.start()
    with pytest.raises(DataError, match="more than"):
        decode(data)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 5_000_000
