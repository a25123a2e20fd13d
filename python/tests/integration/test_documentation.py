"""The documentation's lines for each framework, word for word, with a tiny model."""

from __future__ import annotations

import os
import pathlib
import re
import subprocess
import sys

import pytest

from pulse_wrapper import read_status

_INTEGRATION = pathlib.Path(__file__).parent
_ROOT = _INTEGRATION.parents[2]

#: What each snippet takes for granted. Dots among arguments stand for the user's own.
_BEFORE = {
    "transformers": """
import torch
import transformers
from transformers import LlamaConfig, LlamaForCausalLM, TrainingArguments

sizes = {"vocab_size": 64, "hidden_size": 16, "intermediate_size": 32, "num_hidden_layers": 1}
words = torch.randint(0, 64, (8, 8))

def Trainer(own, callbacks):
    return transformers.Trainer(
        model=LlamaForCausalLM(LlamaConfig(**sizes, num_attention_heads=2)),
        args=TrainingArguments("out", num_train_epochs=3, save_strategy="no", report_to=[]),
        train_dataset=[{"input_ids": row, "labels": row} for row in words],
        callbacks=callbacks,
    )
""",
    "lightning": """
import lightning.pytorch
import torch

class Model(lightning.pytorch.LightningModule):
    def __init__(self):
        super().__init__()
        self.layer = torch.nn.Linear(4, 1)

    def training_step(self, batch, index):
        return self.layer(batch).square().mean()

    def configure_optimizers(self):
        return torch.optim.SGD(self.parameters(), lr=0.05)

model, batches = Model(), torch.utils.data.DataLoader(torch.randn(16, 4), batch_size=8)

def Trainer(own, callbacks):
    return lightning.pytorch.Trainer(
        max_epochs=3, callbacks=callbacks, accelerator="cpu", logger=False,
        enable_checkpointing=False,
    )
""",
    "keras": """
import keras
import numpy

class Model(keras.Sequential):
    def fit(self, own, callbacks, epochs=3):
        inputs = numpy.random.randn(16, 4)
        super().fit(inputs, inputs.sum(1), epochs=epochs, verbose=0, callbacks=callbacks)

model = Model([keras.layers.Input((4,)), keras.layers.Dense(1)])
model.compile(optimizer="sgd", loss="mse")
""",
    "llamafactory": """
from jobs import llamafactory_job

arguments = llamafactory_job.arguments("out")
""",
}

_BLOCKS = [
    block
    for block in re.findall(
        r"^```python\n(.*?)^```$",
        (_ROOT / "docs/TRAINING.md").read_text("utf-8"),
        re.MULTILINE | re.DOTALL,
    )
    if "PulseCallback" in block
]


def _framework(block: str) -> str:
    """The framework that the snippet is for; where it names none it is the Trainer."""
    named = [name for name in _BEFORE if f"from {name}" in block or f"wrapper.{name}" in block]
    return max(named, key=list(_BEFORE).index, default="transformers")


def _run(program: str, directory: pathlib.Path) -> None:
    result = subprocess.run(
        [sys.executable, "-c", program],
        cwd=directory,
        env={**os.environ, "PYTHONPATH": f"{_ROOT / 'python/src'}:{_INTEGRATION}"},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert result.returncode == 0, result.stderr[-2000:]


def test_there_is_a_snippet_for_each_framework() -> None:
    assert {_framework(block) for block in _BLOCKS} == set(_BEFORE)


@pytest.mark.parametrize("block", _BLOCKS, ids=_framework)
def test_a_snippet_trains_and_is_done(block: str, tmp_path: pathlib.Path) -> None:
    framework = _framework(block)
    pytest.importorskip(framework)
    before = _BEFORE[framework]
    if "import PulseCallback" not in block:
        # It goes on from an earlier one.
        before += "import pulse_wrapper\nfrom pulse_wrapper.transformers import PulseCallback\n"
    _run(before + block, tmp_path)
    status = read_status(tmp_path / "status.json")
    assert (status.status, status.epoch, status.total_epochs) == ("done", 3.0, 3.0)


def test_the_imports_of_the_package_s_own_page(tmp_path: pathlib.Path) -> None:
    for framework in ("transformers", "lightning", "keras"):
        pytest.importorskip(framework)
    page = (_ROOT / "python/README.md").read_text("utf-8")
    [block] = re.findall(
        r"^```python\n((?:(?!^```).)*PulseCallback.*?)^```$", page, re.MULTILINE | re.DOTALL
    )
    _run(block, tmp_path)
