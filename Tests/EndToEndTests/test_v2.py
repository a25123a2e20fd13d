"""PULSE v2 beside v1: what a trainer knows is served, and readers of v1 see no trace of it."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from event_stream import EventStream
from jsonschema import Draft202012Validator
from processes import ROOT, PulseServer, pulse_binary, wait_until
from run_details import FULL, NOTHING

SCHEMA = Draft202012Validator(json.loads((ROOT / "public/pulse-v2.schema.json").read_bytes()))
V1 = ["status", "epoch", "total_epochs", "loss", "message", "timestamp"]


class Trainer:
    """Writes documents of version 2, and waits until they are served."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.server: PulseServer | None = None
        self._timestamp = int(time.time())

    def write(self, **fields: object) -> dict:
        self._timestamp += 1
        document = {
            "version": 2,
            "status": "running",
            "epoch": 1.0,
            "total_epochs": 4.0,
            "loss": 0.5,
            "message": "",
            "timestamp": self._timestamp,
            **NOTHING,
            **fields,
        }
        temporary = self.path.with_suffix(".tmp")
        temporary.write_text(json.dumps(document))
        temporary.rename(self.path)
        return document

    def report(self, **fields: object) -> dict:
        document = self.write(**fields)
        wait_until(
            lambda: self.server.get("/status").json()["timestamp"] == document["timestamp"],
            "the document is served",
        )
        return document


@pytest.fixture
def trainer(tmp_path: Path):
    trainer = Trainer(tmp_path / "status.json")
    trainer.write(epoch=0.0, loss=None)
    trainer.server = PulseServer(trainer.path, "--no-archive", log=tmp_path / "server.log")
    yield trainer
    trainer.server.stop()


def test_readers_of_v1_see_the_six_fields_alone(trainer: Trainer) -> None:
    document = trainer.report(epoch=2.5, loss=0.42, **FULL)
    server = trainer.server
    assert server.get("/status").json() == {field: document[field] for field in V1}
    assert list(server.get("/history").json()) == ["timestamp", "epoch", "loss"]
    with EventStream(server.port) as stream:
        status = stream.next()
        assert status.type == "status"
        assert list(json.loads(status.data)) == V1
    for path in ("/status", "/progress", "/history"):
        assert b"qwen" not in server.get(path).body
        assert b"steps" not in server.get(path).body


def test_details_alone_are_nothing_new_to_readers_of_v1(trainer: Trainer) -> None:
    first = trainer.report(epoch=2.0, steps_done=10)
    port = trainer.server.port
    with EventStream(port) as stream, EventStream(port, path="/v2/events") as details:
        status, progress = stream.next(), stream.next()
        assert (status.type, progress.type) == ("status", "progress")
        assert json.loads(details.next_of("status").data) == first
        # Within one second: the same six fields.
        more = trainer.write(epoch=2.0, steps_done=11, timestamp=first["timestamp"])
        assert json.loads(details.next_of("status").data) == more
        with EventStream(port, f"Last-Event-ID: {status.id}") as again:
            last = trainer.write(epoch=2.5, steps_done=12)
            for readers in (stream, again):
                event = readers.next()
                assert event.type == "status"
                assert json.loads(event.data) == {field: last[field] for field in V1}
                assert event.id != status.id


def test_v2_routes_tell_all(trainer: Trainer) -> None:
    document = trainer.report(epoch=2.5, loss=0.42, **FULL)
    server = trainer.server
    answer = server.get("/v2/status")
    assert answer.json() == document
    SCHEMA.validate(answer.json())
    assert server.get("/v2/status", If_None_Match=answer.headers["etag"]).status == 304
    history = server.get("/v2/history").json()
    assert history["steps_done"] == [310]
    assert history["lr"] == [1.2e-05]
    assert history["gpu_memory_usage"] == [21474836480]
    assert history["metrics"] == {"eval_loss": [0.51], "grad_norm": [0.8]}
    with EventStream(server.port, path="/v2/events") as stream:
        assert json.loads(stream.next().data) == document
        assert stream.next().type == "progress"
        newer = trainer.report(epoch=3.0, loss=0.4, **FULL | {"steps_done": 350})
        event = stream.next()
        while event.type != "status":
            event = stream.next()
        assert json.loads(event.data) == newer


