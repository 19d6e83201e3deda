import json

import pytest

from workbench.cli.main import main


@pytest.fixture
def find(capsys, digits_home):
    """Run ``find-lr`` in the home of the digits; its status, stdout and stderr."""

    def run(*arguments):
        status = main(["find-lr", *arguments, "--home", str(digits_home.path)])
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return run


def test_a_rate_is_suggested(find):
    fields = ["--solver", "nesterov", "--batch-size", "32", "--seed", "3", "--set", "momentum=0.8"]
    status, out, err = find("digits", *fields, "--steps", "50", "--json")
    assert (status, err) == (0, "")
    document = json.loads(out)
    assert 1e-4 < document["suggestion"] < 1
    assert len(document["rates"]) == len(document["losses"])


def test_people_read_a_sentence(find):
    status, out, _ = find("digits", "--batch-size", "8", "--steps", "10", "--seed", "1")
    assert status == 0
    assert out.startswith(("learning rate 0.", "no rate made the loss fall"))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nothing"], "there is no dataset"),
        (["digits", "--network", "nonet"], "there is no network 'nonet'"),
        (["digits", "--steps", "2"], "steps must be 10–10000, got 2"),
        (["digits", "--set", "momentum=2"], "momentum must be 0–0.9999, got 2"),
        (["digits", "--set", "momentum"], "--set wants FIELD=VALUE"),
    ],
)
def test_wrong_use_is_a_sentence(find, arguments, message):
    status, out, err = find(*arguments)
    assert (status, out) == (2, "")
    assert message in err
    assert err.count("\n") == 1
