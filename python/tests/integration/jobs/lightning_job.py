"""Trains a linear model with Lightning, and goes wrong when it is asked to."""

from __future__ import annotations

import contextlib
import json
import sys
import time
from collections.abc import Iterator
from typing import Any

import torch
from lightning.pytorch import LightningModule, Trainer
from lightning.pytorch.callbacks import Callback
from torch.utils.data import DataLoader, Dataset, IterableDataset

import pulse_wrapper
from pulse_wrapper.lightning import PulseCallback

_FEATURES = 4


class Examples(Dataset[Any]):
    """Points on a plane."""

    def __init__(self, count: int) -> None:
        self.inputs = torch.randn(count, _FEATURES)
        self.targets = self.inputs.sum(1, keepdim=True)

    def __len__(self) -> int:
        return len(self.inputs)

    def __getitem__(self, index: int) -> Any:
        return self.inputs[index], self.targets[index]


class Stream(IterableDataset[Any]):
    """The examples, without a length."""

    def __init__(self, examples: Examples) -> None:
        self.examples = examples

    def __iter__(self) -> Iterator[Any]:
        return (self.examples[index] for index in range(len(self.examples)))


class Model(LightningModule):
    """Counts its batches, to fail at one of them or to lose its loss from it on."""

    def __init__(self, **options: Any) -> None:
        super().__init__()
        self.options = options
        self.layer = torch.nn.Linear(_FEATURES, 1)
        self.batches = 0
        self.automatic_optimization = not options["is_manual"]

    def training_step(self, batch: Any, index: int) -> Any:
        self.batches += 1
        time.sleep(self.options["pause"])
        fails_here = self.options["fail_rank"] in (None, self.global_rank)
        if self.batches == self.options["fail_at"] and fails_here:
            raise RuntimeError("out of memory, as asked")
        inputs, targets = batch
        loss = torch.nn.functional.mse_loss(self.layer(inputs), targets)
        if self.options["nan_at"] is not None and self.batches >= self.options["nan_at"]:
            loss = loss * float("nan")
        if self.options["loss_name"]:
            self.log(self.options["loss_name"], loss)
        if self.automatic_optimization:
            return loss
        for optimizer in self.optimizers():
            optimizer.zero_grad()
            self.manual_backward(loss, retain_graph=True)
            optimizer.step()
        return None

    def validation_step(self, batch: Any, index: int) -> None:
        inputs, targets = batch
        self.log("val_loss", torch.nn.functional.mse_loss(self.layer(inputs), targets))

    def configure_optimizers(self) -> Any:
        parameters = list(self.parameters())
        if self.options["is_scheduled"]:
            groups = [{"params": parameters[:1], "lr": 0.01}, {"params": parameters[1:], "lr": 0.1}]
            optimizer = torch.optim.SGD(groups)
            scheduler = torch.optim.lr_scheduler.LinearLR(optimizer, 0.1, total_iters=5)
            return [optimizer], [{"scheduler": scheduler, "interval": "step"}]
        if self.automatic_optimization:
            return torch.optim.SGD(parameters, lr=0.01)
        return [torch.optim.SGD(parameters[:1], lr=0.01), torch.optim.SGD(parameters[1:], lr=0.01)]


class StopAt(Callback):
    """Stops early, as early stopping does."""

    def __init__(self, step: int) -> None:
        self.step = step

    def on_train_batch_end(self, trainer: Any, *args: Any) -> None:
        trainer.should_stop = trainer.global_step >= self.step


def train(
    path: str,
    output: str,
    *,
    examples: int = 40,
    fail_at: int | None = None,
    fail_rank: int | None = None,
    nan_at: int | None = None,
    stop_at: int | None = None,
    pause: float = 0.0,
    is_stream: bool = False,
    is_manual: bool = False,
    is_scheduled: bool = False,
    loss_name: str = "train_loss",
    has_block: bool = False,
    validates: bool = False,
    resume: str | None = None,
    save: str | None = None,
    interval: float = 0.0,
    **arguments: Any,
) -> Any:
    """Train in batches of 4, so that 40 examples make 10 batches an epoch."""
    torch.manual_seed(1)
    data: Any = Examples(examples)
    model = Model(
        fail_at=fail_at,
        fail_rank=fail_rank,
        nan_at=nan_at,
        pause=pause,
        is_manual=is_manual,
        is_scheduled=is_scheduled,
        loss_name=loss_name,
    )
    defaults: dict[str, Any] = {
        "max_epochs": 3,
        "accelerator": "cpu",
        "logger": False,
        "enable_checkpointing": False,
        "enable_progress_bar": False,
        "enable_model_summary": False,
        "default_root_dir": output,
    }
    block = pulse_wrapper.training(path, interval=interval) if has_block else None
    with block or contextlib.nullcontext():
        trainer = Trainer(
            callbacks=[
                PulseCallback(path, interval=interval),
                *([StopAt(stop_at)] if stop_at else []),
            ],
            **{**defaults, **arguments},
        )
        batches: Any = DataLoader(Stream(data) if is_stream else data, batch_size=4)
        validation = DataLoader(data, batch_size=4) if validates else None
        trainer.fit(model, batches, validation, ckpt_path=resume)
        if save:
            trainer.save_checkpoint(save)
    return trainer


if __name__ == "__main__":
    train(**json.loads(sys.argv[1]))
