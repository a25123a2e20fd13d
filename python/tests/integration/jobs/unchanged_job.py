"""Trainings as people have them, with the loggers of their frameworks, and not a word about Pulse.

The first argument chooses one; with a second, an exception ends it in the middle.
"""

from __future__ import annotations

import json
import os
import pathlib
import sys
import time
from typing import Any

import torch
from torch.utils.data import DataLoader, TensorDataset

#: Of three epochs of eight batches.
EPOCHS, BATCHES, FAILURE = 3, 8, 14
PAUSE = 0.15


class Steps:
    """Takes its time at each step, and fails at one when asked to: of two ranks, the second."""

    def __init__(self) -> None:
        self.count = 0

    def step(self) -> None:
        self.count += 1
        time.sleep(PAUSE)
        is_last = os.environ.get("RANK") == str(int(os.environ.get("WORLD_SIZE", 1)) - 1)
        if len(sys.argv) > 2 and self.count == FAILURE and (is_last or "RANK" not in os.environ):
            raise RuntimeError("out of memory, as asked")


steps = Steps()


def batches() -> DataLoader:
    return DataLoader(TensorDataset(torch.randn(BATCHES * 2, 4)), batch_size=2)


def summary_writer() -> None:
    """A loop that writes the tags of transformers 4."""
    from torch.utils.tensorboard import SummaryWriter

    with SummaryWriter("runs/one") as writer:
        for step in range(1, EPOCHS * BATCHES + 1):
            steps.step()
            writer.add_scalar("train/loss", 1 / step, step)
            writer.add_scalar("train/epoch", step / BATCHES, step)
            writer.flush()


def lightning(logger: str) -> None:
    import lightning.pytorch
    from lightning.pytorch.loggers import CSVLogger

    class Model(lightning.pytorch.LightningModule):
        def __init__(self) -> None:
            super().__init__()
            self.layer = torch.nn.Linear(4, 1)

        def training_step(self, batch: object, index: int) -> torch.Tensor:
            steps.step()
            loss = self.layer(batch[0]).pow(2).mean()  # type: ignore[index]
            self.log("train_loss", loss)
            return loss

        def configure_optimizers(self) -> torch.optim.Optimizer:
            return torch.optim.SGD(self.parameters(), 0.01)

    lightning.pytorch.Trainer(
        max_epochs=EPOCHS,
        accelerator="cpu",
        log_every_n_steps=2,
        logger=CSVLogger("logs", flush_logs_every_n_steps=2) if logger == "csv" else True,
    ).fit(Model(), batches())


