import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.training.augmentation import Augmentation
from workbench.training.augmentation.draws import Draws
from workbench.training.augmentation.mixing import mix

KINDS = [("uint8", 1), ("uint8", 3), ("uint16", 2), ("float32", 7)]


def two(dtype, channels, count=16, size=(10, 8)):
    top = 1 if dtype == "float32" else np.iinfo(dtype).max
    random = np.random.default_rng(0)
    found = (random.random((2, count, *size, channels)) * top).astype(dtype)
    found.setflags(write=False)
    return found


@pytest.mark.parametrize(("dtype", "channels"), KINDS)
def test_mixup_is_the_weighted_mean(dtype, channels):
    images, others = two(dtype, channels)
    found, share = mix(images, others, Augmentation(mixup=0.4), Draws(1, 2, 16))
    assert found.dtype == dtype and share.dtype == np.float32 and share.shape == (16,)
    assert len(set(share.tolist())) == 16, "each image has a share of its own"
    parts = share.astype(float)[:, None, None, None]
    wanted = parts * images + (1 - parts) * others
    assert found == pytest.approx(wanted, abs=1e-5 if dtype == "float32" else 0.51)


def test_mixups_shares_are_drawn_from_beta():
    images, others = two("uint8", 1, count=4000, size=(1, 1))
    for alpha in (0.2, 1.0, 5.0):
        _, share = mix(images, others, Augmentation(mixup=alpha), Draws(0, 0, 4000))
        assert share.mean() == pytest.approx(0.5, abs=0.03)
        assert share.var() == pytest.approx(1 / (4 * (2 * alpha + 1)), rel=0.1)


@settings(deadline=None, max_examples=30)
@given(
    kind=st.sampled_from(KINDS),
    size=st.tuples(st.integers(1, 12), st.integers(1, 12)),
    alpha=st.floats(0.1, 10),
    step=st.integers(0, 1000),
)
def test_cutmixs_share_is_the_area_kept(kind, size, alpha, step):
    dtype, channels = kind
    images = np.zeros((5, *size, channels), dtype)
    others = np.ones((5, *size, channels), dtype)
    found, share = mix(images, others, Augmentation(cutmix=alpha), Draws(3, step, 5))
    for image, kept in zip(found, share, strict=True):
        assert kept == np.float32((image == 0).sum() / image.size)


def test_of_both_each_image_is_given_one():
    images = np.zeros((400, 10, 10, 1), np.float32)
    found, share = mix(images, images + 1, Augmentation(mixup=1, cutmix=1), Draws(3, 0, 400))
    cut = np.array([set(np.unique(image)) <= {0, 1} for image in found])
    assert cut.mean() == pytest.approx(0.5, abs=0.1)
    for image, kept, by_cutmix in zip(found, share, cut, strict=True):
        if by_cutmix:
            assert kept == np.float32((image == 0).sum() / image.size)
        else:
            assert image == pytest.approx(1 - kept, abs=1e-6)
