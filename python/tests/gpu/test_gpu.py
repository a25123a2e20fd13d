"""What only a GPU can show: its memory, and how it fails. Run by `make test-gpu`."""

from __future__ import annotations

import importlib.util
import json
import os
import pathlib
import subprocess
import sys
from typing import Any

import pytest

import pulse_wrapper.status_file
from pulse_wrapper import encode, read_status

_ROOT = pathlib.Path(__file__).parents[3]
_BINARY = os.environ.get("PULSE_BINARY") or str(_ROOT / ".build" / "debug" / "pulse")
sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "integration"))


def _why_not() -> str:
    """Why nothing can be checked here; empty where it can."""
    if importlib.util.find_spec("torch") is None:
        return "no GPU: torch isn't installed, nothing was checked"
    import torch

    if torch.cuda.is_available():
        return ""
    return f"no GPU: torch {torch.__version__} sees none, nothing was checked"


pytestmark = pytest.mark.skipif(bool(_why_not()), reason=_why_not())


@pytest.fixture
def documents(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """Every document that a training in this process writes."""
    import torch

    torch.cuda.reset_peak_memory_stats()
    documents: list[dict[str, Any]] = []
    monkeypatch.setenv("PULSE_VERSION", "2")
    monkeypatch.setattr(
        pulse_wrapper.status_file,
        "write_status",
        lambda _, document: documents.append(json.loads(encode(document))),
    )
    return documents


def _check(documents: list[dict[str, Any]], steps: int, batch_size: int) -> None:
    """To the last step, with the memory that torch has reserved at most."""
    import torch

    assert (documents[-1]["status"], documents[-1]["steps_done"]) == ("done", steps)
    assert {document["batch_size"] for document in documents} == {batch_size}
    known = [one["gpu_memory_usage"] for one in documents if one["gpu_memory_usage"] is not None]
    assert known == sorted(known)
    assert 0 < known[-1] <= torch.cuda.max_memory_reserved()
    assert documents[-1]["loss"] > 0 and documents[-1]["lr"] is not None


@pytest.mark.parametrize(
    "options", [{}, {"gradient_accumulation_steps": 2}, {"bf16": True}], ids=str
)
def test_the_trainer(documents: Any, path: str, tmp_path: pathlib.Path, options: Any) -> None:
    from jobs import transformers_job

    trainer = transformers_job.train(path, str(tmp_path), use_cpu=False, logging_steps=1, **options)
    _check(documents, trainer.state.max_steps, trainer.get_total_train_batch_size(trainer.args))


def test_lightning(documents: Any, path: str, tmp_path: pathlib.Path) -> None:
    from jobs import lightning_job

    lightning_job.train(path, str(tmp_path), accelerator="gpu", devices=1)
    _check(documents, 30, 4)


def test_a_resume(documents: Any, path: str, tmp_path: pathlib.Path) -> None:
    from jobs import transformers_job

    output = str(tmp_path)
    options = {"use_cpu": False, "save_strategy": "steps", "save_steps": 15}
    transformers_job.train(path, output, **options)
    documents.clear()
    transformers_job.train(path, output, use_cpu=False, resume=f"{output}/checkpoint-15")
    assert documents[0]["steps_done"] == 15
    assert documents[-1]["steps_done"] == 30


#: How a GPU ends a training, and how its reason begins.
_ENDINGS = {
    "memory": (
        "kept = [torch.empty(1 << 30, device='cuda') for _ in range(1 << 10)]",
        "torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 4.00 GiB.",
    ),
    "assertion": (
        "torch.zeros(2, device='cuda')[torch.tensor([5], device='cuda')].cpu()",
        "torch.AcceleratorError: CUDA error: device-side assert triggered",
    ),
    "device": (
        "torch.zeros(2).cuda(99)",
        "torch.AcceleratorError: CUDA error: invalid device ordinal",
    ),
}


@pytest.mark.parametrize("name", _ENDINGS)
def test_the_reason_is_the_gpus_own(path: str, tmp_path: pathlib.Path, name: str) -> None:
    line, reason = _ENDINGS[name]
    (tmp_path / "train.py").write_text(f"import torch\n{line}\n")
    command = [_BINARY, "run", "-s", path, "--", sys.executable, "train.py"]
    result = subprocess.run(command, cwd=tmp_path, capture_output=True, timeout=300, check=False)
    status = read_status(path)
    assert status.status == "error"
    assert status.message.startswith(f"exit code 1: {reason}"), result.stderr[-2000:]
