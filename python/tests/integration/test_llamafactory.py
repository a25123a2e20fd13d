"""LLaMA-Factory: its trainings are the Trainer's, with a log of its own beside it."""

from __future__ import annotations

import json
import pathlib
import signal
from typing import Any

import pytest

pytest.importorskip("llamafactory")


@pytest.mark.parametrize(
    ("options", "total"),
    [
        ({}, 3.0),
        ({"num_train_epochs": 0.5, "gradient_accumulation_steps": 2}, 0.6),
        ({"max_steps": 25}, 2.5),
        ({"finetuning_type": "lora", "num_train_epochs": 1.0}, 1.0),
    ],
    ids=str,
)
def test_a_training_is_told_to_its_end(
    life: Any, start: Any, tmp_path: pathlib.Path, options: dict[str, Any], total: float
) -> None:
    code, said = start("llamafactory", **options).end()
    assert code == 0, said[-2000:]
    life.expect("done", epoch=total, total=total)
    assert life.last.message == "Training completed"
    lines = (tmp_path / "output" / "trainer_log.jsonl").read_text().splitlines()
    losses = [line["loss"] for line in map(json.loads, lines) if "loss" in line]
    assert life.last.loss == pytest.approx(losses[-1], abs=1e-3)


def test_a_resumed_training_goes_on_where_it_was(
    life: Any, start: Any, tmp_path: pathlib.Path
) -> None:
    code, said = start("llamafactory", save_strategy="steps", save_steps=15, fail_at=17).end()
    assert (code, life.last.status) == (1, "error"), said[-2000:]
    life.states.clear()
    checkpoint = str(tmp_path / "output" / "checkpoint-15")
    assert start("llamafactory", resume_from_checkpoint=checkpoint).end()[0] == 0
    states = life.states
    # The error of the first try stands until the second has loaded its checkpoint.
    life.states = states[[state.status for state in states].index("running") :]
    life.expect("done", epoch=3.0, total=3.0, start=1.5)


def test_an_exception_is_told(life: Any, start: Any) -> None:
    code, _ = start("llamafactory", fail_at=13).end()
    assert code == 1
    assert (life.last.status, life.last.epoch) == ("error", pytest.approx(1.3))
    assert life.last.message == "RuntimeError: out of memory, as asked"


def test_sigterm_is_told(life: Any, start: Any) -> None:
    job = start("llamafactory", pause=0.02, num_train_epochs=100.0)
    job.signal_at(0.5, signal.SIGTERM)
    assert job.end()[0] == -signal.SIGTERM
    assert (life.last.status, life.last.message) == ("error", "Stopped by SIGTERM")
