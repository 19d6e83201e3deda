"""What varies in a sweep: for each field a list of values, or a range."""

from __future__ import annotations

import itertools
import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

from workbench.validation import Configuration, check, check_range

# The values of one run by field, as JSON values.
Values = dict[str, Any]
_LARGEST = 1e12
_NARROWEST = 1e-11


@dataclass(frozen=True)
class Range(Configuration):
    """Every number from ``low`` to ``high``, both included.

    Attributes:
        log: draw evenly over orders of magnitude, as suits a learning rate.
        whole: draw whole numbers; so it is anyway for a field of whole numbers.
    """

    low: float
    high: float
    log: bool = False
    whole: bool = False

    def __post_init__(self) -> None:
        check_range("the range's low end", self.low, -_LARGEST, _LARGEST)
        check_range("the range's high end", self.high, -_LARGEST, _LARGEST)
        check(self.low < self.high, f"a range must rise, got {self.low:g} to {self.high:g}")
        # Of less than that no ten thousand different numbers can be drawn.
        wide = not math.isclose(self.low, self.high, rel_tol=_NARROWEST)
        check(wide, f"a range must be wider, got {self.low!r} to {self.high!r}")
        check(not self.log or self.low > 0, f"a log range must begin above 0, got {self.low:g}")
        if self.whole:
            ends = float(self.low).is_integer() and float(self.high).is_integer()
            check(ends, f"the ends must be whole numbers, got {self.low:g} to {self.high:g}")
            object.__setattr__(self, "low", int(self.low))
            object.__setattr__(self, "high", int(self.high))

    def draw(self, chance: Random) -> float:
        """One number, each as probable as any other (on the log scale if asked for)."""
        if not self.log:
            if self.whole:
                return chance.randint(int(self.low), int(self.high))
            return chance.uniform(self.low, self.high)
        # A whole number owns the half on either side of it, or the ends would be drawn less.
        spare = 0.5 if self.whole else 0.0
        low, high = math.log(self.low - spare), math.log(self.high + spare)
        value = math.exp(chance.uniform(low, high))
        value = min(max(value, self.low), self.high)
        return round(value) if self.whole else value


Space = Mapping[str, tuple[Any, ...] | Range]


def combinations(space: Space) -> int | None:
    """How many runs there can be; None where a range makes them endless."""
    count = 1
    for options in space.values():
        if isinstance(options, Range):
            if not options.whole:
                return None
            count *= int(options.high) - int(options.low) + 1
        else:
            count *= len(options)
    return count


def grid(space: Space) -> Iterator[Values]:
    """Every combination of the lists, the last field changing fastest; of ranges, both ends."""
    for combination in itertools.product(*_listed(space).values()):
        yield dict(zip(space, combination, strict=True))


def each_value(space: Space) -> Iterator[Values]:
    """Every value of the lists once, beside the first of the others; of ranges, both ends."""
    listed = _listed(space)
    first = {field: options[0] for field, options in listed.items()}
    for field, options in listed.items():
        for value in options:
            yield first | {field: value}


def _listed(space: Space) -> dict[str, tuple[Any, ...]]:
    """The lists, and both ends of each range: what lies between them fits as well."""
    return {
        field: (options.low, options.high) if isinstance(options, Range) else tuple(options)
        for field, options in space.items()
    }


def random(space: Space, count: int, seed: int) -> list[Values]:
    """``count`` combinations drawn with ``seed``, no two the same; fewer if there are fewer."""
    most = combinations(space)
    count = count if most is None else min(count, most)
    chance, seen, drawn = Random(seed), set(), []  # noqa: S311 - nothing is kept secret by it
    if most is not None and count > most // 2:
        # Drawing until the last few turn up would take long: shuffle them all instead.
        drawn = [_numbered(space, number) for number in range(most)]
        chance.shuffle(drawn)
        return drawn[:count]
    while len(drawn) < count:
        values = {
            field: options.draw(chance) if isinstance(options, Range) else chance.choice(options)
            for field, options in space.items()
        }
        if key(values) not in seen:
            seen.add(key(values))
            drawn.append(values)
    return drawn


def key(values: Values) -> str:
    """The same text for the same values."""
    return json.dumps(values, sort_keys=True)


def _numbered(space: Space, number: int) -> Values:
    """The combination of that number; every range is of whole numbers."""
    values = {}
    for field, options in reversed(list(space.items())):
        if isinstance(options, Range):
            number, place = divmod(number, int(options.high) - int(options.low) + 1)
            values[field] = int(options.low) + place
        else:
            number, place = divmod(number, len(options))
            values[field] = options[place]
    return {field: values[field] for field in space}
