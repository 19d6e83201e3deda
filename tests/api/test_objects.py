import pytest

import workbench as wb
from workbench.errors import InvalidValue, JobBusy, JobInUse, NotFound

QUICK = {"epochs": 1, "batch_size": 16, "seed": 1, "runner": "synchronous"}


def test_a_run_from_start_to_deletion(digits_home):
    run = wb.train("digits", name="whole", home=digits_home, **QUICK)
    assert run.wait() == run.status == "done"
    assert run.history["train_loss"][-1] < run.history["train_loss"][0]
    assert [c.epoch for c in run.checkpoints] == [1.0]
    assert run.model.output_shape == (None, 10)
    assert wb.run(run.id[:6], home=digits_home).id == run.id
    document = run.to_dict()
    assert document["metrics"]["val_accuracy"] == run.checkpoints[0].metrics["val_accuracy"]
    assert (document["epoch"], document["epochs"], document["status"]) == (1.0, 1, "done")
    with pytest.raises(JobBusy, match="extend it to train it further"):
        run.resume()
    with pytest.raises(JobInUse, match="used by whole"):
        digits_home.delete(wb.dataset("digits", home=digits_home).job)
    run.delete()
    with pytest.raises(NotFound):
        wb.run(run.id, home=digits_home)


def test_lists_show_themselves_as_tables(digits_home):
    run = wb.train("digits", name="<b>bold</b>", home=digits_home, **QUICK)
    listed = wb.runs(home=digits_home)
    assert listed[0].id == run.id
    assert "&lt;b&gt;bold" in listed._repr_html_()
    assert "val_accuracy" in repr(listed)
    assert wb.datasets(home=digits_home).rows[0]["images"] == 600
    assert repr(wb.runs(home=wb.Home("/nonexistent/home"))) == "(none yet)"
    run.delete()


def test_names_are_counted(digits_home):
    first, second = (wb.train("digits", home=digits_home, **QUICK) for _ in range(2))
    assert first.name.rsplit("-", 1)[0] == second.name.rsplit("-", 1)[0] == "lenet"
    assert first.name != second.name
    for run in (first, second):
        run.delete()


@pytest.mark.parametrize(
    ("fields", "error", "message"),
    [
        ({"epoks": 3}, InvalidValue, "no field 'epoks'; it has dataset, network, code"),
        ({"epochs": 0}, InvalidValue, "epochs must be 1–100000, got 0"),
        ({"batch_size": 1.5}, InvalidValue, "batch_size must be a whole number"),
        ({"learning_rate": float("nan")}, InvalidValue, "learning_rate must be"),
        ({"network": "alexnot"}, NotFound, "no network 'alexnot'"),
        ({"runner": "moon"}, InvalidValue, "moon"),
    ],
)
def test_a_wrong_field_makes_nothing(digits_home, fields, error, message):
    before = len(digits_home.summaries("run"))
    with pytest.raises(error, match=message):
        wb.train("digits", home=digits_home, **fields)
    assert len(digits_home.summaries("run")) == before


def test_the_home_can_be_changed(tmp_path):
    assert wb.home(tmp_path / "other").path == tmp_path / "other"
    assert wb.home().path == tmp_path / "other"
