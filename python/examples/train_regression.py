#!/usr/bin/env python3
"""A small real training job: linear regression by stochastic gradient descent, pure Python.

It leads the life of a job as Order 16.2-FINAL, block 3.1 describes it: idle until the data is
there, running with epoch 0, an update after each step, then done, or error with the reason. With a
checkpoint it goes on where it crashed.

    python3 python/examples/train_regression.py --status-file status.json --epochs 3 --delay 0.1
"""

from __future__ import annotations

import argparse
import json
import math
import os
import pathlib
import random
import signal
import sys
import time
from types import FrameType
from typing import Any

# It runs from a checkout as well as with the package installed.
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "src"))

import pulse_wrapper as pulse  # noqa: E402

Example = tuple[list[float], float]

FEATURES = 8
BATCH_SIZE = 16
NOISE = 0.1


class Regression:
    """Weights and a bias, trained on the squared error."""

    def __init__(self) -> None:
        self.weights = [0.0] * FEATURES
        self.bias = 0.0

    def step(self, batch: list[Example], learning_rate: float) -> float:
        """Descend once along the batch's gradient. Gives the mean squared error before it."""
        gradient = [0.0] * FEATURES
        bias_gradient = loss = 0.0
        for features, target in batch:
            error = sum(w * x for w, x in zip(self.weights, features)) + self.bias - target
            loss += error * error / len(batch)
            scaled = 2 * error / len(batch)
            bias_gradient += scaled
            gradient = [g + scaled * x for g, x in zip(gradient, features)]
        self.weights = [w - learning_rate * g for w, g in zip(self.weights, gradient)]
        self.bias -= learning_rate * bias_gradient
        return loss

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from what a checkpoint holds."""
        self.weights, self.bias = state["weights"], state["bias"]


def make_examples(count: int, source: random.Random) -> list[Example]:
    """Points around a plane that the model has to find."""
    truth = [source.uniform(-2, 2) for _ in range(FEATURES)]
    examples = []
    for _ in range(count):
        features = [source.gauss(0, 1) for _ in range(FEATURES)]
        target = sum(w * x for w, x in zip(truth, features)) + 0.5 + source.gauss(0, NOISE)
        examples.append((features, target))
    return examples


class Job:
    """The training, and where it is: what the last status tells when it ends early."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        self.epoch = 0.0
        self.loss = 0.0

    def run(self) -> None:
        """Train from the first step to the last, and say so."""
        path, epochs = self.options.status_file, self.options.epochs
        checkpoint = self._checkpoint()
        # `pulse run` has said already that it runs: being idle would be the end of that run.
        if checkpoint is None and "PULSE_SUPERVISED" not in os.environ:
            pulse.write_idle_status(path)
        time.sleep(self.options.wait)
        source = random.Random(self.options.seed)
        examples = make_examples(self.options.steps_per_epoch * BATCH_SIZE, source)
        model = Regression()
        message = f"Training on {len(examples)} examples"
        if checkpoint is not None:
            model.restore(checkpoint)
            self.epoch, self.loss = checkpoint["epoch"], checkpoint["loss"]
            message = f"Resumed at epoch {checkpoint['epoch']}"
        pulse.write_running_status(path, self.epoch, epochs, self.loss, message)
        for epoch in range(int(self.epoch), epochs):
            source.shuffle(examples)
            for step in range(self.options.steps_per_epoch):
                batch = examples[step * BATCH_SIZE : (step + 1) * BATCH_SIZE]
                self._step(model, batch, epoch + (step + 1) / self.options.steps_per_epoch)
            self._save(model, epoch + 1)
        pulse.write_done_status(path, epochs, epochs, self.loss)

    def _checkpoint(self) -> dict[str, Any] | None:
        """What a run before this one has saved."""
        if self.options.checkpoint is None or not self.options.checkpoint.exists():
            return None
        state: dict[str, Any] = json.loads(self.options.checkpoint.read_text())
        return state

    def _save(self, model: Regression, epoch: int) -> None:
        """Replace the checkpoint, which is whole at each moment."""
        path = self.options.checkpoint
        if path is None:
            return
        state = {"epoch": epoch, "loss": self.loss, "weights": model.weights, "bias": model.bias}
        new = path.with_name(path.name + ".new")
        new.write_text(json.dumps(state))
        os.replace(new, path)

    def _learning_rate(self, epoch: float) -> float:
        """Grow linearly until the end of the warm-up."""
        rate: float = self.options.learning_rate
        return rate if epoch >= self.options.warmup else rate * epoch / self.options.warmup

    def _step(self, model: Regression, batch: list[Example], epoch: float) -> None:
        time.sleep(self.options.delay)
        loss = model.step(batch, self._learning_rate(epoch))
        # A loss that is no number is no loss: the last real one stays in the status.
        if not math.isfinite(loss):
            raise ArithmeticError(f"loss is {loss} at epoch {epoch:.2f}: the training diverged")
        self.epoch, self.loss = epoch, loss
        total = self.options.epochs
        message = f"Epoch {epoch:.2f} of {total}, loss {loss:.4g}"
        pulse.write_running_status(self.options.status_file, epoch, total, loss, message)
        if self.options.fail_at is not None and epoch >= self.options.fail_at:
            raise RuntimeError(f"failed at epoch {epoch:.2f}, as asked")

    def fail(self, reason: str) -> None:
        """Say why the job ends early, and how far it came."""
        options = self.options
        pulse.write_error_status(options.status_file, self.epoch, options.epochs, self.loss, reason)


class Stopped(BaseException):
    """The job was told to end by a signal."""


def _stop(number: int, _: FrameType | None) -> None:
    raise Stopped(number)


def main() -> int:
    """Train, and give the exit code."""
    job = Job(_parser().parse_args())
    signal.signal(signal.SIGTERM, _stop)
    signal.signal(signal.SIGINT, _stop)
    try:
        job.run()
    except Stopped as stop:
        number = signal.Signals(stop.args[0])
        job.fail(f"Stopped by {number.name}")
        return 128 + number
    except Exception as error:  # Whatever it is, whoever watches must learn of it.
        job.fail(f"{type(error).__name__}: {error}")
        raise
    return 0


def _parser() -> argparse.ArgumentParser:
    summary, _, _ = (__doc__ or "").partition("\n")
    parser = argparse.ArgumentParser(description=summary)
    add = parser.add_argument
    status_file = os.environ.get("PULSE_STATUS_FILE", "status.json")
    add("--status-file", default=status_file, metavar="PATH", help=f"default: {status_file}")
    add("--epochs", type=_at_least_1, default=3, metavar="N", help="default: 3")
    add("--steps-per-epoch", type=_at_least_1, default=50, metavar="N", help="default: 50")
    add("--delay", type=float, default=0.0, metavar="SECONDS", help="before each step")
    add("--wait", type=float, default=0.0, metavar="SECONDS", help="stay idle at first")
    add("--fail-at", type=float, metavar="EPOCH", help="fail there, to see a failure")
    add("--learning-rate", type=float, default=0.02, metavar="X", help="10 diverges")
    add("--warmup", type=float, default=0.0, metavar="EPOCHS", help="until the rate is reached")
    add("--checkpoint", type=pathlib.Path, metavar="PATH", help="resumed, and saved each epoch")
    add("--seed", type=int, default=1, metavar="N", help="of the data and its order")
    return parser


def _at_least_1(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text} is below 1")
    return number


if __name__ == "__main__":
    sys.exit(main())
