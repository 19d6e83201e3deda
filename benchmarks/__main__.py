"""``python -m benchmarks [NAME …]``: a ratio a line, in a home of its own."""

from __future__ import annotations

import importlib
import os
import sys
import tempfile

from workbench.cli.quiet import load_tensorflow

NAMES = (
    "import_time",
    "dataset_creation",
    "s3",
    "explore",
    "results",
    "classify_one",
    "training",
    "augmentation",
    "first_paint",
)
_TRAINED = ("classify_one", "training", "augmentation")


def main() -> None:
    """Run the named benchmarks, or all of them."""
    chosen = sys.argv[1:] or NAMES
    for name in chosen:
        if name not in NAMES:
            sys.exit(f"there is no benchmark {name!r}; there are {', '.join(NAMES)}")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    with tempfile.TemporaryDirectory() as home:
        os.environ["WORKBENCH_HOME"] = home
        for name in chosen:
            if name in _TRAINED:
                load_tensorflow()
            importlib.import_module(f"benchmarks.{name}").run()


if __name__ == "__main__":
    main()
