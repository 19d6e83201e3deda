import pytest

import workbench as wb
from workbench.errors import InvalidValue


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"keep_together": "a{99999999999999999999}"}, "keep_together must be folder or a regular"),
        ({"keep_together": "(" * 20_000}, "keep_together must be folder or a regular"),
        ({"group": 5}, "group must be text, got 5"),
        ({"group": "a" * 100_000}, "group must be at most 200 characters, got 100000"),
    ],
)
def test_wrong_fields_are_refused_in_a_sentence(fields, message):
    with pytest.raises(InvalidValue, match=message) as caught:
        wb.DatasetConfig(name="x", source=wb.ImageFolder("/x"), **fields)
    assert len(str(caught.value)) < 500
