"""A short life of a server, in which one system call fails: what it must be like all the same."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from processes import PATIENCE, ROOT, free_port, pulse_binary, pulse_wrapper, wait_until
from system_calls import failing, failures, most, tracing

#: Failures that may end the process, or leave it deaf to SIGTERM: a part of the call's line in the
#: log, and what the server must have said. Each is of a library; none lets it tell an old state.
FATAL = {
    # What no kernel refuses: of the errors of epoll_ctl(2), taking out a descriptor that is in the
    # set has none (ENOMEM is of adding one), and of those of eventfd(2), adding 1 none but EAGAIN.
    "EPOLL_CTL_DEL": "Fatal error in GNU libmicrohttpd",
    r'"\1\0\0\0\0\0\0\0", 8': "",
    # What libdispatch must have to begin with: it ends the process without a word.
    "epoll_create1(": "",
    "eventfd2(": "",
    "data={u32=1, u64=1}": "",
    # What libdispatch needs to hear signals: it doesn't tell, and SIGKILL alone ends the process.
    "signalfd4(": "",
    "events=EPOLLIN|0x4000": "",
}

REQUEST = b"GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"


class Ended(Exception):
    """The server ended by itself, with this status."""


class Deaf(Exception):
    """The server doesn't end at SIGTERM."""


def survey(directory: Path) -> dict[str, int]:
    """How often a life without failures makes each call."""
    trace = directory / "trace"
    assert live(directory, tracing(trace)) == "served"
    return most(trace)


def survives(directory: Path, call: str, number: int) -> str:
    """One life with one failure: how it went. Raises when the server was not what it must be."""
    trace = directory / "trace"
    what = f"{call} {number}"
    try:
        end = live(directory, failing(trace, call, number))
    except AssertionError as error:
        raise AssertionError(f"{what}: {error}\n{failures(trace)}") from error
    except (Ended, Deaf) as error:
        failed = failures(trace)
        log = (directory / "log").read_text(errors="replace")
        assert any(
            part in line and reason in log for line in failed for part, reason in FATAL.items()
        ), f"{what}: {error!r}: {log}\n{failed}"
        return "deaf to SIGTERM" if isinstance(error, Deaf) else "ended by a library"
    return end if failures(trace) else "not reached"


def live(directory: Path, wrapper: Sequence[str]) -> str:
    """Start a server, ask it, follow two states on a stream, and stop it.

    Whatever the server answers is the newest state within PATIENCE; or it ends, not with 0.
    """
    status, log = directory / "status.json", directory / "log"
    write(status, 1)
    # The server need not be able to say which it took.
    port = free_port()
    command = [pulse_binary(), "serve", "--status-file", str(status), "--port", str(port)]
    command += ["--public-dir", str(ROOT / "public"), "--poll-interval", "100ms"]
    command += ["--heartbeat-interval", "200ms"]
    # The backtracer of a process that ends is another program, which calls as well.
    environment = {**os.environ, "SWIFT_BACKTRACE": "enable=no"}
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*wrapper, *command], stdout=output, stderr=output, env=environment
        )

    def check() -> None:
        if (code := process.poll()) is not None:
            assert code != 0, "it ended with 0, and nobody had asked it to"
            raise Ended(code)

    try:
        wait_until(lambda: process.poll() is not None or answers(port), "it serves, or has ended")
        if process.poll() is not None and process.returncode > 0:
            assert log.read_text().strip(), "it refused to start without a word"
            return "refused to start"
        for number in (2, 3):
            write(status, number)
            follow(port, number, check)
            ask(port, number, check)
        check()
        process.terminate()
        try:
            code = process.wait(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            raise Deaf from None
        if code != 0:
            raise Ended(code)
        return "served"
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


def answers(port: int) -> bool:
    """Whether it serves: the kernel takes connections before that, also for one that can't start."""
    return request(port, b"/livez").startswith(b"HTTP/1.1 200 ")


def write(status: Path, number: int) -> None:
    pulse_wrapper.write_running_status(status, float(number), 9, number / 2, f"state {number}")


def ask(port: int, number: int, check: Callable[[], None]) -> None:
    """Ask until the newest state is served; never an untrue one, and never for long."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        check()
        answer = request(port, b"/status")
        head, _, body = answer.partition(b"\r\n\r\n")
        if head.startswith(b"HTTP/1.1 200 ") and body:
            state = json.loads(body)
            assert state["loss"] == state["epoch"] / 2, f"a mixed state: {body!r}"
            if state["epoch"] == number:
                return
        time.sleep(0.02)
    raise AssertionError(f"state {number} was never served")


def follow(port: int, number: int, check: Callable[[], None]) -> None:
    """Open streams until one has the newest state; a stream may be cut, as by the network."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        check()
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=2) as client:
                client.sendall(b"GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n")
                received = b""
                while part := client.recv(65536):
                    received += part
                    if b'"message": "state %d"' % number in received:
                        return
        except OSError:
            time.sleep(0.02)
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
