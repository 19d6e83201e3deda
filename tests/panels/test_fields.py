"""Fields: what is wrong is said in the words that stand on the screen."""

import pytest

from workbench.panels import fields as f
from workbench.panels.view import close_tree


@pytest.fixture
def form():
    made = [f.number("batch_size", "Batch size, images"), f.number("policy.gamma", "Factor")]
    yield made
    for field in made:
        close_tree(field.root)


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        ("batch_size must be 1–9, got 0", ["Batch size must be 1–9, got 0", ""]),
        ("policy.gamma must be 0–1, got 2", ["", "Factor must be 0–1, got 2"]),
        ("policy.gamma and so on", ["", "policy.gamma and so on"]),
        ("something else", ["", ""]),
    ],
)
def test_an_error_stands_under_its_field_by_the_name_on_the_screen(form, message, shown):
    assert f.blame(form, message) == any(shown)
    assert [field.message.data["text"] for field in form] == shown


def test_what_a_field_is_for_stays_while_its_error_comes_and_goes():
    field = f.number("epochs", "Epochs", tooltip="Passes over the images.")
    field.complain("epochs must be 1 or more")
    field.tell("fine")
    assert field.message.data["tip"] == "Passes over the images."
    close_tree(field.root)


def test_enter_is_heard(form):
    heard = []
    form[0].on_enter(lambda: heard.append("enter"))
    form[0].control._handle_custom_msg({"event": "submit"}, [])
    form[0].control._handle_custom_msg({"event": "other"}, [])
    assert heard == ["enter"]
