"""Before a dataset is made: what its source holds, and what making it takes.

The source is listed once and a few of its images are read; everything else is arithmetic.
"""

from __future__ import annotations

import hashlib
import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice

import numpy as np

from workbench.data.config import DatasetConfig
from workbench.data.crew import WORTH_IT
from workbench.data.derive import shares_records
from workbench.data.images.encode import encode
from workbench.data.images.fingerprint import fingerprints
from workbench.data.images.image_format import read_image
from workbench.data.records.choice import Choice, Machine, choose
from workbench.data.sources import Access, Sample, Source
from workbench.data.workers import processors
from workbench.errors import DataError
from workbench.jobs import Home

MOST_READ = 32
_STRETCH, _STRETCHES = 4, MOST_READ // 4
_MOST_BYTES = 64 << 20
_READING_S = 4.0
# To start the process that makes the dataset, and those that decode.
_STARTING_S, _CREW_S = 1.0, 1.5
# To list an image, to note it, and to measure it at the end.
_NOTING_S = 40e-6


@dataclass(frozen=True)
class Found:
    """What a source holds.

    Attributes:
        classes, images: how many, as far as they were listed.
        complete: whether the listing came to its end in the time it was given.
        left_out: classes left out, with the reason.
        splits: images the source itself puts into a split, by its name; those still to be drawn
            under an empty one.
        contents: the first image, then a few from all over the source.
        seconds: what reading one image takes.
        unreadable: of images looked at of which none could be read, the first and its reason.
    """

    classes: int
    images: int
    complete: bool = True
    left_out: tuple[tuple[str, str], ...] = ()
    splits: dict[str, int] = field(default_factory=dict)
    contents: tuple[bytes | np.ndarray, ...] = field(default=(), repr=False)
    seconds: float = 0.0
    unreadable: tuple[str, str] | None = None


@dataclass(frozen=True)
class Estimate:
    """What a dataset will be and take; roughly.

    Attributes:
        images: how many.
        bytes: its records on disk.
        seconds: until it is done.
        choice: which kind of records, and why.
        sizes: least and greatest size among the few originals that were read, each
            ``(width, height)``; none if none could be read.
    """

    images: int
    bytes: int
    seconds: float
    choice: Choice
    sizes: tuple[tuple[int, int], ...] = ()


def look(
    source: Source,
    access: Access,
    *,
    seed: int = 0,
    patience: float = 30.0,
    stale: Callable[[], bool] = lambda: False,
) -> Found:
    """List a source and read a few of its images.

    Args:
        patience: seconds after which what has been listed by then must do.
        stale: nobody wants to know any more, so that listing may end.

    Raises:
        DataError, InvalidValue, NotFound: it is no source of a dataset; one sentence.
    """
    source.check(access)
    listing = source.read(seed, access)
    counts, stretches, complete = _survey(listing.samples, patience, stale)
    contents, seconds, unreadable = _read_few(source, access, stretches)
    return Found(
        len(listing.labels),
        sum(counts.values()),
        complete,
        tuple(listing.left_out),
        counts,
        contents,
        seconds,
        None if contents else unreadable,
    )


def estimate(config: DatasetConfig, access: Access, found: Found | None = None) -> Estimate:
    """What making the dataset of a configuration takes.

    Args:
        found: what :func:`look` told of its source, so that it need not be asked again.

    Raises:
        DataError, InvalidValue, NotFound: it is no source of a dataset.
        StorageError: the images cannot fit on the disk in any way.
    """
    found = found or look(config.source, access, seed=config.seed)
    if shares_records(config, access):
        chosen = Choice("none", 0, "the images stay where they are, in those datasets")
        return Estimate(found.images, 0, _STARTING_S, chosen)
    home = access.home or Home()
    chosen = choose(config.encoding, config.image, found.images, Machine.at(home.path))
    decoding, size, sizes = _measure(config, chosen.encoding, found)
    workers = processors() if found.images >= WORTH_IT else 1
    starting = _STARTING_S + (_CREW_S if workers > 1 else 0)
    seconds = starting + found.images * (_NOTING_S + (found.seconds + decoding) / workers)
    total = chosen.bytes if size is None else round(size * found.images)
    return Estimate(found.images, total, seconds, chosen, _extremes(sizes))


def _survey(
    samples: Iterator[Sample], patience: float, stale: Callable[[], bool]
) -> tuple[dict[str, int], list[list[Sample]], bool]:
    """Images by split; stretches of neighbours from all over, the first of all among them."""
    counts: dict[str, int] = {}
    kept: dict[int, list[Sample]] = {}
    places = list(range(_STRETCHES))  # the number of the stretch in each place
    draw, number, complete = random.Random(0), 0, True  # noqa: S311 - the same few every time
    end = time.monotonic() + patience
    while complete and (stretch := list(islice(samples, _STRETCH))):
        for sample in stretch:
            counts[sample.split] = counts.get(sample.split, 0) + 1
        place = number if number < _STRETCHES else draw.randrange(number + 1)
        if number < _STRETCHES or 0 < place < _STRETCHES:
            kept.pop(places[place], None)
            kept[number], places[place] = stretch, number
        number += 1
        complete = time.monotonic() < end and not stale()
    return counts, [kept[number] for number in sorted(kept)], complete


def _read_few(
    source: Source, access: Access, stretches: list[list[Sample]]
) -> tuple[tuple[bytes | np.ndarray, ...], float, tuple[str, str] | None]:
    """Read stretches in their order, so that what streams is passed through once.

    Returns:
        Contents, seconds an image, and the first that could not be read with its reason.

    The first of a stretch is not timed: it pays for the way there.
    """
    reader = source.reader(access)
    contents: list[bytes | np.ndarray] = []
    unreadable: tuple[str, str] | None = None
    times, held, end = [], 0, time.monotonic() + _READING_S
    for stretch in stretches:
        before = time.perf_counter()
        for place, content in enumerate(reader.read([sample.name for sample in stretch])):
            now = time.perf_counter()
            if place or len(stretches) == 1:
                times.append(now - before)
            before = now
            if isinstance(content, DataError):
                unreadable = unreadable or (stretch[place].name, str(content))
            else:
                contents.append(content)
                held += len(content) if isinstance(content, bytes) else content.nbytes
        if held > _MOST_BYTES or time.monotonic() > end:
            break
    return tuple(contents), sum(times) / len(times) if times else 0.0, unreadable


def _measure(
    config: DatasetConfig, encoding: str, found: Found
) -> tuple[float, float | None, list[tuple[int, int]]]:
    """Seconds an image, bytes of an encoded one, and the sizes of the originals."""
    seconds, lengths, sizes = 0.0, [], []
    # The first is done twice: it brings the libraries, whose time is none of decoding.
    for number, content in enumerate((*found.contents[:1], *found.contents)):
        begin = time.perf_counter()
        try:
            pixels, size = read_image(content, config.image)
        except DataError:
            continue
        hashlib.sha256(content if isinstance(content, bytes) else content.tobytes())
        fingerprints(pixels[None])
        if number == 0:
            continue
        if encoding != "none":
            lengths.append(len(encode(pixels, encoding, config.quality)))
        seconds += time.perf_counter() - begin
        sizes.append(size)
    each = seconds / len(sizes) if sizes else 0.0
    return each, sum(lengths) / len(lengths) if lengths else None, sizes


def _extremes(sizes: list[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    by_area = sorted(set(sizes), key=lambda size: (size[0] * size[1], size))
    return tuple(by_area) if len(by_area) < 2 else (by_area[0], by_area[-1])
