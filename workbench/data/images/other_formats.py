"""Every allowed format by Pillow: slower, and patient with palettes, opacity and odd depths."""

from __future__ import annotations

import io
import warnings

import numpy as np
from PIL import Image, UnidentifiedImageError

from workbench.data.images import ppm
from workbench.data.images.jpeg import check_scans
from workbench.data.images.orientation import find_orientation, upright
from workbench.data.images.pixels import MAX_PIXELS, Picture, check_size
from workbench.errors import DataError

# Decoders that run nothing and fetch nothing; an EPS, say, would start an interpreter.
_FORMATS = ("PNG", "JPEG", "BMP", "PPM", "GIF", "WEBP", "TIFF")
_HARMLESS = ".*(EXIF|Tag data larger than file|Metadata Warning)"  # what is noted beside the image
_ALPHA = ("LA", "RGBA")


def decode_other(data: bytes) -> Picture:
    """Decode the first image of a file, upright.

    Raises:
        DataError: not an allowed image, damaged, or too large; the message is the reason alone.
    """
    if data[:2] in ppm.SIGNATURES:
        deep = ppm.decode_deep_ppm(data)
        if deep is not None:
            return deep
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            warnings.simplefilter("ignore", ResourceWarning)
            warnings.filterwarnings("ignore", _HARMLESS)
            _check_webp(data)
            image = Image.open(io.BytesIO(data), formats=_FORMATS)
            check_size(*image.size, len(image.getbands()))
            if data[:2] == b"\xff\xd8":
                check_scans(data, *image.size)
            image.load()
            _check_whole(image, data)
            return _upright(image)
    except UnidentifiedImageError:
        raise DataError("not an image of an allowed format") from None
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise DataError(f"more than {MAX_PIXELS:,} pixels") from None
    except DataError:
        raise
    except MemoryError:
        raise DataError("too large for the machine's memory") from None
    except Exception as error:  # decoders raise whatever comes: SyntaxError, struct.error …
        raise DataError(f"damaged ({_first_line(error)})") from error


def _first_line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return lines[0][:120] if lines else type(error).__name__


def _check_webp(data: bytes) -> None:
    """The library reserves the canvas of a WebP as soon as it is opened."""
    if data[:4] == b"RIFF" and data[8:16] == b"WEBPVP8X" and len(data) >= 30:
        width = int.from_bytes(data[24:27], "little") + 1
        check_size(width, int.from_bytes(data[27:30], "little") + 1, 4)


def _check_whole(image: Image.Image, data: bytes) -> None:
    """Refuse what Pillow forgives: a GIF without its end."""
    if image.format == "GIF" and not data.rstrip(b"\0\r\n ").endswith(b";"):
        raise DataError("damaged (truncated)")


def _upright(image: Image.Image) -> Picture:
    picture = from_image(image)
    # Asking a file without EXIF for its orientation costs as much as decoding a small picture.
    if image.format in ("PNG", "WEBP") and "exif" not in image.info:
        return picture
    orientation = find_orientation(image.getexif)
    if orientation == 1:
        return picture
    pixels = upright(picture.pixels, orientation)
    return Picture(pixels, picture.alpha, (pixels.shape[1], pixels.shape[0]))


def from_image(image: Image.Image) -> Picture:
    """A Pillow image of any mode as a picture, with its opacity and with all of its bits.

    Raises:
        DataError: it has no size or too many pixels.
    """
    check_size(*image.size)
    mode = image.mode
    if mode.startswith("I;16") or mode in ("I", "F"):
        return Picture(_deep(image), False, image.size)
    if image.has_transparency_data:
        image = image.convert("LA" if mode in ("LA", "La", "L", "1") else "RGBA")
    elif mode == "1":
        image = image.convert("L")
    elif mode not in ("L", "RGB"):
        image = image.convert("RGB")
    pixels = np.asarray(image)
    pixels = pixels if pixels.ndim == 3 else pixels[..., None]
    return Picture(pixels, image.mode in _ALPHA, image.size)


def _deep(image: Image.Image) -> np.ndarray:
    """The numbers of an image of one channel and more than 8 bits."""
    array = np.asarray(image)[..., None]
    if image.mode == "F":
        if not np.isfinite(array).all():
            raise DataError("values that are not finite")
        return array
    if array.min() < 0 or array.max() > 65535:
        return array.astype(np.float32)
    return array.astype(np.uint16)
