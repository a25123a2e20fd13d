"""Keras 3, reported by a callback; set KERAS_BACKEND to the backend that is installed."""

import sys

import keras
import numpy as np

import pulse_wrapper
from pulse_wrapper.keras import PulseCallback

path = sys.argv[1] if len(sys.argv) > 1 else "status.json"

# The callback alone reports the training. The block around the script adds what comes before and
# after it: loading, saving, evaluating.
with pulse_wrapper.training(path):
    inputs = np.random.randn(160, 4).astype("float32")
    targets = inputs.sum(1, keepdims=True)
    model = keras.Sequential([keras.layers.Input((4,)), keras.layers.Dense(1)])
    model.compile(optimizer=keras.optimizers.SGD(0.05), loss="mse")
    model.fit(inputs, targets, epochs=3, batch_size=8, callbacks=[PulseCallback(path)])
    model.evaluate(inputs, targets)