def test_a_source_of_v1_is_served_as_v2_with_nulls(tmp_path: Path) -> None:
    path = tmp_path / "status.json"
    state = ["--epoch", "1", "--total-epochs", "4", "--loss", "0.5", "--message", "m"]
    subprocess.run([pulse_binary(), "write", "running", "-s", path, *state], check=True)
    server = PulseServer(path, "--no-archive", log=tmp_path / "server.log")
    try:
        status = server.get("/v2/status").json()
        SCHEMA.validate(status)
        assert status == {"version": 2} | server.get("/status").json() | NOTHING
        history = server.get("/v2/history").json()
        assert history["loss"] == [0.5]
        assert history["steps_done"] == history["lr"] == history["gpu_memory_usage"] == [None]
        assert history["metrics"] == {}
        assert "pulse_learning_rate" not in server.get("/metrics").body.decode()
        [item] = server.get("/runs").json()["runs"]
        assert item["details"] is None
    finally:
        server.stop()


def test_no_loss_is_the_last_one_to_readers_of_v1(trainer: Trainer) -> None:
    server = trainer.server
    assert server.get("/status").json()["loss"] == 0.0
    assert server.get("/v2/status").json()["loss"] is None
    trainer.report(epoch=1.0, loss=0.75)
    trainer.report(epoch=2.0, loss=None)
    assert server.get("/status").json()["loss"] == 0.75
    assert server.get("/v2/status").json()["loss"] is None
    assert server.get("/history").json()["epoch"] == [1.0]
    # A loss of exactly 0 is one that was measured.
    trainer.report(epoch=3.0, loss=0.0)
    assert server.get("/history").json()["loss"] == [0.75, 0.0]


def test_items_and_metrics_have_what_is_known(trainer: Trainer) -> None:
    trainer.report(epoch=2.5, loss=0.42, **FULL)
    server = trainer.server
    [item] = server.get("/runs").json()["runs"]
    assert item["details"] == FULL
    page = server.get("/metrics").body.decode()
    for line in (
        "pulse_learning_rate 1.2e-05",
        "pulse_steps_done 310",
        "pulse_steps_planned 372",
        "pulse_batch_size 64",
        "pulse_gpu_memory_bytes 21474836480",
        'pulse_metric{name="eval_loss"} 0.51',
        'pulse_run_info{profile="qwen-lora",dataset="alpaca_en"} 1',
    ):
        assert line in page.splitlines()
    # What is told now and then keeps its last value; what is unknown has no sample.
    trainer.report(epoch=2.6, loss=0.41)
    page = server.get("/metrics").body.decode()
    assert 'pulse_metric{name="eval_loss"} 0.51' in page
    assert "pulse_learning_rate" not in page


def test_sixteen_metrics_have_samples(trainer: Trainer) -> None:
    trainer.report(metrics={f"m{index:02}": float(index) for index in range(64)})
    page = trainer.server.get("/metrics").body.decode()
    assert sum(line.startswith("pulse_metric{") for line in page.splitlines()) == 16


def test_run_and_attempt_decide(trainer: Trainer) -> None:
    def item() -> dict:
        return trainer.server.get("/runs").json()["runs"][0]

    trainer.report(epoch=2.0, loss=0.5, run="a", attempt=1)
    first = item()
    # Back to an epoch that v1 would wait with: the next attempt at once.
    trainer.report(epoch=1.0, loss=0.6, run="a", attempt=2)
    assert (item()["id"], item()["attempt"]) == (first["id"], 2)
    assert trainer.server.get("/history").json()["epoch"] == [1.0]
    # An attempt that should be gone adds nothing.
    trainer.report(epoch=3.0, loss=0.1, run="a", attempt=1)
    assert trainer.server.get("/history").json()["epoch"] == [1.0]
    # Another run, though its epoch goes on.
    trainer.report(epoch=3.5, loss=0.3, run="b", attempt=1)
    assert item()["id"] != first["id"]
    assert trainer.server.get("/history").json()["epoch"] == [3.5]


def test_the_last_good_state_stays(trainer: Trainer) -> None:
    good = trainer.report(epoch=2.0, **FULL)
    trainer.write(version=3)
    wait_until(
        lambda: trainer.server.get("/progress").json()["source"] == "invalid",
        "it is invalid",
    )
    assert trainer.server.get("/v2/status").json() == good
    reads = 'pulse_source_errors_total{reason="unsupported_version"}'
    assert trainer.server.metric(reads) >= 1


def test_the_table_has_the_columns(trainer: Trainer) -> None:
    trainer.report(epoch=1.0, loss=0.5, steps_done=10)
    trainer.report(epoch=2.0, loss=0.4, steps_done=20, metrics={"eval_loss": 0.6})
    [item] = trainer.server.get("/runs").json()["runs"]
    table = trainer.server.get(f"/runs/{item['id']}/history.csv").body.decode()
    rows = list(csv.DictReader(io.StringIO(table)))
    assert [row["steps_done"] for row in rows] == ["10", "20"]
    assert [row["eval_loss"] for row in rows] == ["", "0.6"]
    assert [row["lr"] for row in rows] == ["", ""]


