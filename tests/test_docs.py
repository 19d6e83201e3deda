"""What the documents and notebooks say is done here, and works."""

import os
import re
from pathlib import Path

import nbclient
import nbformat
import pytest

ROOT = Path(__file__).parents[1]


def blocks(document, language):
    text = (ROOT / document).read_text()
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)


def test_the_python_of_the_readme_runs(capsys):
    for block in blocks("README.md", "python"):
        exec(compile(block, "README.md", "exec"), {"__name__": "readme"})
    out = capsys.readouterr().out
    assert "Prediction(label=" in out
    assert "(24, 24, 20)" in out


def test_the_commands_of_the_readme_exist():
    from workbench.cli.main import parser

    documents = ("README.md", "docs/machines.md")
    found = [block for document in documents for block in blocks(document, "console")]
    lines = [line for block in found for line in block.splitlines()]
    commands = [line.removeprefix("$ workbench ").split("#")[0].split() for line in lines]
    ours = [c for c, line in zip(commands, lines, strict=True) if line.startswith("$ workbench ")]
    assert len(ours) >= 7
    for arguments in ours:
        parser().parse_args(arguments)


def test_links_lead_somewhere():
    for document in ("README.md", "docs/architecture.md", "docs/s3.md", "docs/machines.md"):
        for target in re.findall(r"\]\(([^)#]+)\)", (ROOT / document).read_text()):
            assert (ROOT / document).parent.joinpath(target).exists(), target


def test_files_named_by_the_architecture_exist():
    text = (ROOT / "docs/architecture.md").read_text()
    for name in re.findall(r"→ (\w+/\w+\.py)", text):
        assert (ROOT / "workbench" / name).exists(), name


@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", sorted(p.name for p in (ROOT / "notebooks").glob("*.ipynb")))
def test_notebooks_run_from_top_to_bottom(name, tmp_path, monkeypatch):
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    notebook = nbformat.read(ROOT / "notebooks" / name, as_version=4)
    assert all(not cell.get("outputs") for cell in notebook.cells)
    # Kernels of a test run on pipes of their own; what the person has set up is left out.
    client = nbclient.NotebookClient(notebook, timeout=300, kernel_name="python3")
    client.execute(env=os.environ | {"PYTHONWARNINGS": "ignore"})
