"""``workbench``: reads the arguments, runs the command, turns errors into one line."""

from __future__ import annotations

import argparse
import os
import sys
import traceback
from collections.abc import Sequence
from typing import Any

from workbench.cli import datasets, inference, lr, queue, runs, servers, sweep, train, upload
from workbench.cli.output import never_fail_to_print
from workbench.errors import JobFailed, WorkbenchError

_DONE, _FAILED, _WRONG, _STOPPED = 0, 1, 2, 130


class _Parser(argparse.ArgumentParser):
    """Reports wrong use the way every other error is reported."""

    def error(self, message: str) -> None:  # type: ignore[override]
        self.exit(_WRONG, f"error: {message}; see {self.prog} --help\n")


def parser() -> argparse.ArgumentParser:
    """Build the parser of all commands."""
    root = _Parser(
        prog="workbench",
        description="Train, look inside and ship image networks.",
        parents=[common(home=None, json=False, quiet=False, debug=False)],
    )
    commands = root.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for group in (servers, upload, datasets, train, sweep, lr, runs, queue, inference):
        group.add(commands, common())
    return root


def common(**defaults: Any) -> argparse.ArgumentParser:
    """The options that every command takes, before its name and after it.

    Args:
        defaults: given once, before the command; else what stood there would be forgotten.
    """
    options = argparse.ArgumentParser(add_help=False, argument_default=argparse.SUPPRESS)
    options.add_argument("--home", metavar="DIR", help="default: $WORKBENCH_HOME")
    options.add_argument("--json", action="store_true", help="one JSON document on stdout")
    options.add_argument("-q", "--quiet", action="store_true", help="print nothing but errors")
    options.add_argument("--debug", action="store_true", help="show tracebacks of errors")
    options.set_defaults(**defaults)
    return options


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command; the exit status is 0 done, 1 failed, 2 wrong use or input, 130 Ctrl-C."""
    # TensorFlow greets on stderr with dozens of lines that no one asked for.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    never_fail_to_print()
    try:
        arguments, rest = parser().parse_known_args(argv)
        if rest and not getattr(arguments, "takes_rest", False):
            parser().error(f"unrecognized arguments: {' '.join(rest)}")
        arguments.rest = rest
    except SystemExit as end:
        return int(end.code or 0)
    if arguments.home:
        os.environ["WORKBENCH_HOME"] = os.path.abspath(os.path.expanduser(arguments.home))
    try:
        return int(arguments.run(arguments) or _DONE)
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
        return _STOPPED
    except BrokenPipeError:  # the reader of our output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return _DONE
    except WorkbenchError as error:
        if arguments.debug:
            traceback.print_exc()
        print(f"error: {' '.join(str(error).split())}", file=sys.stderr)
        return _FAILED if isinstance(error, JobFailed) else _WRONG
    except Exception as error:  # what nobody foresaw is one sentence all the same
        if arguments.debug:
            traceback.print_exc()
        what = " ".join(f"{type(error).__name__}: {error}".split())
        print(f"error: {what}; --debug shows where", file=sys.stderr)
        return _FAILED


if __name__ == "__main__":
    sys.exit(main())
