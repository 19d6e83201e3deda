import json
import shutil
import threading

import pytest

import workbench as wb
from workbench.errors import NotTrusted, SchemaError
from workbench.jobs import Home, Job
from workbench.runners.execution import execute
from workbench.training.checkpoints import save_checkpoint
from workbench.training.model import build
from workbench.training.restore import load_model
from workbench.training.trust import FILE, check_trusted, digest, is_trusted, trust

CODE = """
with open({marker!r}, "a") as file:
    file.write("executed")

def build(input_shape, outputs):
    return keras.Sequential([keras.Input(input_shape), layers.Flatten(), layers.Dense(outputs)])
"""


def test_only_what_a_person_trusts_is_trusted(tmp_path):
    home = Home(tmp_path)
    assert not is_trusted(home, "x = 1")
    trust(home, "x = 1")
    assert is_trusted(home, "x = 1")
    assert not is_trusted(home, "x = 2")
    assert not is_trusted(Home(tmp_path / "other"), "x = 1")
    assert json.loads((tmp_path / FILE).read_text()) == {"sha256": [digest("x = 1")]}


def test_where_there_is_no_code_nothing_need_be_trusted(tmp_path):
    check_trusted(Home(tmp_path / "none"), "")
    trust(Home(tmp_path / "none"), "")
    assert not (tmp_path / "none").exists()


def test_trusting_from_many_sides_loses_nothing(tmp_path):
    codes = [f"x = {number}" for number in range(20)]
    threads = [threading.Thread(target=trust, args=(Home(tmp_path), code)) for code in codes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(is_trusted(Home(tmp_path), code) for code in codes)


def test_a_damaged_list_trusts_nothing(tmp_path):
    (tmp_path / FILE).write_text('["x"]')
    with pytest.raises(SchemaError, match="trust anew"):
        is_trusted(Home(tmp_path), "x = 1")


def test_a_run_copied_from_elsewhere_is_not_executed_until_it_is_trusted(
    digits_home, digits, tmp_path
):
    marker = tmp_path / "marker"
    code = CODE.format(marker=str(marker))
    config = wb.TrainConfig(digits.id, network="custom", code=code, seed=1, epochs=1)
    there = digits_home.create_job("run", "theirs", config.to_dict(), [digits.id])
    trust(digits_home, code)
    built = build(config, digits)
    state = {"step": 1, "epoch": 1.0, "metrics": {}}
    save_checkpoint(there.path / "checkpoints", [v.numpy() for v in built.core.variables], state)
    assert marker.read_text() == "executed"
    marker.unlink()

    here = Home(tmp_path / "here")
    shutil.copytree(digits_home.datasets_dir, here.datasets_dir)
    shutil.copytree(there.path, here.runs_dir / there.id)
    digits_home.delete(there)
    copy = Job(here.runs_dir / there.id)

    with pytest.raises(NotTrusted, match="not written in this home; read it, and if you trust it"):
        load_model(copy)
    assert execute(copy) == "failed"
    assert "not written in this home" in copy.summary().error
    assert [s.name for s in here.summaries("run")] == ["theirs"]  # to look at it is harmless
    assert not marker.exists()

    for more in (wb.clone, lambda run: wb.clone(run, {"epochs": 2})):
        with pytest.raises(NotTrusted, match="theirs is code that was not written"):
            more(wb.Run(copy))
    assert [s.name for s in here.summaries("run")] == ["theirs"]
    assert not is_trusted(here, code)

    wb.trust("theirs", home=here)
    assert load_model(copy).output_shape == (None, 10)
    assert marker.read_text() == "executed"
