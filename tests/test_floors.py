"""The layout holds: imports go downwards, and below the screens nothing knows one."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import workbench

ROOT = Path(workbench.__file__).parent
CORE = (
    "jobs", "data", "samples", "networks", "tasks", "training", "inference", "runners", "sweeps",
)  # fmt: skip
SCREENS = ("ipywidgets", "plotly", "anywidget", "IPython", "voila", "tornado", "traitlets")
# Who may import whom: a floor and the floors below it.
GROUND = ("errors", "validation", "storage")
FLOORS = {
    "errors": (),
    "validation": ("errors",),
    "storage": ("errors",),
    "jobs": GROUND,
    "data": ("jobs", "tasks", *GROUND),
    "samples": ("data", "jobs", *GROUND),
    "networks": ("errors", "validation"),
    "tasks": ("networks", "errors", "validation"),
    "training": ("tasks", "networks", "data", "jobs", *GROUND),
    "inference": ("training", "tasks", "networks", "data", "jobs", *GROUND),
}
FLOORS["runners"] = tuple(FLOORS)
FLOORS["sweeps"] = tuple(FLOORS)
BELOW_SCREENS = tuple(FLOORS)


def imports(path):
    """The modules that a file imports, wherever in it."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute"
            yield from (
                f"{node.module}.{alias.name}" if node.module == "workbench" else node.module
                for alias in node.names
            )


def files(package):
    path = ROOT / package
    return sorted(path.rglob("*.py")) if path.is_dir() else [path.with_suffix(".py")]


@pytest.mark.parametrize("package", CORE)
def test_core_knows_no_screen(package):
    for path in files(package):
        for name in imports(path):
            first = name.split(".")[0]
            assert first not in SCREENS, f"{path} imports {name}"
            assert not first.startswith("jupyter"), f"{path} imports {name}"


@pytest.mark.parametrize("package", FLOORS)
def test_imports_go_downwards(package):
    allowed = {package, *FLOORS[package]}
    for path in files(package):
        for name in imports(path):
            if name.startswith("workbench."):
                assert name.split(".")[1] in allowed, f"{path} imports {name}"


def test_calls_lead_up_to_the_screens_in_one_place():
    for path in files("api"):
        up = [n for n in imports(path) if n.startswith(("workbench.panels", "workbench.cli"))]
        assert not up or path.name == "display.py", path


def test_nothing_is_unpickled_or_evaluated():
    for path in ROOT.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                own_code = path == ROOT / "networks" / "custom.py" and node.func.id == "exec"
                assert own_code or node.func.id not in ("eval", "exec"), path
            if isinstance(node, ast.Attribute):
                assert node.attr not in ("extractall", "unpack_archive"), path
        assert not {"pickle", "dill", "joblib"} & set(imports(path)), path


def test_the_facade_is_pinned():
    assert workbench.__all__ == [
        "Arrays", "Augmentation", "Cosine", "DataError", "Database", "Dataset", "DatasetConfig",
        "Exponential", "Fixed", "FromDatasets", "History", "Home", "IdxFiles", "ImageFolder",
        "ImageFormat", "InvalidValue", "Inverse", "JobBusy", "JobError", "JobFailed", "JobInUse",
        "JobInterrupted", "MissingExtra", "MultiStep", "NetworkError", "NotFound", "NotTrusted",
        "OneCycle", "ParquetImages", "Polynomial", "Range", "Run", "S3Folder", "SchemaError",
        "Sigmoid", "Start", "Step", "Stopping", "StorageError", "Sweep", "SweepConfig", "TextLists",
        "TrainConfig", "WorkbenchError", "app", "clone", "compare", "create_dataset", "dataset",
        "datasets", "find_learning_rate", "find_sweep", "home", "imagefolder", "list_sweeps", "run",
        "runs", "samples", "sidebar", "sweep", "train", "trust", "upload",
    ]  # fmt: skip
    assert workbench.__all__ == sorted(workbench.__all__)
    for name in workbench.__all__:
        assert getattr(workbench, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = workbench.nothing


def test_importing_it_loads_nothing_heavy():
    code = "import sys, workbench; print(*sorted(m for m in sys.modules if '.' not in m))"
    loaded = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True
    ).stdout.split()
    heavy = {"tensorflow", "keras", "plotly", "numpy", "ipywidgets", "PIL", "boto3"}
    assert not heavy & set(loaded)
