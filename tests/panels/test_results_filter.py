"""The filter's language and the order of the list, against plain Python."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

import workbench as wb
from workbench.api.latency import Latency
from workbench.errors import InvalidValue
from workbench.jobs import JobSummary
from workbench.panels.results_columns import Column, columns
from workbench.panels.results_filter import find, parse
from workbench.panels.results_order import Heading, grouped, ordered
from workbench.panels.results_rows import Row, best_of_groups

PLAIN = wb.TrainConfig(dataset="d1").to_dict()


def row(name="lenet-1", accuracy=0.9, group="", notes="", latency=None, **fields):
    config = wb.TrainConfig(dataset="d1", **fields).to_dict() if fields else PLAIN
    figures = {} if accuracy is None else {"val_accuracy": accuracy, "val_loss": 1 - accuracy}
    summary = JobSummary(
        id=f"id-{name}", kind="run", name=name, group=group, created=1.0, parents=("d1",),
        config=config, status="done", error=None, advice=None, progress=None, epoch=3.0,
        metrics=figures, lowest=figures, highest=figures, facts={"parameters": 1000},
        started=1.0, finished=2.0, seconds=65.0,
    )  # fmt: skip
    return Row(summary, "Fashion MNIST", notes, latency)


def fits(text, one):
    return parse(text, columns([one]))(one)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", True),
        ("id-lenet", True),
        ("id-", False),
        ("lenet", True),
        ("LENET done fashion", True),
        ("lenet stopped", False),
        ('"fashion mnist"', True),
        ('"mnist fashion"', False),
        ("network:len", True),
        ("network:vgg", False),
        ("network=lenet", True),
        ("network=len", False),
        ("network!=vgg16", True),
        ('dataset:"fashion mnist"', True),
        ("val_accuracy>0.89", True),
        ("val_accuracy>0.9", False),
        ("val_accuracy>=0.9", True),
        ("val_accuracy>89%", True),
        ("val_accuracy.last=0.9", True),
        ("val_loss<0.2", True),
        ("epochs<=10", True),
        ("epochs<10", False),
        ("epochs=10", True),
        ("epochs!=10", False),
        ("policy:step", True),
        ("policy.gamma=0.1", True),
        ("rotation>=5", True),
        ("gamma<0.1", False),
        ("whitening=no", True),
        ("whitening=true", False),
        ("seed<5", False),
        ("seed!=5", True),
        ("latency<1", False),
        ("time>60", True),
        ("notes:", True),
        ("epochs<", True),
        ("epochs>=", True),
        ("epochs<=10 lenet rotation=5", True),
        ("epochs<=10 vgg", False),
        ('"', True),
    ],
)
def test_what_fits(text, expected):
    one = row(epochs=10, augmentation=wb.Augmentation(rotation=5.0))
    assert fits(text, one) is expected


def test_notes_and_latency_are_looked_at():
    one = row(notes="For the talk", latency=Latency(0.5, "CPU", 10, 1.0))
    assert fits("talk latency<=0.5 notes:for", one)
    assert not fits("latency>0.5", one)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("speed>3", "no run has a speed; Columns lists what can be asked for"),
        ("epochs>many", "epochs> wants a number, got 'many'"),
        ("nothing:here", "no run has a nothing"),
    ],
)
def test_what_cannot_be_asked_is_told(text, sentence):
    with pytest.raises(InvalidValue, match=sentence):
        fits(text, row())


def test_the_last_part_of_a_name_will_do_if_only_one_field_has_it():
    known = columns([row()])
    assert find("rotation", known).key == "augmentation.rotation"
    twice = dict(known)
    twice["start.rotation"] = Column("start.rotation", "", "Hyperparameters", lambda r: 0, str)
    with pytest.raises(InvalidValue, match=r"rotation may be any of .*start\.rotation"):
        find("rotation", twice)


@given(st.text(max_size=40))
def test_any_text_is_understood_or_refused_with_a_sentence(text):
    one = row()
    try:
        found = fits(text, one)
    except InvalidValue:
        return
    assert found in (True, False)


values = st.one_of(st.none(), st.integers(-5, 5), st.floats(-5, 5), st.sampled_from("abAB"))


@given(st.lists(values, max_size=30), st.booleans())
def test_the_order_is_that_of_python_with_the_unknown_last(found, descending):
    rows = [row(name=str(number)) for number in range(len(found))]
    known = dict(zip(rows, found, strict=True))
    column = Column("c", "C", "Run", known.get, str)
    result = [known[one] for one in ordered(rows, column, descending)]
    there = [value for value in found if value is not None]
    numbers = sorted((v for v in there if not isinstance(v, str)), reverse=descending)
    words = sorted((v for v in there if isinstance(v, str)), key=str.casefold, reverse=descending)
    both = [*words, *numbers] if descending else [*numbers, *words]
    assert result == both + [None] * (len(found) - len(there))


def test_equals_stay_as_they_were():
    rows = [row(name=name, accuracy=0.5) for name in "abc"]
    column = columns(rows)["val_accuracy max"]
    assert ordered(rows, column, True) == ordered(rows, column, False) == rows


def test_groups_stand_in_the_order_of_their_first_run():
    rows = [row(name=str(n), group=group) for n, group in enumerate(["", "b", "a", "b", ""])]
    found = grouped(rows, {"a"})
    assert found == [
        Heading("b", 2, False), rows[1], rows[3], Heading("a", 1, True), Heading("", 2, False),
        rows[0], rows[4],
    ]  # fmt: skip
    plain = [row(name="x"), row(name="y")]
    assert grouped(plain, set()) == plain


def test_the_best_of_a_group_is_that_of_its_task():
    rows = [
        row(name="a", accuracy=0.7, group="g"),
        row(name="b", accuracy=0.8, group="g"),
        row(name="c", accuracy=None, group="g"),
        row(name="alone", accuracy=0.9, group="h"),
        row(name="free", accuracy=0.99),
    ]
    assert best_of_groups(rows) == {"g": "id-b"}
