"""PNG: its chunks, and the fast way to its pixels."""

from __future__ import annotations

import struct
import zlib

import numpy as np

from workbench.data.images.opencv import opencv
from workbench.data.images.orientation import read_orientation, upright
from workbench.data.images.pixels import Picture, check_size
from workbench.errors import DataError

SIGNATURE = b"\x89PNG\r\n\x1a\n"
_CHANNELS = {0: 1, 2: 3, 3: 4, 4: 2, 6: 4}
_GREY_AND_OPACITY = 4
_HEADER = struct.Struct(">I4sIIBB")
_CHUNK = struct.Struct(">I4s")
_SUM = struct.Struct(">I")
_Place = tuple[bytes, int, int]
_IMAGE = (b"IDAT", b"IHDR", b"IEND")


def decode_png(data: bytes) -> Picture | None:
    """Decode a grey or colour PNG of 8 bits, or any of 16, upright.

    The whole file is checked first: the order and the checksums of its chunks, and its end.

    Returns:
        None for what needs a more patient decoder: palettes, fewer bits, 8 bits with opacity.

    Raises:
        DataError: damaged or too large; the message is the reason alone.
    """
    others = _check_chunks(data)
    length, kind, width, height, bits, colour = _HEADER.unpack_from(data, 8)
    if kind != b"IHDR" or length != 13 or colour not in _CHANNELS:
        raise DataError("damaged (bad header)")
    check_size(width, height, _CHANNELS[colour] * (2 if bits == 16 else 1))
    kinds = [kind for kind, _, _ in others] if others else []
    if bits != 16 and (bits != 8 or colour not in (0, 2) or b"tRNS" in kinds):
        return None
    pixels = _pixels(_without(data, others) if others else data)
    if pixels is None:
        return None
    if colour == _GREY_AND_OPACITY:
        pixels = pixels[..., [0, 3]]
    if b"tRNS" in kinds and colour in (0, 2):
        pixels = _with_opacity(pixels, _body(data, others[kinds.index(b"tRNS")]))
    if b"eXIf" in kinds:
        pixels = upright(pixels, read_orientation(_body(data, others[kinds.index(b"eXIf")])))
    return Picture(pixels, pixels.shape[2] in (2, 4), (pixels.shape[1], pixels.shape[0]))


def _check_chunks(data: bytes) -> list[_Place]:
    """Check every chunk; return name, start and end of those that make no pixels."""
    others: list[_Place] = []
    position, last = 8, len(data) - 12
    while position <= last:
        length, kind = _CHUNK.unpack_from(data, position)
        end = position + 12 + length
        if end > last + 12:
            break
        # The sum covers the chunk's name and body.
        if zlib.crc32(data[position + 4 : end - 4]) != _SUM.unpack_from(data, end - 4)[0]:
            raise DataError("damaged (checksum)")
        if kind == b"IEND":
            return others
        if kind not in _IMAGE:
            others.append((kind, position, end))
        position = end
    raise DataError("damaged (truncated)")


def _body(data: bytes, place: _Place) -> bytes:
    _, start, end = place
    return data[start + 8 : end - 4]


def _with_opacity(pixels: np.ndarray, key: bytes) -> np.ndarray:
    """Make one value of 16 bits, or one colour, transparent; a key of a wrong length says none."""
    if len(key) != 2 * pixels.shape[2]:
        return pixels
    clear = (pixels == np.frombuffer(key, ">u2")).all(axis=2, keepdims=True)
    return np.concatenate([pixels, np.where(clear, 0, 65535).astype(np.uint16)], axis=2)


def _without(data: bytes, others: list[_Place]) -> bytes:
    """Notes and profiles change no pixel, and some unpack to any size."""
    pieces, position = [], 0
    for _, start, end in others:
        pieces.append(data[position:start])
        position = end
    return b"".join([*pieces, data[position:]])


def _pixels(data: bytes) -> np.ndarray | None:
    cv2 = opencv()

    try:
        pixels = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    except cv2.error:
        return None
    if pixels is None:
        return None
    if pixels.ndim == 2:
        return pixels[..., None]
    order = cv2.COLOR_BGR2RGB if pixels.shape[2] == 3 else cv2.COLOR_BGRA2RGBA
    return cv2.cvtColor(pixels, order, dst=pixels)
