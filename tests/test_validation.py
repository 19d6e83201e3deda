from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.errors import InvalidValue
from workbench.validation import Configuration, check_choice, check_range, check_whole


@dataclass(frozen=True)
class Circle(Configuration):
    radius: float = 1.0


@dataclass(frozen=True)
class Square(Configuration):
    side: float = 1.0


@dataclass(frozen=True)
class Drawing(Configuration):
    name: str
    shape: Circle | Square = field(default_factory=Circle)
    sizes: tuple[int, ...] = ()
    note: str | None = None


@given(
    st.builds(
        Drawing,
        name=st.text(),
        shape=st.builds(Circle, st.floats(allow_nan=False)) | st.builds(Square),
        sizes=st.lists(st.integers()).map(tuple),
        note=st.none() | st.text(),
    )
)
def test_a_configuration_survives_the_way_through_json(drawing):
    import json

    assert Drawing.from_dict(json.loads(json.dumps(drawing.to_dict()))) == drawing


def test_unknown_fields_are_refused():
    with pytest.raises(InvalidValue, match="Drawing has no field colour"):
        Drawing.from_dict({"name": "x", "colour": "red"})
    with pytest.raises(InvalidValue, match="expected one of Circle, Square; got 'Star'"):
        Drawing.from_dict({"name": "x", "shape": {"type": "Star"}})
    with pytest.raises(InvalidValue, match="missing 1 required"):
        Drawing.from_dict({})


@pytest.mark.parametrize("value", [-1, 101, float("nan"), float("inf"), "5", None, True])
def test_a_number_out_of_range_is_named_with_its_range(value):
    with pytest.raises(InvalidValue, match="share must be 0–100 %, got"):
        check_range("share", value, 0, 100, "%")


@pytest.mark.parametrize(("value", "shown"), [(1e6, "1000000"), (130.5, "130.5"), ("x", "'x'")])
def test_numbers_are_written_out(value, shown):
    with pytest.raises(InvalidValue, match=f"^rate must be 0.000000001–100, got {shown}$"):
        check_range("rate", value, 1e-9, 100)


def test_choices_and_whole_numbers_say_what_they_want():
    with pytest.raises(InvalidValue, match="mode must be one of a, b; got 'c'"):
        check_choice("mode", "c", ("a", "b"))
    with pytest.raises(InvalidValue, match="epochs must be a whole number, got 1.5"):
        check_whole("epochs", 1.5, 1)
    with pytest.raises(InvalidValue, match="epochs must be at least 1, got 0"):
        check_whole("epochs", 0, 1)
