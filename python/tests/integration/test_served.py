"""What a real training writes as PULSE v2, as a real `pulse serve` shows it, step by step."""

from __future__ import annotations

import importlib.util
import json
import os
import pathlib
import re
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest

import pulse_wrapper.status_file
from pulse_wrapper import PulseDocument, encode, write_status

_ROOT = pathlib.Path(__file__).parents[3]
_BINARY = os.environ.get("PULSE_BINARY") or str(_ROOT / ".build" / "debug" / "pulse")

#: Seconds until a document that was written has to be served.
_PATIENCE = 60

pytestmark = pytest.mark.skipif(
    not pathlib.Path(_BINARY).exists(), reason="pulse is not built, and PULSE_BINARY not set"
)


def needs(name: str) -> Any:
    return pytest.mark.skipif(importlib.util.find_spec(name) is None, reason=f"for {name}")


class Server:
    """A `pulse serve`, and all that it has shown of a training."""

    def __init__(self, path: str) -> None:
        command = [_BINARY, "serve", "--status-file", path, "--port", "0", "--no-archive"]
        environment = {k: v for k, v in os.environ.items() if not k.startswith("PULSE_")}
        self.process = subprocess.Popen(
            command,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self.process.stdout is not None
        found = re.search(r" at (http://\S+)/$", self.process.stdout.readline().rstrip("\n"))
        assert found is not None
        self.url = found[1]
        #: Each document that was written, as `/v2/status` shows it.
        self.documents: list[dict[str, Any]] = []
        #: The same moments, as `/status` shows them.
        self.projections: list[dict[str, Any]] = []

    def get(self, path: str) -> Any:
        with urllib.request.urlopen(self.url + path, timeout=_PATIENCE) as answer:
            return json.loads(answer.read())

    def see(self, document: dict[str, Any]) -> None:
        """Wait until a document is served."""
        deadline = time.monotonic() + _PATIENCE
        while not self._shows(document):
            assert time.monotonic() < deadline, f"not served: {document}"
            time.sleep(0.002)
        self.documents.append(document)
        self.projections.append(self.get("/status"))

    def _shows(self, document: dict[str, Any]) -> bool:
        try:
            return bool(self.get("/v2/status") == document)
        except urllib.error.HTTPError:  # Nothing was written yet.
            return False

    def end(self) -> None:
        self.process.terminate()
        self.process.communicate(timeout=_PATIENCE)


@pytest.fixture
def server(path: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """A server of the status file; a training in this process goes on when it shows each write."""
    server = Server(path)

    def write(target: Any, document: Any) -> None:
        assert isinstance(document, PulseDocument)
        write_status(target, document)
        server.see(json.loads(encode(document)))

    monkeypatch.setenv("PULSE_VERSION", "2")
    monkeypatch.setattr(pulse_wrapper.status_file, "write_status", write)
    yield server
    server.end()


@pytest.fixture
def rates() -> Iterator[list[float]]:
    """The largest rate of each step that an optimizer of torch made."""
    from torch.optim.optimizer import register_optimizer_step_pre_hook

    used: list[float] = []

    def note(optimizer: Any, *_: object) -> None:
        used.append(max(float(group["lr"]) for group in optimizer.param_groups))

    handle = register_optimizer_step_pre_hook(note)
    yield used
    handle.remove()


def check(server: Server, total: int, epochs: int, rates: list[float]) -> dict[int, dict[str, Any]]:
    """What holds for each framework. Gives the last document of each step."""
    by_step: dict[int, dict[str, Any]] = {}
    loss = 0.0
    for document, plain in zip(server.documents, server.projections, strict=True):
        step = document["steps_done"]
        assert step >= max(by_step, default=0)
        by_step[step] = document
        assert document["total_steps"] == total
        assert document["epoch"] == pytest.approx(step * epochs / total)
        if step > 0:
            assert document["lr"] == pytest.approx(rates[step - 1])
        # Readers of v1 see its six fields, and the last loss where there is none.
        loss = loss if document["loss"] is None else document["loss"]
        fields = ("status", "epoch", "total_epochs", "message", "timestamp")
        assert plain == {name: document[name] for name in fields} | {"loss": loss}
    assert set(by_step) == set(range(total + 1))
    assert server.documents[-1]["status"] == "done"
    history = server.get("/v2/history")
    known = [step for step in history["steps_done"] if step is not None]
    assert known == sorted(known)
    assert known[-1] == total
    return by_step


@needs("transformers")
def test_a_trainer_is_served(server: Server, rates: Any, path: str, tmp_path: pathlib.Path) -> None:
    from jobs import transformers_job

    trainer = transformers_job.train(
        path,
        str(tmp_path / "output"),
        run_name="tiny",
        logging_steps=1,
        warmup_steps=5,
        evaluates=True,
        label_names=["labels"],
    )
    steps = check(server, trainer.state.max_steps, 3, rates)
    for log in trainer.state.log_history:
        if "loss" in log:
            assert steps[log["step"]]["loss"] == pytest.approx(log["loss"])
    evaluations = {
        document["steps_done"]: document["metrics"]["eval_loss"]
        for document in server.documents
        if "eval_loss" in document["metrics"]
    }
    logged = [log for log in trainer.state.log_history if "eval_loss" in log]
    assert evaluations == {log["step"]: log["eval_loss"] for log in logged}
    assert {document["profile"] for document in server.documents} == {"tiny"}
    size = trainer.get_total_train_batch_size(trainer.args)
    assert {document["batch_size"] for document in server.documents} == {size}


@needs("llamafactory")
def test_llamafactory_is_served(
    server: Server, rates: Any, path: str, tmp_path: pathlib.Path
) -> None:
    from jobs import llamafactory_job

    output = tmp_path / "output"
    llamafactory_job.train(
        path, str(output), gradient_accumulation_steps=2, logging_steps=1, run_name="tiny"
    )
    text = (output / "trainer_log.jsonl").read_text()
    entries = [json.loads(line) for line in text.splitlines()]
    total = entries[0]["total_steps"]
    steps = check(server, total, 3, rates)
    logged = {entry["current_steps"]: entry["loss"] for entry in entries if "loss" in entry}
    assert set(logged) == set(range(1, total + 1))
    for step, loss in logged.items():
        assert steps[step]["loss"] == pytest.approx(loss)
    last = server.documents[-1]
    assert (last["profile"], last["dataset"], last["batch_size"]) == ("tiny", "sums", 8)


@needs("lightning")
def test_lightning_is_served(
    server: Server,
    rates: Any,
    path: str,
    tmp_path: pathlib.Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from jobs import lightning_job

    losses: list[float] = []
    make_step = lightning_job.Model.training_step

    def training_step(model: Any, batch: Any, index: int) -> Any:
        loss = make_step(model, batch, index)
        losses.append(float(loss.detach()))
        return loss

    monkeypatch.setattr(lightning_job.Model, "training_step", training_step)
    trainer = lightning_job.train(path, str(tmp_path / "output"), is_scheduled=True, validates=True)
    steps = check(server, trainer.estimated_stepping_batches, 3, rates)
    for step in range(1, trainer.global_step + 1):
        assert steps[step]["loss"] == pytest.approx(losses[step - 1])
    assert {document["batch_size"] for document in server.documents} == {4}
    measured = [document["metrics"] for document in server.documents]
    told = [metrics["val_loss"] for metrics in measured if "val_loss" in metrics]
    assert told[-1] == pytest.approx(float(trainer.callback_metrics["val_loss"]))
