"""Who is told of a run without asking: systemd, and the user's own command."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from processes import PATIENCE, PulseServer, StatusFile, pulse_binary, wait_until


class Notifications:
    """The socket that systemd would listen on."""

    def __init__(self, address: str) -> None:
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind("\0" + address[1:] if address.startswith("@") else address)
        self.socket.settimeout(PATIENCE)

    def until(self, expected: str) -> list[str]:
        """Everything that is told up to `expected`."""
        told: list[str] = []
        while not told or told[-1] != expected:
            told.append(self.socket.recv(4096).decode())
        return told


@pytest.mark.parametrize("kind", ["path", "abstract"])
def test_systemd_is_told_of_the_whole_life(
    tmp_path: Path, status_file: StatusFile, kind: str
) -> None:
    address = str(tmp_path / "notify") if kind == "path" else f"@pulse-{os.getpid()}"
    systemd = Notifications(address)
    environment = os.environ | {"NOTIFY_SOCKET": address, "WATCHDOG_USEC": "200000"}
    process = subprocess.Popen(
        [pulse_binary(), "serve", "--port", "0", "--status-file", str(status_file.path)]
        + ["--poll-interval", "50ms"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=environment,
    )
    try:
        begin = systemd.until("READY=1")
        assert "STOPPING=1" not in begin
        systemd.until("WATCHDOG=1")
        systemd.until("WATCHDOG=1")
        status_file.running(1.29, 3.0)
        systemd.until("STATUS=epoch 1.3 of 3, 43 %")
        status_file.done()
        systemd.until("STATUS=done, epoch 3 of 3")
    finally:
        process.terminate()
    systemd.until("STOPPING=1")
    assert process.wait(PATIENCE) == 0
    systemd.socket.close()


def lines(path: Path) -> list[str]:
    return path.read_text().splitlines() if path.exists() else []


def test_a_command_runs_once_for_each_transition(
    serve: Callable[..., PulseServer], status_file: StatusFile, tmp_path: Path
) -> None:
    told = tmp_path / "told"
    command = f'echo "$PULSE_TRANSITION $PULSE_EPOCH $PULSE_MESSAGE" >> {told}'
    serve("--on-transition", command, "--stale-after", "4s", "--poll-interval", "50ms")
    expected: list[str] = []

    def expect(*news: str) -> None:
        expected.extend(news)
        wait_until(lambda: len(lines(told)) >= len(expected), f"{expected} are told")
        assert lines(told) == expected

    status_file.running(0.5, message="begins; $(exit) `x`")
    expect("running 0.5 begins; $(exit) `x`")
    status_file.running(1.0, message="goes on")
    expect("stale 1.0 goes on")
    status_file.running(1.5, message="is back")
    expect("recovered 1.5 is back")
    status_file.raw(b'{"loss": NaN}')
    expect("source_invalid 1.5 is back")
    status_file.done(message="over")
    expect("recovered 3.0 over", "done 3.0 over")
    time.sleep(0.3)
    assert lines(told) == expected, "each once"


def is_alive(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_hanging_command_delays_neither_the_server_nor_its_end(
    serve: Callable[..., PulseServer], status_file: StatusFile, tmp_path: Path
) -> None:
    started = tmp_path / "started"
    server = serve("--on-transition", f"echo $$ >> {started}; sleep 1000 & sleep 1000")
    status_file.running(0.5)
    wait_until(started.exists, "the command runs")
    status_file.error(0.6)
    wait_until(lambda: server.get("/status").json()["status"] == "error", "news go on")
    server.stop()
    pids = [int(line) for line in lines(started)]
    assert len(pids) == 1, "one at a time"
    wait_until(lambda: not is_alive(pids[0]), "it was ended with the server, and all it started")


def test_a_failing_command_is_logged_once(
    serve: Callable[..., PulseServer], status_file: StatusFile, tmp_path: Path
) -> None:
    runs = tmp_path / "runs"
    server = serve("--on-transition", f"echo x >> {runs}; exit 7")
    for attempt in range(3):
        before = len(lines(runs))
        status_file.running(0.5 + attempt)
        wait_until(lambda: len(lines(runs)) >= before + 1, "the command ran")  # noqa: B023
        status_file.error(0.6 + attempt)
        wait_until(lambda: len(lines(runs)) >= before + 2, "the command ran")  # noqa: B023
    log = server.log.read_text()
    assert log.count("exit code 7") == 1


def children(process: int) -> list[int]:
    """The processes that a process has started, or was given."""
    found = []
    for thread in Path(f"/proc/{process}/task").iterdir():
        # A thread may end meanwhile.
        with suppress(FileNotFoundError, ProcessLookupError):
            found += map(int, (thread / "children").read_text().split())
    return found


def test_what_a_command_leaves_behind_is_waited_for_as_process_1(
    status_file: StatusFile, tmp_path: Path
) -> None:
    wrapper = ["unshare", "-pf", "--mount-proc", "--kill-child"]
    if subprocess.run([*wrapper, "true"], capture_output=True).returncode != 0:
        pytest.skip("namespaces of processes are not allowed here")
    left = tmp_path / "left"
    status_file.running(1)
    server = PulseServer(
        status_file.path,
        "--poll-interval",
        "50ms",
        "--on-transition",
        f"for i in 1 2 3; do (sleep 0.2; echo $i >> {left}) & done",
        log=tmp_path / "server.log",
        wrapper=wrapper,
    )
    pulse = children(server.process.pid)[0]
    try:
        for number in (1, 2):
            # Each is a transition; nobody but Pulse waits for what its command has left behind.
            status_file.done() if number == 1 else status_file.running(0.2)
            wait_until(
                lambda lines=3 * number: left.exists() and len(left.read_text().split()) == lines,
                "the processes that were left behind have ended",
            )
            wait_until(lambda: children(pulse) == [], "all of them are waited for")
    finally:
        os.kill(pulse, signal.SIGTERM)
        server.process.wait(PATIENCE)
        server.stop()
    assert "--on-transition" not in server.log.read_text()
