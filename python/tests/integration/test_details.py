"""PULSE v2 from each framework's callback, beside the framework's own numbers."""

from __future__ import annotations

import importlib.util
import json
import math
import os
import pathlib
import subprocess
import sys
from typing import Any

import pytest

import pulse_wrapper.status_file
from pulse_wrapper import PulseDocument, encode

_JOBS = pathlib.Path(__file__).parent / "jobs"
_SOURCE = pathlib.Path(__file__).parents[2] / "src"


def needs(name: str) -> Any:
    return pytest.mark.skipif(importlib.util.find_spec(name) is None, reason=f"for {name}")


@pytest.fixture
def documents(path: str, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """Every document that a training in this process writes."""
    documents: list[dict[str, Any]] = []

    def write(_: object, document: object) -> None:
        assert isinstance(document, PulseDocument)
        documents.append(json.loads(encode(document)))

    monkeypatch.setenv("PULSE_VERSION", "2")
    monkeypatch.setattr(pulse_wrapper.status_file, "write_status", write)
    return documents


@pytest.fixture
def rates() -> Any:
    """The largest rate of each step that an optimizer of torch made."""
    from torch.optim.optimizer import register_optimizer_step_pre_hook

    used: list[float] = []

    def note(optimizer: Any, *_: object) -> None:
        used.append(max(float(group["lr"]) for group in optimizer.param_groups))

    handle = register_optimizer_step_pre_hook(note)
    yield used
    handle.remove()


def check_steps(documents: list[dict[str, Any]], first: int, total: int) -> None:
    """From the first step to the last: nothing is left out, and the total is known at once."""
    steps = [document["steps_done"] for document in documents]
    assert steps == sorted(steps)
    assert set(steps) == set(range(first, total + 1))
    assert {document["total_steps"] for document in documents} == {total}
    assert documents[-1]["status"] == "done"
    # A loss that nobody has measured yet is null.
    assert documents[0]["loss"] is None
    assert documents[-1]["loss"] > 0
    # There is no GPU here.
    assert documents[-1]["gpu_memory_usage"] is None


def check_rates(documents: list[dict[str, Any]], used: list[float], first: int = 0) -> None:
    """The rate is the one that the last step was made with."""
    for document in documents:
        if document["steps_done"] > first:
            rate = used[document["steps_done"] - first - 1]
            assert document["lr"] == pytest.approx(rate)


def metrics(documents: list[dict[str, Any]]) -> set[str]:
    return {name for document in documents for name in document["metrics"]}


@needs("transformers")
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"gradient_accumulation_steps": 4},
        {"warmup_steps": 5, "lr_scheduler_type": "cosine"},
        {"max_steps": 25},
        {"rates": (0.001, 0.01)},
        {"evaluates": True, "label_names": ["labels"]},
        {"room": 2, "auto_find_batch_size": True},
        {"is_stream": True, "max_steps": 8},
    ],
    ids=str,
)
def test_the_trainer_tells_all_that_it_knows(
    documents: Any, rates: Any, path: str, tmp_path: pathlib.Path, options: dict[str, Any]
) -> None:
    from jobs import transformers_job

    output = str(tmp_path / "output")
    trainer = transformers_job.train(path, output, run_name="tiny", logging_steps=1, **{**options})
    if "room" in options:
        # Each try is begun anew, with smaller batches, until they fit.
        sizes = [document["batch_size"] for document in documents]
        assert sizes[0] == 4 > sizes[-1]
        documents[:] = [one for one in documents if one["batch_size"] == sizes[-1]]
    check_steps(documents, 0, trainer.state.max_steps)
    check_rates(documents, rates)
    assert {document["profile"] for document in documents} == {"tiny"}
    size = trainer.get_total_train_batch_size(trainer.args)
    assert {document["batch_size"] for document in documents} == {size}
    assert "grad_norm" in metrics(documents)
    logged = {
        log["step"]: log["eval_loss"] for log in trainer.state.log_history if "eval_loss" in log
    }
    told = {
        document["steps_done"]: document["metrics"]["eval_loss"]
        for document in documents
        if "eval_loss" in document["metrics"]
    }
    assert told == logged
    assert bool(logged) == ("evaluates" in options)


