"""From a file to pixels: what is an image, what is refused, and why."""

from __future__ import annotations

import io
import os
import warnings

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from workbench.errors import DataError, NotFound

SUFFIXES = frozenset(
    (
        ".png",
        ".jpg",
        ".jpeg",
        ".bmp",
        ".ppm",
        ".pgm",
        ".pbm",
        ".gif",
        ".webp",
        ".tif",
        ".tiff",
        ".npy",
    )
)
# Decoders that run nothing and fetch nothing; an EPS, say, would start an interpreter.
_FORMATS = ("PNG", "JPEG", "BMP", "PPM", "GIF", "WEBP", "TIFF")
MAX_PIXELS = 89_478_485  # Pillow's own limit: 256 MB of RGB
MAX_BYTES = 1 << 30
_WHITE = (255, 255, 255, 255)


def read_bytes(source: str | os.PathLike[str] | bytes) -> bytes:
    """The bytes of an image file.

    Raises:
        NotFound: there is no such file.
        DataError: it is not a file, empty, too large or unreadable.
    """
    if isinstance(source, bytes):
        data = source
    else:
        path = os.fspath(source)
        try:
            with open(path, "rb", buffering=0) as file:
                data = file.read(MAX_BYTES + 1)
            if len(data) > MAX_BYTES:
                raise DataError("larger than 1 GiB")
        except FileNotFoundError:
            raise NotFound(f"there is no file {path}") from None
        except OSError as error:
            raise DataError(error.strerror or str(error)) from error
    if not data:
        raise DataError("empty file")
    return data


def open_image(data: bytes, reduce_to: tuple[int, int] | None = None) -> Image.Image:
    """Decode a whole image, upright, as grey (``L``) or colour (``RGB``), 8 bits.

    Alpha is laid on white, more than 8 bits are scaled down, of an animation the first frame is
    taken.

    Args:
        data: the file's bytes.
        reduce_to: width and height that are enough; a JPEG may be decoded smaller (at 1/2, 1/4
            or 1/8 by its cosine transform) while staying at least as large.

    Raises:
        DataError: not an allowed image, damaged, or too large; the message is the reason alone.
    """
    if data[:6] == b"\x93NUMPY":
        return _from_array(_load_npy(data))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            warnings.simplefilter("ignore", ResourceWarning)
            image = Image.open(io.BytesIO(data), formats=_FORMATS)
            _check_size(image)
            if reduce_to is not None and image.format == "JPEG":
                image.draft(None, reduce_to)
            image.load()
            _check_whole(image, data)
            return _plain(_upright(image))
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


def _check_size(image: Image.Image) -> None:
    width, height = image.size
    if width < 1 or height < 1:
        raise DataError(f"impossible size {width}×{height}")
    if width * height > MAX_PIXELS:
        raise DataError(f"more than {MAX_PIXELS:,} pixels ({width}×{height})")


def _check_whole(image: Image.Image, data: bytes) -> None:
    """Refuse what Pillow forgives: a GIF or JPEG without its end."""
    if image.format == "GIF" and not data.rstrip(b"\0").endswith(b";"):
        raise DataError("damaged (truncated)")


def _upright(image: Image.Image) -> Image.Image:
    # Asking a file without EXIF for its orientation costs as much as decoding a small picture.
    if image.format in ("PNG", "WEBP") and "exif" not in image.info:
        return image
    return ImageOps.exif_transpose(image)


def _plain(image: Image.Image) -> Image.Image:
    if image.mode in ("L", "RGB"):
        if "transparency" not in image.info:
            return image
        image = image.convert("RGBA")
    elif image.mode == "1":
        return image.convert("L")
    elif image.mode.startswith("I;16") or image.mode in ("I", "F"):
        return _from_array(np.asarray(image))
    elif image.mode in ("P", "PA"):
        image = image.convert("RGBA")
    if image.mode in ("LA", "La"):
        return _on_white(image.convert("RGBA")).convert("L")
    if image.mode in ("RGBA", "RGBa"):
        return _on_white(image.convert("RGBA"))
    return image.convert("RGB")


def _on_white(image: Image.Image) -> Image.Image:
    white = Image.new("RGBA", image.size, _WHITE)
    return Image.alpha_composite(white, image).convert("RGB")


def _load_npy(data: bytes) -> np.ndarray:
    """Read an array file; nothing is unpickled, and its size is checked before it is read."""
    file = io.BytesIO(data)
    try:
        version = np.lib.format.read_magic(file)
        read = np.lib.format.read_array_header_1_0
        if version != (1, 0):
            read = np.lib.format.read_array_header_2_0
        shape, _, dtype = read(file)
        if dtype.hasobject:
            raise DataError("an array of Python objects, which is never unpickled")
        if int(np.prod(shape, dtype=object)) > 4 * MAX_PIXELS:
            raise DataError(f"more than {MAX_PIXELS:,} pixels {shape}")
        return np.load(io.BytesIO(data), allow_pickle=False)
    except (ValueError, EOFError, TypeError) as error:
        raise DataError(f"damaged ({_first_line(error)})") from error


def _from_array(array: np.ndarray) -> Image.Image:
    """Turn numbers into an 8-bit picture: 16 bits over 257; floats of 0–1 times 255."""
    if array.ndim == 3 and array.shape[2] == 1:
        array = array[..., 0]
    if array.ndim not in (2, 3) or (array.ndim == 3 and array.shape[2] not in (3, 4)):
        channels = array.shape[2] if array.ndim == 3 else "no"
        raise DataError(f"{channels} channels in shape {array.shape}; 1, 3 or 4 can be read")
    if not array.size:
        raise DataError(f"impossible size {array.shape}")
    return _plain(Image.fromarray(np.ascontiguousarray(_to_bytes(array))))


def _to_bytes(array: np.ndarray) -> np.ndarray:
    if array.dtype == np.uint8:
        return array
    if array.dtype.kind in "iu" and array.min() >= 0 and array.max() <= 65535:
        return np.rint(array / 257).astype(np.uint8)
    if array.dtype.kind == "f" and np.isfinite(array).all() and array.min() >= 0:
        if array.max() <= 1:
            return np.rint(array * 255).astype(np.uint8)
        if array.max() <= 255:
            return np.rint(array).astype(np.uint8)
    raise DataError(f"{array.dtype} values that are neither 0–1, 0–255 nor 16 bits")
