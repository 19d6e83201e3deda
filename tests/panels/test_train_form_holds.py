"""The form holds a configuration and nothing else: what is put in comes out again."""

import dataclasses
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import workbench as wb
from workbench import networks
from workbench.panels.app import App
from workbench.training.augmentation.config import FLIPS, QUARTER_TURNS
from workbench.training.config import (
    CLASS_WEIGHTS,
    MAX_SEED,
    MEAN_SUBTRACTIONS,
    PRECISIONS,
    SOLVERS,
)


def numbers(low, high):
    return st.one_of(st.floats(low, high), st.integers(int(low) + 1, int(high)))


def shares(low=0, high=1):
    return st.floats(low, high)


def growing(size):
    """The greatest factor that a rate may grow by each time ``size`` percent are done."""
    return min(10, 1e8 ** (1 / max(1, math.floor(100 / size))))


POLICIES = st.one_of(
    st.just(wb.Fixed()),
    shares(0.1, 100).flatmap(
        lambda size: st.builds(wb.Step, size=st.just(size), gamma=shares(1e-6, growing(size)))
    ),
    st.builds(
        wb.MultiStep,
        at=st.lists(shares(0.01, 100), min_size=1, max_size=4, unique=True).map(
            lambda percents: tuple(sorted(percents))
        ),
        gamma=shares(1e-6, 10),
    ),
    st.builds(wb.Exponential, gamma=shares(0.5, 1.1)),
    st.builds(wb.Inverse, gamma=shares(0, 1000), power=shares(0, 100)),
    st.builds(wb.Polynomial, power=shares(0, 100)),
    st.builds(wb.Sigmoid, middle=shares(0, 100), gamma=shares(-10, 10)),
    st.builds(wb.Cosine, least=shares()),
    st.builds(wb.OneCycle, peak=shares(1, 99), start=shares(), end=shares()),
)
AUGMENTATIONS = st.builds(
    wb.Augmentation,
    flip=st.sampled_from(FLIPS),
    quarter_turns=st.sampled_from(QUARTER_TURNS),
    rotation=shares(0, 180),
    rescale=shares(0, 0.9),
    shift=shares(0, 0.5),
    noise=shares(),
    contrast=shares(),
    brightness=shares(),
    whitening=st.booleans(),
    hue=shares(),
    saturation=shares(),
    value=shares(),
    rand_augment=st.integers(0, 10),
    magnitude=shares(0, 10),
    mixup=shares(0, 10),
    cutmix=shares(0, 10),
    erasing=shares(),
)
GENTLE = {
    "frozen": st.one_of(st.just(-1), shares(0, 100_000)),
    "stages": st.integers(1, 100),
    "backbone_rate": shares(0, 100),
    "depth_decay": shares(0.01, 1),
}
STARTS = st.one_of(
    st.builds(wb.Start, **GENTLE),
    st.builds(wb.Start, run=st.from_regex(r"[a-z0-9]{8}(@[1-9][0-9]{0,5})?", fullmatch=True),
              **GENTLE),
    st.builds(wb.Start, weights=st.sampled_from(["imagenet", "/a b/w.npz", "ü.keras"]), **GENTLE),
)  # fmt: skip
NETWORKS = st.one_of(
    st.sampled_from(list(networks.catalogue())).map(lambda name: {"network": name}),
    st.text(min_size=1).filter(str.strip).map(lambda code: {"network": "custom", "code": code}),
)
OTHERS = {
    "start": STARTS,
    "epochs": st.integers(1, 100_000),
    "batch_size": st.integers(1, 65_536),
    "accumulation": st.integers(1, 10_000),
    "learning_rate": shares(1e-9, 1000),
    "solver": st.sampled_from(SOLVERS),
    "momentum": shares(0, 0.9999),
    "weight_decay": shares(0, 10),
    "clip_norm": shares(0, 1e9),
    "clip_value": shares(0, 1e9),
    "policy": POLICIES,
    "warm_up": shares(0, 100_000),
    "label_smoothing": shares(0, 0.99),
    "class_weights": st.sampled_from(CLASS_WEIGHTS),
    "ema": shares(0, 0.99999),
    "precision": st.sampled_from(PRECISIONS),
    "mean_subtraction": st.sampled_from(MEAN_SUBTRACTIONS),
    "crop": st.integers(0, 16_384),
    "augmentation": AUGMENTATIONS,
    "seed": st.one_of(st.none(), st.integers(0, MAX_SEED)),
    "snapshot_interval": shares(0.001, 1e6),
    "validation_interval": shares(0.001, 1e6),
    "keep_last": st.integers(0, 100_000),
    "patience": shares(0, 1e6),
    "devices": st.one_of(
        st.sampled_from(["", "2", "gpu:0,3", "gpu:7", "cpu:2"]),
        st.integers(1, 999).map(str),
        st.integers(1, 99).map("cpu:{}".format),
    ),
    "smaller_batch": st.booleans(),
}


@pytest.fixture(scope="module")
def forms(digits_home):
    """A form as it begins, and one with all its parts unfolded."""
    apps = [App(digits_home, "train") for _ in range(2)]
    made = [app.page._form for app in apps]
    for part in made[1]._parts:
        part.unfold()
    yield made
    for app in apps:
        app.close()


@settings(max_examples=40)
@given(network=NETWORKS, others=st.fixed_dictionaries(OTHERS))
def test_every_configuration_comes_out_as_it_went_in(forms, digits_home, network, others):
    dataset = wb.dataset("digits", home=digits_home).id
    config = wb.TrainConfig(dataset=dataset, **network, **others)
    for form in forms:
        form.set(config)
        assert form.config() == config


def test_every_field_is_among_them():
    fields = {field.name for field in dataclasses.fields(wb.TrainConfig)}
    assert fields - set(OTHERS) == {"dataset", "task", "network", "code"}
