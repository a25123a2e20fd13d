"""`pulse run --pulse-version 2`: what logs, callbacks and output tell beside the six fields of v1."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from commands import ENVIRONMENT, Job
from event_files import event_file
from processes import PATIENCE, PulseServer, wait_until
from test_run_reports import CLIENT


@pytest.fixture
def job(tmp_path: Path) -> Iterator[Job]:
    job = Job(tmp_path)
    yield job
    job.close()


def document(job: Job) -> dict:
    return json.loads(job.status_file.read_bytes())


def wait_for(job: Job, **fields: object) -> dict:
    """Wait for a document with these fields; give it."""
    job.wait_for(str(fields), **fields)
    return document(job)


def go_on(process) -> None:
    process.stdin.write(b"\n")
    process.stdin.flush()


def lines(*entries: dict) -> str:
    return "".join(json.dumps(entry) + "\n" for entry in entries)


#: How each kind of log is written, and what v2 tells of it.
LOGS = {
    "trainer_log.jsonl": (
        lines(
            {
                "current_steps": 8,
                "total_steps": 48,
                "loss": 0.25,
                "lr": 1e-05,
                "epoch": 0.5,
                "vram_reserved": 1.5,
            },
            {"current_steps": 8, "total_steps": 48, "eval_loss": 0.75, "epoch": 0.5},
        ),
        {
            "epoch": 0.5,
            "loss": 0.25,
            "steps_done": 8,
            "total_steps": 48,
            "lr": 1e-05,
            "gpu_memory_usage": 1610612736,
            "metrics": {"eval_loss": 0.75},
        },
    ),
    "logs/version_0/metrics.csv": (
        # Lightning's steps are counted from 0.
        "epoch,lr-Adam,step,train_loss,val_loss\n0,0.01,3,0.5,\n0,,3,,0.75\n",
        {"loss": 0.5, "steps_done": 4, "lr": 0.01, "metrics": {"val_loss": 0.75}},
    ),
    "results.csv": (
        "epoch, time, train/box_loss, metrics/mAP50(B), lr/pg0, lr/pg1\n1, 2, 1.5, 0.25, 0.001, 0.01\n",
        {
            "loss": 1.5,
            "steps_done": None,
            "lr": 0.01,
            "metrics": {"metrics/mAP50_B_": 0.25, "time": 2.0},
        },
    ),
    "training.csv": (
        "epoch,accuracy,learning_rate,loss,val_loss\n0,0.5,0.001,0.75,0.875\n",
        {
            "epoch": 1.0,
            "loss": 0.75,
            "lr": 0.001,
            "metrics": {"accuracy": 0.5, "val_loss": 0.875},
        },
    ),
}


@pytest.mark.parametrize("name", LOGS)
def test_a_log_is_told_as_version_2(job: Job, name: str) -> None:
    text, fields = LOGS[name]
    script = f"""
import os, pathlib, sys
path = pathlib.Path({name!r})
path.parent.mkdir(parents=True, exist_ok=True)
file = path.open("w")
file.write({text!r})
file.flush()
sys.stdin.readline()
sys.exit(3)
"""
    process = job.start(job.script(script), "--pulse-version", "2")
    seen = wait_for(job, version=2, status="running", **fields)
    # Nobody told it which run it is, or with what it trains.
    assert [seen[field] for field in ("run", "attempt", "profile", "dataset", "batch_size")] == (
        [None] * 5
    )
    go_on(process)
    assert process.wait(PATIENCE) == 3
    final = document(job)
    assert (final["version"], final["status"]) == (2, "error")
    kept = {key: value for key, value in fields.items() if key != "metrics"}
    assert {key: final[key] for key in kept} == kept
    # A metric stands in the document that reports it.
    assert final["metrics"] == {}


@pytest.mark.parametrize(
    ("steps", "fields"),
    [
        (
            # The Trainer's, with an evaluation behind its log.
            {
                7: {"train/loss": 1.5, "train/learning_rate": 0.5, "train/epoch": 0.75},
                8: {
                    "train/loss": 1.25,
                    "train/grad_norm": 2.0,
                    "train/learning_rate": 0.25,
                    "train/epoch": 1.0,
                    "eval/loss": 0.5,
                },
            },
            {
                "epoch": 1.0,
                "loss": 1.25,
                "steps_done": 8,
                "lr": 0.25,
                "metrics": {"eval/loss": 0.5, "train/grad_norm": 2.0},
            },
        ),
        (
            # Lightning's, whose steps are counted from 0, with two rates.
            {
                3: {
                    "hp_metric": -1.0,
                    "lr-Adam/pg1": 0.25,
                    "lr-Adam/pg2": 0.5,
                    "lr-Adam-momentum": 0.75,
                    "epoch": 0.0,
                    "train_loss": 1.5,
                    "val_acc": 0.125,
                }
            },
            {
                "loss": 1.5,
                "steps_done": 4,
                "lr": 0.5,
                "metrics": {"lr-Adam-momentum": 0.75, "val_acc": 0.125},
            },
        ),
    ],
    ids=["trainer", "lightning"],
)
def test_an_event_file_is_told_as_version_2(job: Job, steps: dict, fields: dict) -> None:
    (job.directory / "prepared").write_bytes(event_file(steps))
    script = """
import shutil, sys
shutil.copy("prepared", "events.out.tfevents.1")
sys.stdin.readline()
"""
    process = job.start(job.script(script), "--pulse-version", "2")
    wait_for(job, version=2, status="running", **fields)
    go_on(process)
    assert process.wait(PATIENCE) == 0


def test_what_callbacks_report_is_told_as_version_2(job: Job) -> None:
    script = f"""{CLIENT}
