import pytest

import workbench as wb


@pytest.fixture(scope="session")
def trained(digits_home):
    """A run of four epochs on 450 digits; good enough to be asked."""
    config = {"epochs": 4, "seed": 5, "learning_rate": 0.02, "batch_size": 16}
    ds = wb.dataset("digits", home=digits_home)
    return wb.train(ds, name="trained", runner="synchronous", home=digits_home, **config)
