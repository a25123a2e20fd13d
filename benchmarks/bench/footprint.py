"""The start of the server and its memory at rest, and the two writers beside bare C."""

from __future__ import annotations

import contextlib
import json
import socket
import subprocess
import tempfile
import time
from pathlib import Path

from . import servers
from .process import Process
from .samples import Samples
from .tools import BUILD, HERE, ROOT, Tools

#: Each takes a second, and the figures hardly differ.
MEMORY_ROUNDS = 5


def measure_start(tools: Tools, samples: Samples, rounds: int) -> None:
    """From exec to the first 200 on `/status`, and the memory a second later."""
    for number in range(rounds):
        with tempfile.TemporaryDirectory() as name:
            file = Path(name) / "status.json"
            file.write_text(servers.STATUS, encoding="ascii")
            port = servers.free_port()
            command = [tools.pulse, "serve", "--status-file", file, "--port", str(port)]
            begun = time.monotonic_ns()
            with Process([*command, "--log-level", "error"]) as process:
                wait_for_answer(port)
                samples.add("start.ms", (time.monotonic_ns() - begun) / 1e6)
                if number < MEMORY_ROUNDS:
                    time.sleep(1)
                    for name, megabytes in process.memory_mb().items():
                        samples.add(f"rest.{name}.mb", megabytes)


def wait_for_answer(port: int, path: str = "/status") -> None:
    """Ask until the server answers with 200."""
    request = f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode()
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)) as client:
            client.sendall(request)
            if client.recv(64).startswith(b"HTTP/1.1 200"):
                return
        time.sleep(0.0005)
    raise RuntimeError("no 200 in ten seconds")


def measure_codec(tools: Tools, samples: Samples, rounds: int, count: int) -> None:
    """Decode one document, with Pulse's decoder and with Foundation's."""
    for _ in range(rounds):
        for decoder in ("pulse", "foundation"):
            loops = count if decoder == "pulse" else count // 10
            line = output([tools.swift, "decode", decoder, str(loops)])
            samples.add(f"decode.{decoder}.us", json.loads(line)["ns"] / 1000)


def measure_writers(tools: Tools, samples: Samples, rounds: int, count: int) -> None:
    """One atomic write on this disk: Swift, Python, and the system calls alone."""
    # Beside the build, not in /tmp: there fsync may cost nothing, and isn't measured then.
    with tempfile.TemporaryDirectory(dir=BUILD) as name:
        file = str(Path(name) / "status.json")
        python = ["python3", str(HERE / "load/write_python.py"), str(ROOT / "python/src")]
        # Short turns, because the disk's own pace drifts.
        count = max(count // 10, 10)
        for _ in range(rounds * 10):
            bare = output([tools.load / "floor_write", file, str(count)])
            samples.add("write.c.us", float(bare) / 1000)
            swift = json.loads(output([tools.swift, "write", file, str(count)]))
            samples.add("write.swift.us", swift["ns"] / 1000)
            samples.add("write.python.us", float(output([*python, file, str(count)])) / 1000)


def output(command: list[object]) -> str:
    """Give the last line that a program prints."""
    done = subprocess.run(
        [str(part) for part in command], capture_output=True, text=True, check=True
    )
    return done.stdout.splitlines()[-1]
