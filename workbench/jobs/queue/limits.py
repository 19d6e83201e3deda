"""How many runs of a home train at once, and on which GPUs (``queue.json``)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from workbench.errors import InvalidValue, SchemaError
from workbench.storage import read_json, write_json
from workbench.validation import Configuration, check, check_whole

MOST_RUNS = 1000
MOST_GPUS = 1000


@dataclass(frozen=True)
class Limits(Configuration):
    """What the runs of a home may take of the machine.

    Attributes:
        runs_at_once: runs that train at the same time; by default one a GPU, and one where there
            is no GPU, since runs on one processor only slow each other down.
        gpus: numbers of the GPUs that runs may use, as ``nvidia-smi`` counts them; all by default.

    Raises:
        InvalidValue: a limit is out of range.
    """

    runs_at_once: int | None = None
    gpus: tuple[int, ...] | None = None

    def __post_init__(self) -> None:
        if self.runs_at_once is not None:
            check_whole("runs_at_once", self.runs_at_once, 1, MOST_RUNS, "runs")
        if self.gpus is not None:
            check(isinstance(self.gpus, tuple), f"gpus must be numbers, got {self.gpus!r}")
            for gpu in self.gpus:
                check_whole("gpus", gpu, 0, MOST_GPUS)
            check(len(set(self.gpus)) == len(self.gpus), "gpus must name each GPU once")

    @property
    def gpu_words(self) -> str:
        """The GPUs as people write them, see :func:`as_gpus`; empty for all."""
        return "" if self.gpus is None else ", ".join(map(str, self.gpus)) or "none"

    def allowed(self, present: Sequence[int]) -> tuple[int, ...]:
        """Those of the GPUs that are ``present`` which runs may use."""
        return tuple(gpu for gpu in present if self.gpus is None or gpu in self.gpus)

    def slots(self, present: Sequence[int]) -> int:
        """How many runs train at once on a machine with these GPUs."""
        return self.runs_at_once or max(1, len(self.allowed(present)))


def read_limits(home: Path) -> Limits:
    """The limits of a home; none have been set in a new one.

    Raises:
        SchemaError: ``queue.json`` does not hold limits.
    """
    path = home / "queue.json"
    try:
        return Limits.from_dict(read_json(path))
    except FileNotFoundError:
        return Limits()
    except (SchemaError, InvalidValue, TypeError, ValueError) as error:
        raise SchemaError(
            f"{path} is damaged ({error}); delete it to have the usual limits"
        ) from None


def write_limits(home: Path, limits: Limits) -> None:
    """Set the limits of a home; waiting runs heed them within a second or two."""
    home.mkdir(parents=True, exist_ok=True)
    write_json(home / "queue.json", limits.to_dict())


def as_gpus(words: str) -> tuple[int, ...] | None:
    """``0, 1`` as numbers; ``none`` is no GPU; ``all`` or nothing is None, no limit.

    Raises:
        InvalidValue: it is something else.
    """
    if words.strip() in ("", "all"):
        return None
    if words.strip() == "none":
        return ()
    return tuple(as_whole("gpus", word) for word in words.split(","))


def as_whole(name: str, word: str) -> int:
    """A whole number that was typed.

    Raises:
        InvalidValue: it is none.
    """
    check(word.strip().isdecimal(), f"{name} must be whole numbers, got {word.strip()!r}")
    return int(word)
