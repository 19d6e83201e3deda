import time

import pytest

from workbench.panels import format as fmt


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        (fmt.percent(0.98906), "98.91 %"),
        (fmt.percent(None), "–"),
        (fmt.loss(0.03518), "0.0352"),
        (fmt.loss(123456.7), "123,456.7"),
        (fmt.count(60000), "60,000"),
        (fmt.duration(118.4), "1:58"),
        (fmt.duration(7390), "2:03:10"),
        (fmt.size(999), "999 bytes"),
        (fmt.size(47_040_000), "47 MB"),
        (fmt.size(4_700_000), "4.7 MB"),
        (fmt.epoch(14.6, 30), "14.6 / 30"),
        (fmt.epoch(30.0, 30), "30 / 30"),
        (fmt.shape((24, 24, 20)), "24 × 24 × 20"),
    ],
)
def test_numbers_as_people_read_them(shown, expected):
    assert shown == expected


def test_a_time_of_another_day_has_its_date():
    assert len(fmt.clock(time.time())) == 5
    assert " " in fmt.clock(0)
