"""Networks that several machines train."""

# Without dropout, which falls otherwise on every machine.
NETWORK = """
def build(input_shape, outputs):
    return keras.Sequential([
        keras.Input(input_shape),
        layers.Rescaling(1 / 255),
        layers.Conv2D(4, 5, strides=3, activation="relu"),
        layers.Flatten(),
        layers.Dense(outputs),
    ])
"""
