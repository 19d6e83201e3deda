"""Devices by the words of a configuration, and equal weights on several of them."""

import json
import subprocess
import sys

import pytest

from workbench.errors import InvalidValue
from workbench.training import devices

# A process of its own: a processor is divided before anything is computed, or not at all.
_ON_TWO = """
import json, sys
import numpy as np
import keras
from workbench import tasks
from workbench.training import devices
from workbench.training.loop import Loop, Objective
from workbench.training.pipeline import in_parts

strategy = devices.strategy("cpu:2")
import tensorflow as tf

images = np.random.default_rng(1).uniform(0, 1, (26, 8, 8, 1)).astype("float32")
targets = np.random.default_rng(2).integers(0, 3, 26)
task = tasks.get("classification")

def trained(strategy, parts, scaled=False):
    keras.utils.set_random_seed(5)
    with devices.scope(strategy):
        model = keras.Sequential([
            keras.Input((8, 8, 1)),
            keras.layers.Conv2D(4, 3, activation="relu"),
            keras.layers.Flatten(),
            keras.layers.Dense(3),
        ])
        optimizer = keras.optimizers.AdamW(0.01, use_ema=True, ema_momentum=0.9)
        if scaled:
            optimizer = keras.optimizers.LossScaleOptimizer(optimizer)
        optimizer.build(model.trainable_variables)
    objective = Objective(task.loss(), clip_norm=0.5)
    loop = Loop(model, model, optimizer, task, objective, strategy, parts)
    # Moving averages follow the weights as gentler rates leave them.
    loop.choose({model.trainable_variables[0].path: 0.3})
    data = tf.data.Dataset.from_tensor_slices((images, targets)).repeat().batch(26)
    replicas = strategy.num_replicas_in_sync if strategy else 1
    if parts * replicas > 1:
        data = in_parts(data, parts * replicas, range(parts * replicas))
    losses = loop.train(iter(devices.distributed(data, strategy)), [0.01] * 6, [26] * 6)
    return [losses, *(np.asarray(v, "float64") for v in loop.variables)]

one = trained(None, 1)
apart = {}
for parts in (1, 3):
    two = trained(strategy, parts)
    apart[parts] = max(float(np.abs(a - b).max()) for a, b in zip(one, two, strict=True))

scaled = zip(trained(None, 1, True), trained(strategy, 3, True), strict=True)
apart["scaled"] = max(float(np.abs(a - b).max()) for a, b in scaled)

# A single one that is not the first.
second = tf.distribute.OneDeviceStrategy(tf.config.list_logical_devices("CPU")[1].name)
other = trained(second, 3)
apart["second"] = max(float(np.abs(a - b).max()) for a, b in zip(one, other, strict=True))
with devices.scope(second):
    place = keras.Variable(1.0).value.device
print(json.dumps(
    {"replicas": strategy.num_replicas_in_sync, "apart": apart, "place": place}
))
"""


def test_two_logical_processors_train_to_the_weights_of_one():
    done = subprocess.run([sys.executable, "-c", _ON_TWO], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["replicas"] == 2
    assert max(found["apart"].values()) < 2e-5
    assert found["place"].endswith("CPU:1")


def test_gpus_that_are_not_there_are_one_sentence():
    with pytest.raises(InvalidValue, match="devices: 7 asks for 7 GPUs, there are"):
        devices.strategy("7")
    with pytest.raises(InvalidValue, match="own"):
        devices.strategy("cpu:64")
