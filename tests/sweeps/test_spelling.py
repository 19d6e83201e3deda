from dataclasses import replace

import pytest

from workbench.errors import InvalidValue
from workbench.sweeps import Range
from workbench.sweeps.spelling import parse, spell, spell_options, spelled
from workbench.training import Cosine, Step


@pytest.mark.parametrize(
    ("field", "text", "meaning"),
    [
        ("learning_rate", "0.1, 1e-2", [0.1, 0.01]),
        ("learning_rate", "log:1e-4..1e-1", Range(1e-4, 1e-1, log=True)),
        ("batch_size", "32..256", Range(32, 256)),
        ("batch_size", "32,64", [32, 64]),
        ("solver", "sgd, adam", ["sgd", "adam"]),
        ("policy", "step,cosine", ["step", "cosine"]),
        ("policy.gamma", "0.1,0.5", [0.1, 0.5]),
        ("policy.at", "50 85, 60 90", [[50, 85], [60, 90]]),
        ("smaller_batch", "true, no", [True, False]),
        ("seed", "1, none", [1, None]),
        ("start.weights", "../a.npz", ["../a.npz"]),
    ],
)
def test_what_varies_as_people_write_it(field, text, meaning):
    assert parse(field, text) == meaning


@pytest.mark.parametrize(
    ("field", "options"),
    [
        ("learning_rate", (0.123456789, 1e-05, 2.0)),
        ("seed", (1234567, 1234568)),
        ("seed", Range(1, 2147483646, whole=True)),
        ("learning_rate", Range(0.00012345678, 0.1, log=True)),
        ("policy.at", ([50.125, 85.0], [60.0, 90.0])),
        ("smaller_batch", (True, False)),
    ],
)
def test_what_is_put_into_a_form_is_read_from_it_with_all_its_digits(field, options):
    read = parse(field, spell_options(options))
    whole = isinstance(options, Range) and options.whole
    assert (replace(read, whole=True) if whole else read) == (
        options if isinstance(options, Range) else list(options)
    )


def test_policies_of_one_kind_are_told_apart_by_what_is_unusual():
    found = [Cosine(), Cosine(least=0.1), Step(size=25.0, gamma=0.5)]
    assert [spell(policy.to_dict()) for policy in found] == [
        "cosine", "cosine (least 0.1)", "step (size 25, gamma 0.5)",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("field", "text", "sentence"),
    [
        ("learning_rate", "fast", "learning_rate must be a number, got 'fast'"),
        ("learning_rate", "0.1,", "learning_rate has an empty value"),
        ("learning_rate", "log:0.1", "learning_rate must be a range such as log:0.0001..0.1"),
        ("learning_rate", "1..0.1", "a range must rise"),
        ("smaller_batch", "perhaps", "smaller_batch must be true or false, got 'perhaps'"),
        ("speed", "1", "there is no field 'speed' to vary"),
        ("task", "a", "task cannot vary"),
    ],
)
def test_what_cannot_be_read_is_refused(field, text, sentence):
    with pytest.raises(InvalidValue, match=sentence):
        parse(field, text)


def test_values_are_written_as_they_are_read():
    assert spelled({"learning_rate": 0.0012345, "policy": {"type": "Cosine", "least": 0.0}}) == (
        "learning_rate 0.001234, policy cosine"
    )
    for text in ("0.1, 0.01", "log:0.0001..0.1", "0.1..0.2"):
        assert spell_options(parse("learning_rate", text)) == text
