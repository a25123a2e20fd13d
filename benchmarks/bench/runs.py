"""A server of many runs: its directory, its list, and a client that sees each change."""

from __future__ import annotations

import json
import os
import re
import socket
import threading
import time
from pathlib import Path
from typing import BinaryIO

from . import requests, servers
from .process import Process
from .samples import Samples
from .tools import HERE, Tools


class RunsServer(servers.Server):
    """`pulse serve` of a directory, and how long it took to the whole list."""

    def __init__(self, tools: Tools, directory: Path, *flags: object) -> None:
        self.port = servers.free_port()
        command = [tools.pulse, "serve", "--runs-dir", directory, "--port", self.port]
        flags = flags or ("--no-archive",)
        begun = time.monotonic_ns()
        super().__init__([*command, "--log-level", "error", "--max-runs", 20_000, *flags])
        deadline = time.monotonic() + 120
        while not self._is_there():
            if time.monotonic() > deadline or self.child.poll() is not None:
                raise RuntimeError("the server doesn't answer")
            time.sleep(0.0005)
        self.first_ms = (time.monotonic_ns() - begun) / 1e6
        self.list_all()
        self.start_ms = (time.monotonic_ns() - begun) / 1e6

    def _is_there(self) -> bool:
        try:
            with Client(self.port) as client:
                return client.get("/runs?limit=100")[0] == 200
        except OSError:
            return False

    def list_all(self) -> list[str]:
        """Ask for every page of the list, and give the ids."""
        ids: list[str] = []
        after: str | None = ""
        with Client(self.port) as client:
            while after is not None:
                cursor = f"&after={after}" if after else ""
                _, page = client.get(f"/runs?limit=1000{cursor}")
                ids += [match.decode() for match in re.findall(rb'\{"id": "([^"]+)"', page)]
                found = re.search(rb'"next": "([^"]+)"\}$', page.rstrip())
                after = found[1].decode() if found else None
        return ids


class Client:
    """One connection that is kept."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=60)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._file: BinaryIO = self._socket.makefile("rb")

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()
        self._socket.close()

    def get(self, path: str, headers: dict[str, str] | None = None) -> tuple[int, bytes]:
        """Ask, and give status and body."""
        lines = [f"GET {path} HTTP/1.1", "Host: localhost"]
        lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
        self._socket.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        line = self._file.readline()
        if not line:
            raise ConnectionError(path)
        status, length = int(line.split()[1]), 0
        while (line := self._file.readline().strip()) != b"":
            if line.lower().startswith(b"content-length:"):
                length = int(line.split()[1])
        return status, b"" if status == 304 else self._file.read(length)


def write(directory: Path, number: int, epoch: float, **fields: object) -> None:
    """Replace one run's file; its message carries the time at which that was done."""
    document = {
        "status": "running", "epoch": epoch, "total_epochs": 1000.0, "loss": 0.4,
        "message": str(time.monotonic_ns()), "timestamp": int(time.time()),
    } | fields  # fmt: skip
    temporary = directory / f".run-{number}"
    temporary.write_text(json.dumps(document), encoding="ascii")
    os.replace(temporary, directory / f"run-{number}.json")


def fill(directory: Path, runs: int) -> Path:
    """Make a directory of runs that are on."""
    directory.mkdir(parents=True, exist_ok=True)
    for number in range(runs):
        write(directory, number, 1)
    return directory


def writing(
    tools: Tools, directory: Path, runs: int, per_second: float, seconds: float, first: float,
    *ends: str,
) -> Process:
    """Start a process of its own that updates the runs."""
    numbers = [str(number) for number in (runs, per_second, seconds, first)]
    return Process(["python3", HERE / "load/write_runs.py", directory, *numbers, *ends])


def measure_list(tools: Tools, server: RunsServer, samples: Samples, name: str) -> None:
    """The list in its unchanged state, one entry, and the status: CPU of a request, of a 304."""
    paths = {"list": "/runs?limit=1000", "one": "/runs?limit=1", "status": "/status"}
    for part, path in paths.items():
        etag = server.get(path).getheader("ETag")
        for what, known in ((part, None), (f"{part}304", etag)):
            answers = requests.keep_busy(tools, server, path, known, seconds=1)
            samples.add(f"{name}.{what}.us", answers.cpu_us)


class Watcher:
    """A client of `/runs/events`, which notes how old each change is when it is there."""

    def __init__(self, server: RunsServer) -> None:
        self.latencies_ms: list[float] = []
        self._client = socket.create_connection(("127.0.0.1", server.port))
        self._client.sendall(b"GET /runs/events HTTP/1.1\r\nHost: localhost\r\n\r\n")
        self._is_ready = threading.Event()
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()
        self._is_ready.wait(60)

    def _read(self) -> None:
        message = re.compile(rb'"message": "(\d+)"')
        for line in self._client.makefile("rb"):
            if line.startswith(b"event: ready"):
                self._is_ready.set()
            elif self._is_ready.is_set() and (found := message.search(line)):
                self.latencies_ms.append((time.monotonic_ns() - int(found[1])) / 1e6)

    def wait(self, count: int, seconds: float = 5) -> None:
        """Wait until so many changes were seen."""
        deadline = time.monotonic() + seconds
        while len(self.latencies_ms) < count and time.monotonic() < deadline:
            time.sleep(0.001)

    def close(self) -> None:
        """End the stream."""
        self._client.shutdown(socket.SHUT_RDWR)
        self._thread.join(5)
        self._client.close()
