import pytest

from workbench.data.s3.pace import Pace


@pytest.mark.parametrize(
    ("seconds", "most", "threads"),
    [
        ([], 16, 4),
        ([], 2, 2),
        ([0.0005], 16, 4),
        ([0.5, 0.02, 0.4], 16, 10),
        ([0.5], 16, 16),
        ([0.5], 3, 3),
    ],
)
def test_the_farther_a_server_the_more_is_asked_at_a_time(seconds, most, threads):
    pace = Pace(most)
    for each in seconds:
        pace.note(each)
    assert pace.threads == threads
