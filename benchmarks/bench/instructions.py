"""Instructions of the hot paths: what one more operation costs, counted by callgrind.

A server lives twice under `valgrind --tool=callgrind`, once for few operations and once for many:
the difference is theirs, and neither the start's nor the end's.
"""

from __future__ import annotations

import os
import re
import socket
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from .process import Process
from .tools import ROOT

RUNS = 1000
STREAMS = 50


class CountedServer(Process):
    """A server under callgrind."""

    def __init__(self, binary: Path, directory: Path, *flags: str) -> None:
        self._output = directory / "callgrind"
        command = ["valgrind", "--quiet", "--tool=callgrind"]
        command += [f"--callgrind-out-file={self._output}", str(binary), "serve", *flags]
        command += ["--port", "0", "--log-level", "error", "--heartbeat-interval", "1h"]
        super().__init__([*command, "--public-dir", str(ROOT / "public")])
        self._port = int(re.findall(r":(\d+)/", self.line())[0])

    def instructions(self) -> int:
        """End it, and give the instructions of its whole life."""
        self.child.terminate()
        self.child.wait(timeout=60)
        return int(re.findall(r"^totals: (\d+)", self._output.read_text(), re.MULTILINE)[0])

    def ask(self, path: str, *headers: str) -> Connection:
        """Open a connection and send one request on it."""
        return Connection(self._port, path, headers)


class Connection:
    """A connection on which one request is sent, be it once or again and again."""

    def __init__(self, port: int, path: str, headers: tuple[str, ...]) -> None:
        lines = [f"GET {path} HTTP/1.1", "Host: localhost", *headers, "", ""]
        self._request = "\r\n".join(lines).encode()
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=60)
        self._file = self._socket.makefile("rb")

    def send(self) -> dict[str, str]:
        """Send it, and give the answer's headers and status; a body of known length is read."""
        self._socket.sendall(self._request)
        status = self._file.readline().split()[1].decode()
        headers = {"status": status}
        while line := self._file.readline().strip().decode():
            name, _, value = line.partition(": ")
            headers[name.lower()] = value
        if status != "304":
            self._file.read(int(headers.get("content-length", 0)))
        return headers

    def event(self, text: bytes) -> None:
        """Read a stream up to the event that has a text in it."""
        while text not in self._file.readline():
            pass

    def text(self) -> str:
        """Send it, and give the body up to the end of the connection."""
        self._socket.sendall(self._request)
        return self._file.read().decode()


def write(file: Path, step: int) -> None:
    """Replace a status file, as a trainer does after a step."""
    text = (
        f'{{"status": "running", "epoch": {step / 1000}, "total_epochs": 3.0, "loss": 0.42, '
        f'"message": "step {step}.", "timestamp": {int(time.time())}}}'
    )
    temporary = file.with_suffix(".tmp")
    temporary.write_text(text, encoding="ascii")
    os.replace(temporary, file)


#: What a walk gives: all instructions of the server's life, and how many operations there were.
Walk = Callable[[Path, Path, int], tuple[int, float]]


def requests(*, unchanged: bool) -> Walk:
    """Ask for the status so often, on one connection."""

    def walk(binary: Path, directory: Path, count: int) -> tuple[int, float]:
        write(directory / "status.json", 1)
        flags = ["--status-file", str(directory / "status.json"), "--no-archive", "--no-watch"]
        with CountedServer(binary, directory, *flags, "--poll-interval", "1h") as server:
            etag = server.ask("/status").send()["etag"]
            asked = server.ask("/status", *[f"If-None-Match: {etag}"] if unchanged else [])
            for _ in range(count):
                asked.send()
            return server.instructions(), count

    return walk


def updates(streams: int, *, archived: bool) -> Walk:
    """Update one run so often, each time once all of its streams have shown the last."""

    def walk(binary: Path, directory: Path, count: int) -> tuple[int, float]:
        file = directory / "status.json"
        write(file, 0)
        kept = ["--archive", str(directory / "archive.db")] if archived else ["--no-archive"]
        with CountedServer(binary, directory, "--status-file", str(file), *kept) as server:
            shown = [server.ask("/events") for _ in range(streams)]
            for stream in shown:
                stream.send()
            for step in range(count):
                if step:
                    write(file, step)
                for stream in shown:
                    stream.event(b'"step %d."' % step)
            return server.instructions(), count * streams

    return walk


def polls(binary: Path, directory: Path, seconds: int) -> tuple[int, float]:
    """Let the files of many runs be polled for some seconds; one operation is a poll of all."""
    runs = directory / "runs"
    runs.mkdir()
    for number in range(RUNS):
        write(runs / f"run-{number}.json", 1)
    flags = ["--runs-dir", str(runs), "--no-archive", "--no-watch", "--poll-interval", "500ms"]
    with CountedServer(binary, directory, *flags) as server:
        # Under callgrind it begins so slowly that it takes itself for stalled.
        while server.ask("/livez").send()["status"] != "200":
            time.sleep(0.1)
        time.sleep(seconds)
        text = server.ask("/metrics", "Connection: close").text()
        reads = int(re.findall(r"^pulse_source_reads_total (\d+)", text, re.MULTILINE)[0])
        return server.instructions(), reads / RUNS


@dataclass(frozen=True)
class HotPath:
    """What is walked, and how far in the two lives."""

    what: str
    walk: Walk
    few: int
    many: int

    def instructions(self, binary: Path) -> float:
        """Count what one more operation costs."""
        with tempfile.TemporaryDirectory() as first, tempfile.TemporaryDirectory() as second:
            less, before = self.walk(binary, Path(first), self.few)
            more, after = self.walk(binary, Path(second), self.many)
        return (more - less) / (after - before)


HOT_PATHS = {
    "get": HotPath("GET /status", requests(unchanged=False), 200, 1200),
    "get304": HotPath("GET /status, unchanged (304)", requests(unchanged=True), 200, 1200),
    "fanout": HotPath(f"one update to one of {STREAMS} streams",
                      updates(STREAMS, archived=False), 5, 45),
    "polls": HotPath(f"one poll of {RUNS:,} quiet runs", polls, 2, 26),
    "archive": HotPath("one update, shown and archived", updates(1, archived=True), 20, 220),
}  # fmt: skip