begin(48)
pause()
step(16, 48, 3, loss=3.5, learning_rate=4.89e-05, epoch=1.0, eval_loss=0.5)
pause()
step(17, 48, 3, loss=3.5, learning_rate=4.89e-05, epoch=1.0, eval_loss=0.5)
pause()
"""
    process = job.start(job.script(script), "--pulse-version", "2")
    assert wait_for(job, version=2, total_steps=48)["loss"] is None
    go_on(process)
    seen = wait_for(job, steps_done=16, total_steps=48, loss=3.5, lr=4.89e-05)
    assert seen["metrics"] == {"eval_loss": 0.5}
    go_on(process)
    # The callback sends each number again and again: it was measured once.
    assert wait_for(job, steps_done=17)["metrics"] == {}
    go_on(process)
    assert process.wait(PATIENCE) == 0
    assert (document(job)["status"], document(job)["steps_done"]) == ("done", 17)


def test_output_is_told_as_version_2(job: Job) -> None:
    script = """
import sys
line = {"loss": "0.5", "grad_norm": "1.25", "learning_rate": "1e-05", "epoch": "0.75"}
sys.stderr.write(f"\\r 25%|##   | 12/48 [00:03<00:09, 4.0it/s]\\n{line}\\n")
sys.stderr.flush()
sys.stdin.readline()
"""
    process = job.start(job.script(script), "--pulse-version", "2")
    seen = wait_for(job, version=2, steps_done=12, total_steps=48, loss=0.5, lr=1e-05)
    assert seen["metrics"] == {"grad_norm": 1.25}
    go_on(process)
    assert process.wait(PATIENCE) == 0


def test_the_default_is_version_1_without_a_trace_of_the_rest(job: Job) -> None:
    text, _ = LOGS["trainer_log.jsonl"]
    script = f"""
import os, sys
open("trainer_log.jsonl", "w").write({text!r})
print(os.environ.get("PULSE_VERSION"), flush=True)
sys.stdin.readline()
"""
    process = job.start(job.script(script))
    assert process.stdout.readline() == b"None\n"
    seen = wait_for(job, status="running", epoch=0.5, loss=0.25)
    assert list(seen) == ["status", "epoch", "total_epochs", "loss", "message", "timestamp"]
    assert seen["message"] == "Training, step 8 of 48"
    go_on(process)
    assert process.wait(PATIENCE) == 0


@pytest.mark.parametrize(
    ("variable", "flags", "version"),
    [
        ("2", (), 2),
        ("2", ("--pulse-version", "1"), 1),
        ("1", ("--pulse-version", "2"), 2),
        ("", (), 1),
    ],
)
def test_the_command_writes_the_version_that_was_chosen(
    job: Job, variable: str, flags: tuple[str, ...], version: int
) -> None:
    script = """
import sys
from pulse_wrapper import training
with training(total_epochs=3) as run:
    run.update(epoch=1.5, loss=0.5)
sys.exit(3)
"""
    environment = ENVIRONMENT | {"PULSE_VERSION": variable}
    result = job.run(job.script(script), *flags, env=environment)
    assert result.returncode == 3
    final = document(job)
    assert (final.get("version", 1), final["status"]) == (version, "error")


@pytest.mark.parametrize("flags", [(), ("--pulse-version", "2")])
def test_a_trainer_of_version_2_that_is_killed_keeps_what_it_told(
    job: Job, flags: tuple[str, ...]
) -> None:
    script = """
import os, signal
from pulse_wrapper import training
run = training(total_epochs=3, version=2, interval=0).__enter__()
run.describe(steps_done=7, lr=1e-5, run="r", attempt=2, profile="p", metrics={"acc": 0.5})
run.update(epoch=1.5)
os.kill(os.getpid(), signal.SIGKILL)
"""
    result = job.run(job.script(script), *flags)
    assert result.returncode == 137
    final = document(job)
    assert (final["version"], final["status"], final["epoch"]) == (2, "error", 1.5)
    assert final["message"].startswith("killed by SIGKILL")
    told = {"steps_done": 7, "lr": 1e-05, "run": "r", "attempt": 2, "profile": "p"}
    assert {key: final[key] for key in told} == told
    assert final["metrics"] == {"acc": 0.5}
    assert final["loss"] is None


@pytest.mark.parametrize("version", ["3", "two", "0.3.0"])
@pytest.mark.parametrize("way", ["flag", "variable"])
def test_a_version_that_there_is_none_of_starts_nothing(job: Job, version: str, way: str) -> None:
    flags = ("--pulse-version", version) if way == "flag" else ()
    environment = ENVIRONMENT | ({"PULSE_VERSION": version} if way == "variable" else {})
    result = job.run(["touch", "started"], *flags, env=environment)
    assert result.returncode == 64
    assert b"PULSE has the versions 1 and 2." in result.stderr
    assert not (job.directory / "started").exists()


def test_what_is_written_is_served(job: Job) -> None:
    text, _ = LOGS["trainer_log.jsonl"]
    script = f"""
import sys
sys.stdin.readline()
open("trainer_log.jsonl", "w").write({text!r})
sys.stdin.readline()
"""
    process = job.start(job.script(script), "--pulse-version", "2")
    wait_for(job, status="running")
    server = PulseServer(job.status_file, log=job.directory / "server.log")
    try:
        go_on(process)
        wait_until(lambda: server.get("/v2/status").json()["steps_done"] == 8, "it is served")
        status = server.get("/v2/status").json()
        assert (status["lr"], status["metrics"]) == (1e-05, {"eval_loss": 0.75})
        plain = server.get("/status").json()
        assert list(plain) == ["status", "epoch", "total_epochs", "loss", "message", "timestamp"]
    finally:
        server.stop()
    go_on(process)
    assert process.wait(PATIENCE) == 0
