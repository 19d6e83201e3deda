"""``run trust``: code that came with a run is read before it is executed."""

import json

import pytest

import workbench as wb
from workbench.cli.main import main
from workbench.training.trust import is_trusted

CODE = "def build(input_shape, outputs):\n\treturn None  # of somebody else\n"


@pytest.fixture
def foreign(digits_home, digits):
    config = wb.TrainConfig(dataset=digits.id, network="custom", code=CODE, epochs=1, seed=1)
    job = digits_home.create_job("run", "foreign", config.to_dict(), parents=[digits.id])
    yield job
    digits_home.delete(job)


def test_code_is_shown_and_trusted_only_when_one_says_so(capsys, digits_home, foreign):
    def run(*arguments):
        status = main(["run", *arguments, "--home", str(digits_home.path)])
        return status, capsys.readouterr()

    status, said = run("clone", "foreign")
    assert status == 2
    assert said.err.startswith("error: the network of foreign is code that was not written in")
    assert [s.name for s in digits_home.summaries("run")] == ["foreign"]
    status, said = run("trust", "foreign")
    assert (status, said.err) == (0, "")
    assert "    return None  # of somebody else" in said.out
    assert f"workbench run trust {foreign.id} --yes" in said.out.splitlines()[-1].strip()
    assert not is_trusted(digits_home, CODE)
    status, said = run("trust", "foreign", "--yes", "--json")
    assert json.loads(said.out)["trusted"] is True
    assert is_trusted(digits_home, CODE)


def test_where_there_is_no_code_there_is_nothing_to_trust(capsys, digits_home, digits):
    config = wb.TrainConfig(dataset=digits.id, epochs=1)
    job = digits_home.create_job("run", "plain", config.to_dict(), parents=[digits.id])
    assert main(["run", "trust", "plain", "--yes", "--home", str(digits_home.path)]) == 2
    assert "the network of plain is no code" in capsys.readouterr().err
    digits_home.delete(job)
