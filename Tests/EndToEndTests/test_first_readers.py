"""Readers of version 0.1, as they were, while the trainer writes PULSE v2.

`readers_of_0.1` holds the panel and the Python package of that version; not a byte of it changes.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from event_stream import EventStream
from panel import Panel
from playwright.sync_api import Page, expect
from processes import PATIENCE, PulseServer, StatusFile, wait_until
from run_details import FULL

READERS = Path(__file__).parent / "readers_of_0.1"


@pytest.fixture
def server(serve: Callable[..., PulseServer]) -> PulseServer:
    return serve("--public-dir", str(READERS / "public"), "--poll-interval", "100ms")


def python(code: str, *arguments: str, document: bytes = b"") -> str:
    """What Python prints whose `pulse_wrapper` is that of 0.1."""
    prelude = "import sys, json, pulse_wrapper; assert sys.argv[1] in pulse_wrapper.__file__\n"
    return subprocess.run(
        [sys.executable, "-c", prelude + code, str(READERS), *arguments],
        input=document,
        env={"PYTHONPATH": str(READERS), "PYTHONDONTWRITEBYTECODE": "1"},
        stdout=subprocess.PIPE,
        check=True,
        timeout=PATIENCE,
    ).stdout.decode()


def test_the_panel_shows_a_live_run(
    server: PulseServer, status_file: StatusFile, page: Page
) -> None:
    status_file.version2(1.5, loss=0.75, **FULL | {"steps_done": 186})
    assert json.loads(status_file.path.read_bytes())["version"] == 2
    panel = Panel.open(page, server)
    panel.expect(state="Running", percent="50%", epoch="1.5 of 3", loss="0.75", message="training")
    status_file.version2(2.5, loss=0.42, **FULL)
    panel.expect(state="Running", percent="83.3%", epoch="2.5 of 3", loss="0.42")
    assert panel.part("bar").get_attribute("aria-valuenow") == "83"
    # Two points, numbered from 0.
    expect(panel.part("plot")).to_have_attribute("aria-valuemax", "1")
    # No loss to tell, as while it evaluates: the last one stands, and the server's curve has no
    # point of it. (That of this panel has one: the six fields don't tell it.)
    status_file.version2(2.7, loss=None, **FULL | {"steps_done": 335})
    panel.expect(state="Running", percent="90%", epoch="2.7 of 3", loss="0.42")
    assert server.get("/history").json()["loss"] == [0.75, 0.42]
    expect(panel.part("connection")).to_have_attribute("data-link", "live")
    expect(panel.part("notice")).to_be_hidden()
    panel.expect_current()
    expect(page).to_have_title("90% · Running – Pulse")


def test_the_panel_goes_from_version_to_version(
    server: PulseServer, status_file: StatusFile, page: Page
) -> None:
    status_file.running(1.5)
    panel = Panel.open(page, server)
    panel.expect(state="Running", percent="50%")
    status_file.version2(2.5, **FULL)
    panel.expect(state="Running", percent="83.3%")
    # What no server knows yet is shown as what can't be read.
    status_file.document(version=3)
    panel.expect(state="Source invalid", percent="83.3%")
    panel.expect_frozen()
    status_file.done()
    panel.expect(state="Done", percent="100%")
    panel.expect_current()


def test_the_package_reads_what_is_served(server: PulseServer, status_file: StatusFile) -> None:
    decode = "print(json.dumps(pulse_wrapper.decode(sys.stdin.buffer.read()).to_dict()))"
    progress = "print(pulse_wrapper.decode(sys.stdin.buffer.read()).calculate_progress())"
    status_file.version2(2.5, loss=0.42, **FULL)
    wait_until(lambda: server.get("/status").json()["epoch"] == 2.5, "it is served")
    written = json.loads(status_file.path.read_bytes())
    fields = ["status", "epoch", "total_epochs", "loss", "message", "timestamp"]
    served = server.get("/status").body
    assert json.loads(python(decode, document=served)) == {name: written[name] for name in fields}
    assert float(python(progress, document=served)) == pytest.approx(250 / 3)
    with EventStream(server.port) as stream:
        assert python(decode, document=stream.next().data) == python(decode, document=served)


def test_the_package_keeps_its_last_good_state_of_the_file(status_file: StatusFile) -> None:
    # Who reads the file itself and knows version 1 alone: `docs/PULSE-v2.md` §5.
    status_file.version2(2.5, **FULL)
    reason = python(
        "try: pulse_wrapper.read_status(sys.argv[2])\n"
        "except pulse_wrapper.PulseError as error: print(error.reason)",
        str(status_file.path),
    )
    assert reason == "unknown_field\n"
    kept = python(
        "good = pulse_wrapper.TrainingStatus.create('idle', message='good')\n"
        "print(pulse_wrapper.safe_read_status(sys.argv[2], last=good).message)",
        str(status_file.path),
    )
    assert kept == "good\n"
