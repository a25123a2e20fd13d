"""A real training leads its whole life while curl, an event stream and a browser watch it."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from event_stream import Event, EventStream
from playwright.sync_api import Page, expect
from processes import PATIENCE, ROOT, PulseServer, StatusFile, wait_until

FIELDS = ["status", "epoch", "total_epochs", "loss", "message", "timestamp"]


def curl(server: PulseServer, path: str) -> bytes:
    command = ["curl", "--silent", "--show-error", "--max-time", "10", server.url + path]
    return subprocess.run(command, check=True, capture_output=True).stdout


class Job:
    """The example training as a process of its own."""

    def __init__(self, status_file: Path, *options: str) -> None:
        script = ROOT / "python" / "examples" / "train_regression.py"
        command = [sys.executable, str(script), "--status-file", str(status_file), "--wait", "1"]
        self.process = subprocess.Popen(
            [*command, "--epochs", "3", "--steps-per-epoch", "20", "--delay", "0.02", *options],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def end(self) -> int:
        return self.process.wait(PATIENCE * 2)


@pytest.fixture
def stream(server: PulseServer) -> Iterator[EventStream]:
    with EventStream(server.port) as stream:
        yield stream


def states_until(stream: EventStream, last: str) -> list[dict]:
    """Every state that is streamed, from the one at hand to the first that is `last`."""
    states: list[dict] = []
    while not states or states[-1]["status"] != last:
        states.append(json.loads(stream.next_of("status").data))
        assert list(states[-1]) == FIELDS
    return states


def test_a_job_goes_from_idle_over_running_to_done(
    server: PulseServer, status_file: StatusFile, stream: EventStream, page: Page
) -> None:
    page.goto(server.url)
    expect(page.locator("training-panel")).to_contain_text("Waiting to start...")
    job = Job(status_file.path, "--delay", "0.05")
    states = states_until(stream, "done")
    assert job.end() == 0

    order = list(dict.fromkeys(state["status"] for state in states))
    assert order == ["idle", "running", "done"]
    running = [state for state in states if state["status"] == "running"]
    epochs = [state["epoch"] for state in running]
    assert epochs == sorted(epochs)
    # Latest wins: a client may skip states, but not most of them at 20 a second.
    assert epochs[0] < 1
    assert len(running) > 10
    assert running[-1]["loss"] < running[1]["loss"], "the loss is a real one: it falls"
    assert states[-1]["epoch"] == states[-1]["total_epochs"] == 3

    status = curl(server, "/status")
    assert json.loads(status) == states[-1]
    progress = json.loads(curl(server, "/progress"))
    assert progress["progress"] == 100
    assert progress["liveness"] == "finished"
    history = json.loads(curl(server, "/history"))
    assert history["epoch"][-1] == 3
    assert len(history["epoch"]) == len(history["loss"]) == len(history["timestamp"])
    expect(page.locator("training-panel")).to_contain_text("100")
    expect(page.locator("training-panel")).to_contain_text("Training completed")


def test_a_job_that_fails_says_why(
    server: PulseServer, status_file: StatusFile, stream: EventStream, page: Page
) -> None:
    page.goto(server.url)
    job = Job(status_file.path, "--fail-at", "1.5")
    states = states_until(stream, "error")
    assert job.end() != 0
    assert 1.5 <= states[-1]["epoch"] < 3
    assert "failed at epoch 1.5" in states[-1]["message"]
    assert json.loads(curl(server, "/progress"))["liveness"] == "finished"
    assert server.metric('pulse_status{status="error"}') == 1
    expect(page.locator("training-panel")).to_contain_text("failed at epoch 1.5")


def test_a_job_that_is_killed_becomes_stale(
    serve, status_file: StatusFile, page: Page
) -> None:
    server = serve("--stale-after", "1s", "--poll-interval", "100ms")
    page.goto(server.url)
    job = Job(status_file.path, "--epochs", "1000")
    wait_until(lambda: server.get("/progress").json()["epoch"] > 0, "the training moves")
    job.process.send_signal(signal.SIGKILL)
    job.end()
    wait_until(lambda: server.get("/progress").json()["liveness"] == "stale", "it is stale")
    progress = server.get("/progress").json()
    assert progress["status"] == "running", "the trainer's own last word stays"
    assert progress["eta_seconds"] is None
    assert server.metric('pulse_liveness{state="stale"}') == 1
    expect(page.locator("training-panel")).to_contain_text("stale", ignore_case=True)


def test_the_stream_carries_the_bytes_of_the_resources(
    server: PulseServer, status_file: StatusFile, stream: EventStream
) -> None:
    first = stream.next()
    assert first.type == "status"
    status_file.running(2.5, 3.0, message="«é» \u2028 </script>")
    status = stream.next_of("status")
    progress = stream.next_of("progress")
    assert status.data == curl(server, "/status")
    assert progress.data == curl(server, "/progress")
    assert isinstance(status, Event) and status.id and status.id != first.id
    assert progress.id is None, "both belong to one id"


def test_curl_follows_the_stream(server: PulseServer, status_file: StatusFile) -> None:
    command = ["curl", "--silent", "--no-buffer", "--max-time", "20", server.url + "/events"]
    curl = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert curl.stdout is not None
    try:
        wait_until(lambda: server.metric("pulse_event_streams") == 1, "the stream is open")
        status_file.running(1.0, message="hello")
        for line in curl.stdout:
            if line.startswith("data: ") and '"message": "hello"' in line:
                break
        else:
            pytest.fail("the update never came")
    finally:
        curl.kill()
        curl.wait()
        curl.stdout.close()
