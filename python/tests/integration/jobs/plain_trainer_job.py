"""A script as people have it: the Trainer, and not a word about Pulse.

It goes wrong when it is asked to.
"""

from __future__ import annotations

import json
import sys
import time
from typing import Any

import torch
from transformers import LlamaConfig, LlamaForCausalLM, Trainer, TrainingArguments


class Model(LlamaForCausalLM):
    """Takes its time, fails at one of its batches, or loses its loss from it on."""

    pause, fail_at, nan_at, batches = 0.0, 0, 0, 0

    def forward(self, *args: Any, **options: Any) -> Any:
        self.batches += 1
        time.sleep(self.pause)
        if self.batches == self.fail_at:
            raise RuntimeError("out of memory, as asked")
        output = super().forward(*args, **options)
        if self.nan_at and self.batches >= self.nan_at:
            output.loss = output.loss * float("nan")
        return output


def main(pause: float = 0.0, fail_at: int = 0, nan_at: int = 0, **changes: Any) -> None:
    """Train for three epochs of 16 batches, unless told otherwise."""
    torch.manual_seed(1)
    model = Model(
        LlamaConfig(
            vocab_size=64,
            hidden_size=16,
            intermediate_size=32,
            num_hidden_layers=1,
            num_attention_heads=2,
            num_key_value_heads=2,
        )
    )
    model.pause, model.fail_at, model.nan_at = pause, fail_at, nan_at
    tokens = torch.randint(0, 64, (64, 8))
    options = {
        "output_dir": "output",
        "num_train_epochs": 3,
        "per_device_train_batch_size": 4,
        "logging_steps": 1,
        "save_strategy": "no",
        "use_cpu": True,
        # The forward above names no columns.
        "remove_unused_columns": False,
    }
    Trainer(
        model=model,
        args=TrainingArguments(**{**options, **changes}),
        train_dataset=[{"input_ids": line, "labels": line} for line in tokens],
    ).train()


if __name__ == "__main__":
    main(**json.loads(sys.argv[1]))