def keras() -> None:
    os.environ["KERAS_BACKEND"] = "torch"
    import keras
    import numpy

    class Pause(keras.callbacks.Callback):
        def on_train_batch_end(self, *_: object, **__: object) -> None:
            steps.step()

    model = keras.Sequential([keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    inputs = numpy.ones((BATCHES * 2, 4))
    model.fit(
        inputs,
        inputs[:, :1],
        batch_size=2,
        epochs=EPOCHS,
        verbose=0,
        callbacks=[keras.callbacks.CSVLogger("training.log"), Pause()],
    )


def pause() -> object:
    """A callback of the Trainer's."""
    from transformers import TrainerCallback

    class Pause(TrainerCallback):
        def on_step_end(self, *_: object, **__: object) -> None:
            steps.step()

    return Pause()


def tiny_llama(words: int) -> Any:
    """A model of that many words which learns next to nothing, and does it fast."""
    from transformers import LlamaConfig, LlamaForCausalLM

    return LlamaForCausalLM(
        LlamaConfig(
            vocab_size=words,
            hidden_size=16,
            intermediate_size=32,
            num_hidden_layers=1,
            num_attention_heads=2,
        )
    )


def trainer() -> None:
    """The Trainer with its logger of event files, as it is in transformers 4 and 5."""
    from transformers import Trainer, TrainingArguments

    tokens = torch.randint(0, 64, (BATCHES * 2, 8))
    Trainer(
        model=tiny_llama(64),
        args=TrainingArguments(
            output_dir="output",
            num_train_epochs=EPOCHS,
            per_device_train_batch_size=2,
            logging_steps=1,
            save_strategy="no",
            use_cpu=True,
            report_to="tensorboard",
        ),
        train_dataset=[{"input_ids": line, "labels": line} for line in tokens],
        callbacks=[pause()],
    ).train()


def llamafactory() -> None:
    from llamafactory.train.tuner import run_exp

    run_exp(json.loads(pathlib.Path("arguments.json").read_text()), callbacks=[pause()])


def loop() -> None:
    """A loop of one's own with nothing but a bar."""
    from tqdm import tqdm

    for epoch in range(1, EPOCHS + 1):
        bar = tqdm(batches(), desc=f"Epoch {epoch}/{EPOCHS}")
        for index, _ in enumerate(bar):
            steps.step()
            bar.set_postfix(loss=1 / (epoch + index))


def nested_loop() -> None:
    """A bar around the epochs, and one within it."""
    from tqdm import tqdm, trange

    for epoch in trange(EPOCHS):
        bar = tqdm(batches(), leave=False)
        for index, _ in enumerate(bar):
            steps.step()
            bar.set_postfix(loss=1 / (1 + epoch + index))


def trl() -> None:
    from datasets import Dataset
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast
    from trl import SFTConfig, SFTTrainer

    words = {word: index for index, word in enumerate(["<unk>", "<pad>", "</s>", "a", "b", "c"])}
    tokenizer = Tokenizer(models.WordLevel(words, unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    SFTTrainer(
        model=tiny_llama(len(words)),
        args=SFTConfig(
            output_dir="output",
            num_train_epochs=EPOCHS,
            per_device_train_batch_size=2,
            logging_steps=1,
            save_strategy="no",
            use_cpu=True,
            report_to="none",
            max_length=8,
        ),
        train_dataset=Dataset.from_dict({"text": ["a b c a b c"] * (BATCHES * 2)}),
        processing_class=PreTrainedTokenizerFast(
            tokenizer_object=tokenizer, unk_token="<unk>", pad_token="<pad>", eos_token="</s>"
        ),
        callbacks=[pause()],
    ).train()


def ranks() -> None:
    """Under torchrun: rank 0 writes, as scripts do."""
    import torch.distributed

    torch.distributed.init_process_group("gloo")
    if torch.distributed.get_rank() == 0:
        summary_writer()
    else:
        for _ in range(EPOCHS * BATCHES):
            steps.step()
    torch.distributed.destroy_process_group()


def accelerate() -> None:
    from accelerate import Accelerator

    accelerator = Accelerator(cpu=True, log_with="tensorboard", project_dir="output")
    accelerator.init_trackers("run")
    model = torch.nn.Linear(4, 1)
    model, optimizer, data = accelerator.prepare(
        model, torch.optim.SGD(model.parameters(), 0.01), batches()
    )
    step = 0
    for _ in range(EPOCHS):
        for (inputs,) in data:
            steps.step()
            step += 1
            loss = model(inputs).pow(2).mean()
            accelerator.backward(loss)
            optimizer.step()
            optimizer.zero_grad()
            accelerator.log({"train_loss": loss.item()}, step=step)
    accelerator.end_training()


JOBS = {
    "summary_writer": summary_writer,
    "lightning": lambda: lightning("default"),
    "lightning_csv": lambda: lightning("csv"),
    "keras": keras,
    "trl": trl,
    "trainer": trainer,
    "llamafactory": llamafactory,
    "llamafactory_log": llamafactory,
    "loop": loop,
    "nested_loop": nested_loop,
    "ranks": ranks,
    "accelerate": accelerate,
}

if __name__ == "__main__":
    JOBS[sys.argv[1]]()
