"""A short life of a server, in which one system call fails: what it must be like all the same."""

from __future__ import annotations

import json
import socket
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

from processes import PATIENCE, ROOT, pulse_binary, pulse_wrapper, wait_until
from system_calls import failing, failures, most, tracing

#: What libdispatch needs for its first source; it ends the process when it can't have it.
DISPATCH = {"epoll_create1", "epoll_ctl", "eventfd2"}

#: What no kernel refuses: to take a descriptor out of a set that it is in, and to add 1 to the
#: counter of an eventfd. The library ends the process when that fails.
IMPOSSIBLE = ("EPOLL_CTL_DEL", r'"\1\0\0\0\0\0\0\0", 8')

REQUEST = b"GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"


def survey(directory: Path) -> dict[str, int]:
    """How often a life without failures makes each call."""
    trace = directory / "trace"
    assert live(directory, tracing(trace)) == "served"
    return most(trace)


def survives(directory: Path, call: str, number: int) -> str:
    """One life with one failure: `served`, `refused to start`, or why it doesn't count."""
    trace = directory / "trace"
    try:
        end = live(directory, failing(trace, call, number))
    except AssertionError as error:
        failed = failures(trace)
        if any(word in line for line in failed for word in IMPOSSIBLE):
            return "impossible"
        if "before it served" in str(error) and call in DISPATCH:
            return "ended by libdispatch"
        raise AssertionError(f"{call} {number}: {error}\n{failed}") from error
    return end if failures(trace) else "not reached"


def live(directory: Path, wrapper: Sequence[str]) -> str:
    """Start a server, ask it, follow two states on a stream, and stop it."""
    status, log = directory / "status.json", directory / "log"
    write(status, 1)
    port = free_port()
    command = [pulse_binary(), "serve", "--status-file", str(status), "--port", str(port)]
    command += ["--public-dir", str(ROOT / "public"), "--poll-interval", "100ms"]
    command += ["--heartbeat-interval", "200ms"]
    with log.open("wb") as output:
        process = subprocess.Popen([*wrapper, *command], stdout=output, stderr=output)
    try:
        wait_until(lambda: process.poll() is not None or listens(port), "it serves, or has ended")
        if process.poll() is not None:
            assert process.returncode > 0, f"{process.returncode} before it served"
            assert log.read_text().strip(), "it refused to start without a word"
            return "refused to start"
        for number in (2, 3):
            write(status, number)
            follow(port, number)
            ask(port, number)
        process.terminate()
        code = process.wait(timeout=PATIENCE)
        assert code == 0, f"SIGTERM ended it with {code}: {log.read_text()}"
        return "served"
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


def free_port() -> int:
    """A port that nobody has; the server need not be able to say which it took."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


def listens(port: int) -> bool:
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0


def write(status: Path, number: int) -> None:
    pulse_wrapper.write_running_status(status, float(number), 9, number / 2, f"state {number}")


def ask(port: int, number: int) -> None:
    """Ask until the newest state is served; never an untrue one, and never for long."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        answer = request(port, b"/status")
        head, _, body = answer.partition(b"\r\n\r\n")
        if head.startswith(b"HTTP/1.1 200 ") and body:
            state = json.loads(body)
            assert state["loss"] == state["epoch"] / 2, f"a mixed state: {body!r}"
            if state["epoch"] == number:
                return
        time.sleep(0.02)
    raise AssertionError(f"state {number} was never served")


def follow(port: int, number: int) -> None:
    """Open streams until one has the newest state; a stream may be cut, as by the network."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=2) as client:
                client.sendall(b"GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n")
                received = b""
                while part := client.recv(65536):
                    received += part
                    if b'"message": "state %d"' % number in received:
                        return
        except OSError:
            pass
    raise AssertionError(f"no stream had state {number}")


def request(port: int, path: bytes) -> bytes:
    """All that comes for one request; nothing when the connection fails."""
    received = b""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=2) as client:
            client.sendall(REQUEST % path)
            while part := client.recv(65536):
                received += part
    except OSError:
        return b""
    return received
