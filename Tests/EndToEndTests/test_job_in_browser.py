"""The main job: a real training is followed by a browser, from its first word to its last."""

import re
import signal
import subprocess
import sys

import pytest
from panel import Panel
from playwright.sync_api import expect
from processes import PATIENCE, ROOT, pulse_binary, wait_until

JOB = ROOT / "python" / "examples" / "train_regression.py"


@pytest.fixture
def train(status_file):
    """Starts the example job; it is ended after the test, should it still run."""
    jobs = []

    def start(*options):
        command = [sys.executable, str(JOB), "--status-file", str(status_file.path), *options]
        jobs.append(subprocess.Popen(command, stderr=subprocess.DEVNULL))
        return jobs[-1]

    yield start
    for job in jobs:
        job.kill()
        job.wait()


def test_a_training_is_seen_from_waiting_to_done(server, train, page):
    panel = Panel.open(page, server)
    panel.expect(state="Waiting for the first update")
    job = train("--epochs", "2", "--delay", "0.05")
    wait_until(lambda: server.get("/progress").json()["progress"] > 1, "it moves")
    # It waits for a browser that is slow.
    job.send_signal(signal.SIGSTOP)
    panel.expect(state="Running")
    expect(panel.part("percent")).to_have_text(re.compile(r"^[1-9]\d*(\.\d)?%$"))
    expect(panel.part("loss")).to_have_text(re.compile(r"^\d"))
    job.send_signal(signal.SIGCONT)
    panel.expect(state="Done", percent="100%", epoch="2 of 2")
    assert job.wait(PATIENCE) == 0
    # The whole curve is there, and training has made the loss smaller.
    history = server.get("/history").json()
    shown = int(panel.part("plot").get_attribute("aria-valuemax"))
    assert 10 <= shown < len(history["loss"])
    assert history["loss"][-1] < history["loss"][1]


def test_the_end_of_a_served_command_stays_in_front(tmp_path, page):
    """The server ends once the page has asked for the end, and the page keeps it."""
    file = ["--status-file", str(tmp_path / "status.json")]
    job = [sys.executable, str(JOB), *file, "--epochs", "1", "--delay", "0.02"]
    process = subprocess.Popen(
        [pulse_binary(), "run", "--serve", "--port", "0", *file, "--", *job],
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        page.goto(re.search(r"http://\S+", process.stderr.readline())[0])
        panel = Panel(page)
        panel.expect(state="Done")
        assert process.wait(PATIENCE) == 0
        panel.expect(state="Done", connection="Server stopped", percent="100%")
    finally:
        process.kill()
        process.wait()
        process.stderr.close()


def test_a_training_that_fails_is_seen_to_fail(server, train, page):
    panel = Panel.open(page, server)
    job = train("--epochs", "3", "--delay", "0.02", "--fail-at", "1")
    panel.expect(state="Error")
    expect(panel.part("message")).not_to_be_empty()
    assert job.wait(PATIENCE) != 0
    panel.expect_current()
