"""A run that writes PULSE v2."""

from __future__ import annotations

import json
import math
import pathlib
from typing import Any

import pytest

import pulse_wrapper
from pulse_wrapper import Run, read_status


def stored(path: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(pathlib.Path(path).read_bytes())
    return document


def test_a_block_writes_v2_when_told_so(path: str) -> None:
    with pulse_wrapper.training(path, 3, interval=0, version=2) as run:
        assert (stored(path)["version"], stored(path)["loss"]) == (2, None)
        run.describe(profile="tiny", dataset="sums", batch_size=8, run="4f1c9a", attempt=2)
        run.describe(steps_done=5, total_steps=30, lr=0.1, metrics={"grad_norm": 0.5})
        run.update(0.5, 0.25)
        state = stored(path)
        assert (state["steps_done"], state["lr"], state["loss"]) == (5, 0.1, 0.25)
        assert (state["run"], state["attempt"], state["profile"]) == ("4f1c9a", 2, "tiny")
        assert state["metrics"] == {"grad_norm": 0.5}
        run.update(0.6)
        assert stored(path)["metrics"] == {}
    assert (stored(path)["status"], stored(path)["epoch"]) == ("done", 3.0)


def test_the_environment_chooses_too(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PULSE_VERSION", "2")
    with pulse_wrapper.training(path):
        assert stored(path)["version"] == 2
    with pulse_wrapper.training(path, version=1):
        assert read_status(path).status == "running"
    monkeypatch.setenv("PULSE_VERSION", "")
    assert Run(path).version == 1


@pytest.mark.parametrize("version", ["3", "two", " 2"])
def test_no_other_version_is_written(
    path: str, monkeypatch: pytest.MonkeyPatch, version: str
) -> None:
    monkeypatch.setenv("PULSE_VERSION", version)
    with pytest.raises(ValueError, match="PULSE has the versions 1 and 2"):
        Run(path)


def test_v1_stays_as_it_is_whatever_is_told(path: str) -> None:
    with pulse_wrapper.training(path, 3, interval=0) as run:
        run.describe(steps_done=5, metrics={"eval_loss": math.nan})
        run.update(0.5, 0.25)
        assert set(stored(path)) == set(read_status(path).to_dict())


def test_an_evaluation_is_written_at_once(path: str) -> None:
    with pulse_wrapper.training(path, 3, version=2) as run:
        run.describe(metrics={"grad_norm": 0.5})
        assert stored(path)["metrics"] == {}
        run.describe(metrics={"eval_loss": 0.75})
        assert stored(path)["metrics"] == {"eval_loss": 0.75, "grad_norm": 0.5}


def test_what_is_not_finite_is_said(path: str) -> None:
    with pulse_wrapper.training(path, 3, interval=0, version=2) as run:
        run.update(0.5, math.nan)
        assert stored(path)["loss"] is None
        run.describe(metrics={"eval_loss": math.inf})
        assert stored(path)["message"] == "loss is NaN at step 1; Epoch 0.5 of 3; eval_loss is inf"
        run.update(0.6, 0.5)
        assert (stored(path)["loss"], stored(path)["message"]) == (0.5, "Epoch 0.6 of 3")


def test_an_error_keeps_the_details(path: str) -> None:
    with pytest.raises(KeyError), pulse_wrapper.training(path, version=2) as run:
        run.describe(steps_done=5)
        raise KeyError("label")
    assert (stored(path)["status"], stored(path)["steps_done"]) == ("error", 5)