def test_the_routes_of_a_run(runs: Callable) -> None:
    some = runs()
    some.write("a.json", epoch=1.0)
    some.start()
    for part in ("status", "history"):
        assert some.server.get(f"/runs/a/v2/{part}").body == some.server.get(f"/v2/{part}").body
    with EventStream(some.server.port, path="/runs/a/v2/events") as stream:
        assert json.loads(stream.next().data)["version"] == 2


def test_a_restart_keeps_the_columns(tmp_path: Path) -> None:
    trainer = Trainer(tmp_path / "status.json")
    trainer.write(epoch=0.0, loss=None)
    state = tmp_path / "state"
    state.mkdir()
    trainer.server = PulseServer(trainer.path, log=tmp_path / "server.log", state=str(state))
    trainer.report(epoch=1.0, loss=0.5, **FULL)
    trainer.report(epoch=2.0, loss=0.4, **FULL | {"steps_done": 350})
    before = [trainer.server.get(path).body for path in ("/v2/status", "/v2/history")]
    trainer.server.stop()
    trainer.server = PulseServer(trainer.path, log=tmp_path / "server.log", state=str(state))
    try:
        assert [trainer.server.get(path).body for path in ("/v2/status", "/v2/history")] == before
    finally:
        trainer.server.stop()


def test_a_run_that_is_over_keeps_its_columns(tmp_path: Path) -> None:
    trainer = Trainer(tmp_path / "status.json")
    trainer.write(epoch=0.0, loss=None, run="a", attempt=1)
    trainer.server = PulseServer(trainer.path, log=tmp_path / "server.log")
    server = trainer.server
    try:
        trainer.report(epoch=1.0, loss=0.5, **FULL | {"run": "a"})
        last = trainer.report(epoch=2.0, loss=0.25, **FULL | {"run": "a", "metrics": {}})
        without = trainer.report(epoch=2.5, loss=None, **FULL | {"run": "a"})
        [item] = server.get("/runs").json()["runs"]
        paths = [
            f"/runs/{item['id']}/{part}" for part in ("v2/history", "history.csv", "v2/status")
        ]
        before = [server.get(path).body for path in paths]
        trainer.report(epoch=0.0, loss=None, run="b", attempt=1)
        wait_until(
            lambda: server.get(f"/runs/{item['id']}").json().get("current") is False,
            "it is an earlier run",
        )
        assert [server.get(path).body for path in paths] == before
        assert server.get(paths[2]).json() == without
        assert server.get(f"/runs/{item['id']}/status").json()["loss"] == last["loss"]
        assert server.get(f"/runs/{item['id']}").json()["details"] == FULL | {"run": "a"}
        stream = server.get(f"/runs/{item['id']}/v2/events").body.decode()
        assert json.loads(stream.split("data: ")[1].split("\n")[0]) == without
        assert stream.count("event: end") == 1
    finally:
        server.stop()


def test_pulse_write_writes_v2(tmp_path: Path) -> None:
    path = tmp_path / "status.json"
    fields = [
        *("--epoch", "1.5", "--total-epochs", "3", "--profile", "p", "--dataset", "d"),
        *(
            "--steps-done",
            "10",
            "--total-steps",
            "20",
            "--lr",
            "1e-5",
            "--batch-size",
            "8",
        ),
        *(
            "--gpu-memory-usage",
            "1024",
            "--metric",
            "eval_loss=0.5",
            "--metric",
            "acc=-1",
        ),
        *("--run-name", "r", "--attempt", "2"),
    ]
    subprocess.run([pulse_binary(), "write", "running", "-s", path, *fields], check=True)
    document = json.loads(path.read_text())
    SCHEMA.validate(document)
    assert document["loss"] is None
    assert document["metrics"] == {"acc": -1.0, "eval_loss": 0.5}
    assert (document["run"], document["attempt"], document["lr"]) == ("r", 2, 1e-05)
    plain = [pulse_binary(), "write", "idle", "-s", path, "--pulse-version", "2"]
    subprocess.run(plain, check=True)
    assert {field: json.loads(path.read_text())[field] for field in NOTHING} == NOTHING
    for wrong in (
        ["--batch-size", "0"],
        ["--metric", "a b=1"],
        ["--metric", "a"],
        ["--lr", "nan"],
    ):
        command = [pulse_binary(), "write", "running", "-s", path, *wrong]
        assert subprocess.run(command, check=False, capture_output=True).returncode == 64
