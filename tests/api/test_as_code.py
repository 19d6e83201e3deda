import pytest

import workbench as wb
from workbench.api import as_code
from workbench.data import DatasetConfig


class Recorder:
    """Stands for the package and notes what is called."""

    def __init__(self):
        self.calls = []
        for name in ("ImageFolder", "ImageFormat", "Step", "Fixed"):
            setattr(self, name, getattr(wb, name))

    def create_dataset(self, *args, **kwargs):
        self.calls.append((args, kwargs))

    train = create_dataset


def run(code):
    recorder = Recorder()
    lines = [line for line in code.splitlines() if not line.startswith("import ")]
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


def test_defaults_are_left_out():
    code = as_code.train(wb.TrainConfig(dataset="abc"), "digits")
    assert code.endswith("run = wb.train('digits', network='lenet', epochs=30)")
    assert "epoch=2" in as_code.classify("lenet-1", "/five.png", 2)
    assert "epoch" not in as_code.classify("lenet-1", "/five.png")
