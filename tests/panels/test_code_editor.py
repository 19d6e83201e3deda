"""The editor's Python side: what is marked, and that nothing is executed to find out."""

import warnings

import pytest

from workbench.panels.code_editor import CodeEditor, Mistake, syntax_mistake
from workbench.panels.view import close_tree


@pytest.mark.parametrize(
    ("code", "mistake"),
    [
        ("", None),
        ("x = 1\n", None),
        ("x = 1\ny = (2\n", Mistake(2, "'(' was never closed")),
        ("x = 1\n\nz = = 3\n", Mistake(3, "invalid syntax")),
        ("if x:\npass\n", Mistake(2, "expected an indented block after 'if' statement on line 1")),
    ],
)
def test_what_is_no_python_is_told_with_its_line(code, mistake):
    assert syntax_mistake(code) == mistake


def test_nothing_is_executed_and_no_warning_escapes(tmp_path):
    trace = tmp_path / "executed"
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert syntax_mistake(f"open({str(trace)!r}, 'w')\nx = '\\d'\n") is None
    assert not trace.exists()


def test_code_nested_without_end_or_with_a_nul_is_a_sentence():
    assert "null bytes" in syntax_mistake("x = '\0'").text
    assert syntax_mistake("(" * 100_000).line == 1
    assert syntax_mistake("-" * 100_000 + "1") is not None


def test_mistakes_are_marked_and_taken_away():
    editor = CodeEditor("Code of the network")
    assert "CodeMirror" in editor._esm
    editor.mark([Mistake(3, "no such layer")])
    assert editor.mistakes == [{"line": 3, "text": "no such layer"}]
    editor.mark([])
    assert editor.mistakes == []
    close_tree(editor)
