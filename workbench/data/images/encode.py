"""Images as records: encoded as PNG or JPEG, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.data.images.opencv import opencv
from workbench.errors import DataError, InvalidValue
from workbench.validation import check_choice, check_whole

if TYPE_CHECKING:
    from workbench.data.images.image_format import ImageFormat

ENCODINGS = ("none", "png", "jpeg")
_DEPTHS = {"png": ("uint8", "uint16"), "jpeg": ("uint8",)}


def check_encoding(image: ImageFormat, encoding: str) -> None:
    """Refuse an encoding that cannot hold images of a format.

    Raises:
        InvalidValue: PNG holds 8 or 16 bits, JPEG 8; both 1 or 3 channels.
    """
    check_choice("encoding", encoding, ENCODINGS)
    if encoding != "none":
        _check_held(encoding, image.channels, image.dtype)


def _check_held(encoding: str, channels: int, dtype: str) -> None:
    if channels in (1, 3) and dtype in _DEPTHS[encoding]:
        return
    raise InvalidValue(
        f"{encoding.upper()} holds 1 or 3 channels of {' or '.join(_DEPTHS[encoding])}, not "
        f"{channels} of {dtype}; choose the encoding none"
    )


def encode(pixels: np.ndarray, encoding: str, quality: int = 90) -> bytes:
    """Encode ``(height, width, channels)``; PNG keeps every value, JPEG about.

    Args:
        pixels: uint8, or uint16 for PNG; 1 or 3 channels.
        encoding: ``png`` or ``jpeg``.
        quality: of JPEG, 1–100.

    Raises:
        InvalidValue: the encoding cannot hold them.
    """
    check_choice("encoding", encoding, tuple(_DEPTHS))
    _check_held(encoding, pixels.shape[2], str(pixels.dtype))
    return _to_png(pixels) if encoding == "png" else _to_jpeg(pixels, quality)


def _to_png(pixels: np.ndarray) -> bytes:
    cv2 = opencv()

    if pixels.shape[2] == 3:
        pixels = cv2.cvtColor(np.ascontiguousarray(pixels), cv2.COLOR_RGB2BGR)
    made, data = cv2.imencode(".png", pixels, _png_options(cv2))
    if not made:
        raise DataError("the image could not be encoded as PNG")
    return data.tobytes()


def _png_options(cv2: Any) -> list[int]:
    """A third of the usual time for photographs, and not larger: runs alone, one filter."""
    options = [cv2.IMWRITE_PNG_COMPRESSION, 1]  # first: it resets the strategy
    options += [cv2.IMWRITE_PNG_STRATEGY, cv2.IMWRITE_PNG_STRATEGY_RLE]
    if hasattr(cv2, "IMWRITE_PNG_FILTER"):  # older versions try every filter
        options += [cv2.IMWRITE_PNG_FILTER, cv2.IMWRITE_PNG_FILTER_AVG]
    return options


def _to_jpeg(pixels: np.ndarray, quality: int) -> bytes:
    import simplejpeg

    check_whole("quality", quality, 1, 100)
    colour, parts = ("RGB", "420") if pixels.shape[2] == 3 else ("GRAY", "Gray")
    return simplejpeg.encode_jpeg(np.ascontiguousarray(pixels), quality, colour, parts)


def decode_record(data: bytes, shape: tuple[int, int, int], dtype: str) -> np.ndarray:
    """The pixels ``shape`` of a record that :func:`encode` wrote.

    Raises:
        DataError: it is damaged, or something else.
    """
    pixels = _from_jpeg(data, shape[2]) if data[:2] == b"\xff\xd8" else _from_png(data)
    if pixels is None or pixels.shape != tuple(shape) or pixels.dtype != dtype:
        found = "none" if pixels is None else f"{pixels.dtype} {pixels.shape}"
        raise DataError(f"a record is damaged: {dtype} {tuple(shape)} wanted, {found} found")
    return pixels


def _from_jpeg(data: bytes, channels: int) -> np.ndarray | None:
    import simplejpeg

    try:
        return simplejpeg.decode_jpeg(data, "RGB" if channels == 3 else "GRAY")
    except ValueError:
        return None


def _from_png(data: bytes) -> np.ndarray | None:
    cv2 = opencv()

    try:
        pixels = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    except cv2.error:
        return None
    if pixels is None or pixels.ndim == 2:
        return None if pixels is None else pixels[..., None]
    return cv2.cvtColor(pixels, cv2.COLOR_BGR2RGB) if pixels.shape[2] == 3 else None
