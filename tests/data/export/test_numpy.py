import json

import numpy as np
import pytest

from workbench.data.export import export


@pytest.mark.parametrize(
    ("channels", "dtype"), [(3, "uint8"), (1, "uint8"), (5, "uint16"), (2, "float32")]
)
def test_arrays_are_as_they_were(make, tmp_path, channels, dtype):
    dataset = make(channels, dtype)
    folder = export(dataset, "numpy", tmp_path / "out")
    with np.load(folder / "arrays.npz", allow_pickle=False) as arrays:
        assert sorted(arrays) == ["x_train", "x_val", "y_train", "y_val"]
        for name in ("train", "val"):
            split = dataset.splits[name]
            assert arrays[f"x_{name}"].dtype == dtype
            assert np.array_equal(arrays[f"x_{name}"], split.images)
            assert arrays[f"y_{name}"].dtype == np.int64
            assert np.array_equal(arrays[f"y_{name}"], split.targets)
    assert json.loads((folder / "labels.json").read_text()) == ["ant", "bee", "cat"]
