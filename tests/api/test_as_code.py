import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import workbench as wb
from workbench.api import as_code
from workbench.data import DatasetConfig
from workbench.sweeps import SweepConfig
from workbench.training.schedules import POLICIES


class Recorder:
    """Stands for the package and notes what is called."""

    def __init__(self):
        self.calls = []
        kinds = ("ImageFolder", "ImageFormat", "Augmentation", "Start")
        for name in (*kinds, *(kind.__name__ for kind in POLICIES.values())):
            setattr(self, name, getattr(wb, name))

    def create_dataset(self, *args, **kwargs):
        self.calls.append((args, kwargs))

    train = sweep = create_dataset


def run(code):
    recorder = Recorder()
    lines = [line for line in code.split("\n") if not line.startswith("import ")]
    exec("\n".join(lines), {"wb": recorder})
    return recorder.calls


@pytest.mark.parametrize("path", ['/data/a b/it\'s "so"', "/d/ü\\n", "/plain"])
def test_the_cell_of_a_dataset_makes_the_same_configuration(path):
    config = DatasetConfig(
        name="n\"a'me",
        source=wb.ImageFolder(path, validation_percent=10, test_folder="/t"),
        image=wb.ImageFormat(width=28, height=14, channels=1, resize="fill", fill="edge"),
        seed=3,
    )
    (((name, source), kwargs),) = run(as_code.create_dataset(config))
    assert DatasetConfig(name=name, source=source, **kwargs) == config


def test_the_cell_of_a_run_makes_the_same_configuration():
    config = wb.TrainConfig(dataset="abc", epochs=3, seed=9, policy=wb.Fixed(), momentum=0.5)
    (((dataset,), kwargs),) = run(as_code.train(config, "digits", "my run"))
    assert dataset == "digits"
    assert kwargs.pop("name") == "my run"
    made = wb.TrainConfig(dataset="abc", **kwargs)
    assert made == config


@pytest.mark.parametrize("policy", [kind() for kind in POLICIES.values()])
def test_what_is_nested_is_built_again(policy):
    config = wb.TrainConfig(
        dataset="abc",
        policy=policy,
        augmentation=wb.Augmentation(flip="both", mixup=0.2, whitening=True),
        start=wb.Start(weights="/a 'b'/w.npz", frozen=-1),
        seed=0,
        devices="gpu:0,1",
    )
    (((dataset,), kwargs),) = run(as_code.train(config, "digits", group="g", runner="process"))
    assert (kwargs.pop("group"), kwargs.pop("runner")) == ("g", "process")
    assert wb.TrainConfig(dataset="abc", **kwargs) == config


@example('def build(input_shape, outputs):\n    """Both \'\'\' and """."""\n')
@example("# ends in a backslash \\")
@example('# ends in a mark "')
@example("x = '\\n'\r\n")
@given(st.text(min_size=1).filter(str.strip))
def test_code_of_a_network_comes_back_as_it_is(code):
    config = wb.TrainConfig(dataset="abc", network="custom", code=code)
    ((_, kwargs),) = run(as_code.train(config, "digits"))
    assert wb.TrainConfig(dataset="abc", **kwargs) == config


def test_code_of_a_network_reads_as_it_was_written():
    code = 'def build(input_shape, outputs):\n    """A network."""\n    return None\n'
    cell = as_code.train(wb.TrainConfig(dataset="abc", network="custom", code=code), "digits")
    assert code in cell
    assert cell.endswith("run = wb.train('digits', network='custom', code=code, epochs=30)")


def test_the_cell_of_several_runs_varies_the_same():
    config = wb.TrainConfig(dataset="abc", learning_rate=0.1, batch_size=32, epochs=2)
    varied = {"learning_rate": (0.1, 0.01), "batch_size": (32, 64)}
    sweep = SweepConfig(base=config, space=varied, at_once=2)
    (((dataset,), kwargs),) = run(as_code.repeat_sweep(sweep, "digits", "mine"))
    assert dataset == "digits"
    assert kwargs == {
        "network": "lenet", "name": "mine", "epochs": 2, "learning_rate": [0.1, 0.01],
        "batch_size": [32, 64], "at_once": 2,
    }  # fmt: skip


def test_defaults_are_left_out():
    code = as_code.train(wb.TrainConfig(dataset="abc"), "digits")
    assert code.endswith("run = wb.train('digits', network='lenet', epochs=30)")
    assert "epoch=2" in as_code.classify("lenet-1", "/five.png", 2)
    assert "epoch" not in as_code.classify("lenet-1", "/five.png")
