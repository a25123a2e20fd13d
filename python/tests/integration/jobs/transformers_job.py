"""Trains a tiny random Llama with the Hugging Face Trainer, and goes wrong when it is asked to."""

from __future__ import annotations

import contextlib
import json
import os
import sys
import time
from collections.abc import Iterator
from typing import Any

import torch
from torch.utils.data import IterableDataset
from transformers import (
    LlamaConfig,
    LlamaForCausalLM,
    Trainer,
    TrainerCallback,
    TrainingArguments,
)

import pulse_wrapper
from pulse_wrapper.transformers import PulseCallback

_WORDS = 64
_LENGTH = 8


class Model(LlamaForCausalLM):
    """Counts its batches, to fail at one of them or to lose its loss from it on."""

    fail_at: int | None = None
    fail_rank: str | None = None
    nan_at: int | None = None
    room: int | None = None
    pause = 0.0
    batches = 0

    def forward(self, *args: Any, **options: Any) -> Any:
        if self.room is not None and len(options["input_ids"]) > self.room:
            raise RuntimeError("CUDA out of memory.")
        if self.training:
            self.batches += 1
            time.sleep(self.pause)
            if self.batches == self.fail_at and self.fail_rank in (None, os.environ.get("RANK")):
                raise RuntimeError("out of memory, as asked")
        output = super().forward(*args, **options)
        if self.training and self.nan_at is not None and self.batches >= self.nan_at:
            output.loss = output.loss * float("nan")
        return output


class NamedLossTrainer(Trainer):
    """Logs its loss under a name of its own, as trainers of sentence embeddings do."""

    name = "loss"

    def log(self, logs: Any, *args: Any) -> None:
        logs = {self.name if key == "loss" else key: value for key, value in logs.items()}
        super().log(logs, *args)


class Stream(IterableDataset[Any]):
    """The examples, without a length."""

    def __init__(self, examples: list[Any]) -> None:
        self.examples = examples

    def __iter__(self) -> Iterator[Any]:
        return iter(self.examples)


class StopAt(TrainerCallback):
    """Stops early, as early stopping does."""

    def __init__(self, step: int) -> None:
        self.step = step

    def on_step_end(self, args: Any, state: Any, control: Any, **options: Any) -> None:
        control.should_training_stop = state.global_step >= self.step


def _model() -> Model:
    torch.manual_seed(1)
    return Model(
        LlamaConfig(
            vocab_size=_WORDS,
            hidden_size=16,
            intermediate_size=32,
            num_hidden_layers=1,
            num_attention_heads=2,
            num_key_value_heads=2,
            max_position_embeddings=_LENGTH,
        )
    )


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
    has_block: bool = False,
    loss_name: str = "loss",
    fail_after: bool = False,
    evaluates: bool = False,
    room: int | None = None,
    rates: tuple[float, float] | None = None,
    resume: str | None = None,
    interval: float = 0.0,
    **arguments: Any,
) -> Any:
    """Train in batches of 4, so that 40 examples make 10 batches an epoch. Gives the Trainer.

    There is `room` for so many examples at a time, and each of two groups has one of the `rates`.
    """
    data: Any = [
        {"input_ids": words, "labels": words}
        for words in torch.randint(0, _WORDS, (examples, _LENGTH))
    ]
    model = _model()
    model.fail_at, model.nan_at, model.pause = fail_at, nan_at, pause
    model.room = room
    model.fail_rank = None if fail_rank is None else str(fail_rank)
    defaults: dict[str, Any] = {
        "num_train_epochs": 3,
        "per_device_train_batch_size": 4,
        "logging_steps": 2,
        "save_strategy": "no",
        "use_cpu": True,
        "remove_unused_columns": False,
        "disable_tqdm": True,
    }
    if evaluates:
        defaults.update(eval_strategy="steps", eval_steps=10)
    block = pulse_wrapper.training(path, interval=interval) if has_block else None
    with block or contextlib.nullcontext():
        trainer = NamedLossTrainer(
            model=model,
            args=TrainingArguments(output_dir=output, **{**defaults, **arguments}),
            train_dataset=Stream(data) if is_stream else data,
            eval_dataset=data if evaluates else None,
            optimizers=(_optimizer(model, *rates) if rates else None, None),
            callbacks=[
                PulseCallback(path, interval=interval),
                *([StopAt(stop_at)] if stop_at else []),
            ],
        )
        trainer.name = loss_name
        trainer.train(resume_from_checkpoint=resume)
        if fail_after:
            raise OSError("the model can't be saved")
    return trainer


def _optimizer(model: Model, first: float, second: float) -> torch.optim.Optimizer:
    weights = list(model.parameters())
    return torch.optim.SGD(
        [{"params": weights[:1], "lr": first}, {"params": weights[1:], "lr": second}]
    )


if __name__ == "__main__":
    train(**json.loads(sys.argv[1]))
    if torch.distributed.is_initialized():
        # Left to the end of the process, a thread of gloo's may abort it.
        torch.distributed.destroy_process_group()
