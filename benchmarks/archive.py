#!/usr/bin/env python3
"""Measure a server with a large archive: start, memory, lists, curves, and what one point costs.

    python3 benchmarks/archive.py [--binary .build/release/pulse]

The archive has 1,000 runs that are over, with 2,000 points each: of one source, and of 1,000 sources. The
files of these hold a run that is on. Every server is a child of this program on a loopback port, and ends
with it.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import sqlite3
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
RUNS = 1_000
POINTS = 2_000
START = 1_700_000_000


class Server:
    """`pulse serve` of a directory, and how long it took to its first answer."""

    def __init__(self, binary: Path, folder: Path, *flags: str) -> None:
        command = [str(binary), "serve", "--runs-dir", str(folder / "runs"), "--port", "0"]
        command += [*(flags or ("--archive", str(folder / "pulse.db")))]
        begun = time.monotonic()
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        assert self.process.stdout
        line = self.process.stdout.readline()
        port = int(line.rstrip().rstrip("/").rpartition(":")[2])
        self.connection = http.client.HTTPConnection("127.0.0.1", port)
        self.get("/runs?limit=200")
        self.start = time.monotonic() - begun

    def get(self, path: str) -> bytes:
        self.connection.request("GET", path)
        answer = self.connection.getresponse()
        body = answer.read()
        assert answer.status == 200, (path, answer.status, body)
        return body

    def stat(self) -> list[str]:
        return Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()

    def cpu(self) -> float:
        """Seconds of the processor so far."""
        fields = self.stat()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory(self) -> float:
        """MB that are the process' own (private pages)."""
        text = Path(f"/proc/{self.process.pid}/smaps_rollup").read_text()
        rows = dict(line.split(":") for line in text.splitlines()[1:])
        return sum(int(rows[row].split()[0]) for row in ("Private_Clean", "Private_Dirty")) / 1000

    def cost(self, path: str, count: int) -> float:
        """Microseconds of the server's processor for one request."""
        self.get(path)
        before = self.cpu()
        for _ in range(count):
            self.get(path)
        return (self.cpu() - before) / count * 1e6

    def stop(self) -> None:
        self.connection.close()
        self.process.terminate()
        self.process.wait()


def document(epoch: float, timestamp: int, message: str = "m") -> dict:
    return {
        "status": "running", "epoch": epoch, "total_epochs": 100.0, "loss": 0.5,
        "message": message, "timestamp": timestamp,
    }


def write(path: Path, content: dict) -> None:
    new = path.with_suffix(".new")
    new.write_text(json.dumps(content))
    new.replace(path)


def fill(folder: Path) -> None:
    """Give the sources of the archive 1,000 earlier runs with their curves."""
    with sqlite3.connect(folder / "pulse.db") as database:
        sources = database.execute("SELECT id, address FROM source").fetchall()
        for run in range(RUNS):
            source, address = sources[run % len(sources)]
            ended = START + run
            state = json.dumps(document(100.0, ended) | {"status": "done"}).encode()
            cursor = database.execute(
                "INSERT INTO run(source, name, started, ordinal, attempt, ending, ended, best, updated,"
                " document) VALUES (?, ?, ?, 1, 1, 'done', ?, 0.1, ?, ?)",
                (source, Path(address).stem, START - run, ended, ended, state),
            )
            database.executemany(
                "INSERT INTO point VALUES (?, ?, 1, NULL, ?, ?, ?, NULL)",
                (
                    (cursor.lastrowid, n, START + n, n / 20, 1 / (n + 1)) for n in range(POINTS)
                ),
            )


def cold(server: Server, paths: list[str]) -> float:
    """Milliseconds to an answer that was never asked for, the median."""
    times = []
    for path in paths:
        begun = time.monotonic()
        server.get(path)
        times.append((time.monotonic() - begun) * 1e3)
    return statistics.median(times)


def point_cost(binary: Path, folder: Path, count: int, *flags: str) -> float:
    """Microseconds of processor for one update of one run."""
    server = Server(binary, folder, *flags)
    file = folder / "runs" / "r0.json"
    before = server.cpu()
    for n in range(count):
        write(file, document(1 + n / 1_000, START + 10_000 + n))
        time.sleep(0.002)
    time.sleep(1.5)
    used = (server.cpu() - before) / count * 1e6
    server.stop()
    return used


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--binary", type=Path, default=ROOT / ".build/release/pulse")
    binary = parser.parse_args().binary
    with tempfile.TemporaryDirectory(prefix="pulse-archive-") as name:
        for sources in (1, RUNS):
            folder = Path(name) / str(sources)
            (folder / "runs").mkdir(parents=True)
            for run in range(sources):
                write(folder / "runs" / f"r{run}.json", document(1.0, START + 5_000 + run))
            Server(binary, folder).stop()
            fill(folder)
            for what, flags in (("an archive", ()), ("none", ("--no-archive",))):
                starts, memories = [], []
                for _ in range(5):
                    server = Server(binary, folder, *flags)
                    starts.append(server.start * 1e3)
                    memories.append(server.memory())
                    server.stop()
                print(
                    f"{sources} sources, {what}: first 200 on /runs {statistics.median(starts):.0f} ms"
                    f" ({min(starts):.0f} to {max(starts):.0f}),"
                    f" memory then {statistics.median(memories):.1f} MB"
                )
        server = Server(binary, folder)
        body = server.get("/runs?current=false&limit=50")
        ids = [run["id"] for run in json.loads(body)["runs"]]
        print(f"cold history: {cold(server, [f'/runs/{id}/history' for id in ids]):.1f} ms")
        listed = server.get("/runs?limit=1")
        plain = server.get("/status")
        print(
            f"one request: /runs?limit=1 ({len(listed)} bytes) {server.cost('/runs?limit=1', 5_000):.1f} µs, "
            f"/status ({len(plain)} bytes) {server.cost('/status', 5_000):.1f} µs"
        )
        server.stop()
        costs = []
        for number, flags in enumerate([(), ("--no-archive",)] * 3):
            folder = Path(name) / f"point-{number}"
            (folder / "runs").mkdir(parents=True)
            write(folder / "runs" / "r0.json", document(1.0, START))
            costs.append(point_cost(binary, folder, 3_000, *flags))
        print(
            f"one update: {statistics.median(costs[::2]):.0f} µs with an archive,"
            f" {statistics.median(costs[1::2]):.0f} µs without"
        )


if __name__ == "__main__":
    main()
