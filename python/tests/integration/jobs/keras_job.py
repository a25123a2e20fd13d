"""Trains a linear model with Keras, and goes wrong when it is asked to."""

from __future__ import annotations

import contextlib
import json
import os
import sys
import time
from collections.abc import Iterator
from typing import Any

os.environ.setdefault("KERAS_BACKEND", "torch")

import keras
import numpy as np

import pulse_wrapper
from pulse_wrapper.keras import PulseCallback

_FEATURES = 4


class Misfortune(keras.callbacks.Callback):
    """Fails, waits or stops at a batch, counted over all epochs from 1."""

    def __init__(self, fail_at: int | None, stop_at: int | None, pause: float) -> None:
        super().__init__()
        self.fail_at, self.stop_at, self.pause = fail_at, stop_at, pause
        self.batches = 0

    def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
        self.batches += 1
        time.sleep(self.pause)
        if self.batches == self.fail_at:
            raise RuntimeError("out of memory, as asked")

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        if self.batches == self.stop_at:
            self.model.stop_training = True


def _stream(inputs: Any, targets: Any) -> Iterator[Any]:
    for start in range(0, len(inputs), 4):
        yield inputs[start : start + 4], targets[start : start + 4]


def _optimizer(accumulation: int | None, is_scheduled: bool) -> Any:
    rate = keras.optimizers.schedules.ExponentialDecay(0.01, 1, 0.5) if is_scheduled else 0.01
    return keras.optimizers.SGD(rate, gradient_accumulation_steps=accumulation)


def train(
    path: str,
    output: str = "",
    *,
    examples: int = 40,
    fail_at: int | None = None,
    nan_at: int | None = None,
    stop_at: int | None = None,
    pause: float = 0.0,
    is_stream: bool = False,
    terminates_on_nan: bool = False,
    has_block: bool = False,
    validates: bool = False,
    folds: int = 1,
    block_total: float = 0.0,
    accumulation: int | None = None,
    is_scheduled: bool = False,
    interval: float = 0.0,
    **arguments: Any,
) -> None:
    """Train in batches of 4, so that 40 examples make 10 batches an epoch."""
    keras.utils.set_random_seed(1)
    inputs = np.random.randn(examples, _FEATURES).astype("float32")
    targets = inputs.sum(1, keepdims=True)
    if nan_at is not None:
        targets[(nan_at - 1) * 4] = np.nan
    model = keras.Sequential([keras.layers.Input((_FEATURES,)), keras.layers.Dense(1)])
    model.compile(optimizer=_optimizer(accumulation, is_scheduled), loss="mse", metrics=["mae"])
    block = pulse_wrapper.training(path, block_total, interval=interval) if has_block else None
    callbacks = [PulseCallback(path, interval=interval), Misfortune(fail_at, stop_at, pause)]
    if terminates_on_nan:
        callbacks.append(keras.callbacks.TerminateOnNaN())
    with block or contextlib.nullcontext():
        for _ in range(folds):
            data = (_stream(inputs, targets),) if is_stream else (inputs, targets)
            model.fit(
                *data,
                batch_size=None if is_stream else 4,
                validation_data=(inputs, targets) if validates else None,
                shuffle=False,
                callbacks=callbacks,
                verbose=0,
                **{"epochs": 3, **arguments},
            )


if __name__ == "__main__":
    train(**json.loads(sys.argv[1]))
