import argparse

import pytest

from workbench.cli.sources import add_source_options, source_of
from workbench.data import ImageFolder
from workbench.data.sources.derived import FromDatasets
from workbench.errors import InvalidValue, NotFound


def parsed(line):
    parser = argparse.ArgumentParser()
    add_source_options(parser)
    return source_of(parser.parse_args(line.split()))


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("--idx D --labels names.txt", "--labels goes with --train-list or --database, not with"),
        ("--idx D --max-per-class 10", "--max-per-class goes with --folder or --s3 or --from, not"),
        ("--idx D --max-per-class 0", "--max-per-class goes with"),
        ("--idx D --val-folder /nonexistent", "--val-folder goes with --folder, not with --idx"),
        ("--arrays F.npz --labels names.txt", "not with --arrays"),
        ("--train-list F --max-per-class 2", "not with --train-list"),
        (
            "--from a --min-per-class 2",
            "--min-per-class goes with --folder or --s3, not with --from",
        ),
        ("--folder D --cache", "--cache goes with --s3, not with --folder"),
        ("--folder D --rename-class a=b", "--rename-class goes with --from, not with --folder"),
    ],
)
def test_an_option_of_another_source_is_refused(line, message):
    with pytest.raises(InvalidValue, match=message):
        parsed(line)


def test_options_of_the_source_are_heard():
    assert parsed("--folder /d") == ImageFolder("/d", min_per_class=2)
    limited = ImageFolder("/d", test_folder="/t", min_per_class=1, max_per_class=3)
    assert parsed("--folder /d --test-folder /t --min-per-class 1 --max-per-class 3") == limited


def test_other_datasets_are_named_by_their_ids(digits, monkeypatch):
    monkeypatch.setenv("WORKBENCH_HOME", str(digits.job.path.parents[1]))
    line = "--from digits --rename-class 1=one --divide-again --max-per-class 5"
    found = parsed(line)
    assert found == FromDatasets(
        (digits.id,), divide="again", classes={"1": "one"}, max_per_class=5, validation_percent=25
    )
    with pytest.raises(NotFound, match="there is no dataset 'absent'"):
        parsed("--from absent")
