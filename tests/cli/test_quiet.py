"""What TensorFlow says of itself is kept back; what explains a failure is not."""

import os

import pytest

from workbench.cli.quiet import silent_stderr


def test_what_is_written_by_other_languages_is_kept_back(capfd):
    with silent_stderr():
        os.write(2, b"I0000 port.cc: greetings")
    os.write(2, b"after")
    assert capfd.readouterr().err == "after"


def test_when_it_fails_everything_is_shown(capfd):
    with pytest.raises(ImportError):
        _fail_loudly()
    assert capfd.readouterr().err == "no such library"


def _fail_loudly():
    with silent_stderr():
        os.write(2, b"no such library")
        raise ImportError