@needs("transformers")
def test_a_resumed_trainer_counts_all_its_steps(
    documents: Any, path: str, tmp_path: pathlib.Path
) -> None:
    from jobs import transformers_job

    output = str(tmp_path / "output")
    transformers_job.train(path, output, save_strategy="steps", save_steps=15)
    documents.clear()
    checkpoint = f"{output}/checkpoint-15"
    transformers_job.train(path, output, resume=checkpoint)
    check_steps(documents, 15, 30)


@needs("transformers")
@pytest.mark.parametrize("job", ["transformers", "lightning"])
def test_two_ranks_share_a_batch(path: str, tmp_path: pathlib.Path, job: str) -> None:
    if importlib.util.find_spec(job) is None:
        pytest.skip(f"for {job}")
    options: dict[str, Any] = {"path": path, "output": str(tmp_path / "output")}
    if job == "lightning":
        options.update(devices=2, strategy="ddp")
    launcher = ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2"]
    result = subprocess.run(
        [sys.executable, *launcher, str(_JOBS / f"{job}_job.py"), json.dumps(options)],
        env={
            **os.environ,
            "PYTHONPATH": str(_SOURCE),
            "PULSE_VERSION": "2",
            "OMP_NUM_THREADS": "1",
        },
        capture_output=True,
        timeout=300,
        check=False,
    )
    assert result.returncode == 0, result.stderr[-2000:]
    document = json.loads(pathlib.Path(path).read_bytes())
    assert (document["status"], document["steps_done"], document["total_steps"]) == ("done", 15, 15)
    assert document["batch_size"] == 8


@needs("llamafactory")
def test_llamafactory_tells_all_that_it_knows(
    documents: Any, rates: Any, path: str, tmp_path: pathlib.Path
) -> None:
    from jobs import llamafactory_job

    output = str(tmp_path / "output")
    llamafactory_job.train(
        path, output, gradient_accumulation_steps=2, logging_steps=1, run_name="tiny"
    )
    check_steps(documents, 0, 15)
    check_rates(documents, rates)
    last = documents[-1]
    assert (last["profile"], last["dataset"], last["batch_size"]) == ("tiny", "sums", 8)


@needs("lightning")
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"accumulate_grad_batches": 4},
        {"is_scheduled": True},
        {"max_steps": 25, "max_epochs": -1},
        {"validates": True},
        {"is_manual": True},
    ],
    ids=str,
)
def test_lightning_tells_all_that_it_knows(
    documents: Any, rates: Any, path: str, tmp_path: pathlib.Path, options: dict[str, Any]
) -> None:
    from jobs import lightning_job

    trainer = lightning_job.train(path, str(tmp_path / "output"), **options)
    # Lightning counts the steps of each optimizer.
    optimizers = len(trainer.optimizers)
    check_steps(documents, 0, trainer.global_step // optimizers)
    check_rates(documents, rates[::optimizers])
    if optimizers == 1:
        assert documents[0]["total_steps"] == trainer.estimated_stepping_batches
    size = 4 * options.get("accumulate_grad_batches", 1)
    assert {document["batch_size"] for document in documents} == {size}
    assert ("val_loss" in metrics(documents)) == ("validates" in options)


@needs("lightning")
def test_a_resumed_fit_counts_all_its_steps(
    documents: Any, path: str, tmp_path: pathlib.Path
) -> None:
    from jobs import lightning_job

    checkpoint = str(tmp_path / "checkpoint")
    lightning_job.train(path, str(tmp_path), max_epochs=1, save=checkpoint)
    documents.clear()
    lightning_job.train(path, str(tmp_path), resume=checkpoint)
    check_steps(documents, 10, 30)


@needs("keras")
@pytest.mark.parametrize(
    "options",
    [{}, {"accumulation": 5}, {"is_scheduled": True}, {"validates": True}, {"initial_epoch": 1}],
    ids=str,
)
def test_keras_tells_all_that_it_knows(documents: Any, path: str, options: dict[str, Any]) -> None:
    from jobs import keras_job

    keras_job.train(path, **options)
    accumulation = options.get("accumulation", 1)
    check_steps(documents, 10 * options.get("initial_epoch", 0), 30 // accumulation)
    for document in documents:
        made = document["steps_done"] * accumulation
        rate = 0.01 * 0.5 ** max(made - 1, 0) if "is_scheduled" in options else 0.01
        assert math.isclose(document["lr"], rate, rel_tol=1e-4)
    # Keras tells its callbacks no size of a batch.
    assert {document["batch_size"] for document in documents} == {None}
    assert "mae" in metrics(documents)
    assert ("val_loss" in metrics(documents)) == ("validates" in options)
