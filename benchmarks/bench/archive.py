"""The archive: a start with much in it, what a point and a transition cost, and what it weighs."""

from __future__ import annotations

import contextlib
import json
import sqlite3
import tempfile
import time
from pathlib import Path

from .runs import Client, RunsServer, fill, measure_list, writing
from .samples import Samples
from .tools import BUILD, Tools

START = 1_700_000_000
#: What is left to do after a start, or after the last update, has been done by then, in seconds.
SETTLE = 2


def make(tools: Tools, folder: Path, current: int, over: int, points: int) -> list[object]:
    """Make an archive of runs that are over, of sources whose run is on; give the flags for it."""
    flags = ["--archive", folder / "pulse.db", "--keep-runs", 20_000]
    # The server makes its tables and its sources itself.
    with RunsServer(tools, fill(folder / "runs", current), *flags):
        pass
    with contextlib.closing(sqlite3.connect(folder / "pulse.db")) as database:
        sources = database.execute("SELECT id, address FROM source").fetchall()
        for run in range(over):
            source, address = sources[run % len(sources)]
            insert(database, source, Path(address).stem, run, points)
        database.commit()
    return flags


def insert(database: sqlite3.Connection, source: int, name: str, run: int, points: int) -> None:
    """Put one earlier run with its curve into the archive."""
    state = {
        "status": "done", "epoch": 100.0, "total_epochs": 100.0, "loss": 0.5, "message": "m",
        "timestamp": START + run,
    }  # fmt: skip
    times = (START - run, START + run, 0.1, START + run)
    cursor = database.execute(
        "INSERT INTO run(source, name, started, ordinal, attempt, ending, ended, best, updated,"
        " document) VALUES (?, ?, ?, 1, 1, 'done', ?, ?, ?, ?)",
        (source, name, *times, json.dumps(state).encode()),
    )
    database.execute(
        "WITH RECURSIVE step(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM step LIMIT ?)"
        " INSERT INTO point SELECT ?, n, 1, NULL, ? + n, n / 20.0, 1.0 / (n + 1), NULL FROM step",
        (points, cursor.lastrowid, START),
    )


def measure_start(
    tools: Tools, samples: Samples, name: str, current: int, over: int, points: int, rounds: int
) -> None:
    """From exec to the list, the memory then, curves that were never asked for, and the weight."""
    with tempfile.TemporaryDirectory(dir=BUILD) as folder:
        flags = make(tools, Path(folder), current, over, points)
        size = (Path(folder) / "pulse.db").stat().st_size
        samples.add(f"{name}.bytes", size / max(over * points, 1))
        for _ in range(rounds):
            with RunsServer(tools, Path(folder) / "runs", *flags) as server:
                samples.add(f"{name}.first.ms", server.first_ms)
                samples.add(f"{name}.start.ms", server.start_ms)
                samples.add(f"{name}.start_cpu.ms", server.cpu_ns() / 1e6)
                time.sleep(1)
                samples.add(f"{name}.private.mb", server.memory_mb()["private"])
                measure_curves(server, samples, name)
                measure_list(tools, server, samples, name)


def measure_curves(server: RunsServer, samples: Samples, name: str) -> None:
    """Ask for the curves of twenty runs that are over, each for the first time."""
    with Client(server.port) as client:
        _, page = client.get("/runs?current=false&limit=20")
        for run in json.loads(page)["runs"]:
            begun = time.monotonic_ns()
            client.get(f"/runs/{run['id']}/history")
            samples.add(f"{name}.curve.ms", (time.monotonic_ns() - begun) / 1e6)


def measure_writing(
    tools: Tools, samples: Samples, name: str, runs: int, pace: float, seconds: float,
    *, ends: bool = False,
) -> None:  # fmt: skip
    """Update runs, or end them and begin them anew, with an archive and without; CPU of each."""
    for kept in (True, False):
        with tempfile.TemporaryDirectory(dir=BUILD) as folder:
            file = Path(folder) / "pulse.db"
            directory = fill(Path(folder) / "runs", runs)
            flags = ["--archive", file, "--keep-runs", 1_000_000] if kept else ["--no-archive"]
            with RunsServer(tools, directory, *flags) as server:
                time.sleep(SETTLE)
                before, threads = server.cpu_ns(), thread_cpu_ns(server.pid)
                words = ["ends"] if ends else []
                with writing(tools, directory, runs, pace, seconds, 2, *words) as load:
                    report = json.loads(load.line())
                # Points are committed a second after they are served, at the latest.
                time.sleep(SETTLE)
                spent = server.cpu_ns() - before
                after = thread_cpu_ns(server.pid)
            written = report["written"]
            case = name if kept else f"{name}.without"
            samples.add(f"{case}.us", spent / written / 1e3)
            # What reads the files is by far the busiest of all threads.
            polling = max(used - threads.get(thread, 0) for thread, used in after.items())
            samples.add(f"{case}.poll.us", polling / written / 1e3)
            if kept:
                samples.add(f"{name}.pace", written / report["seconds"])
                samples.add(f"{name}.kept", count_kept(file, runs, ends=ends) / written)


def count_kept(file: Path, runs: int, *, ends: bool) -> float:
    """Count updates in an archive: ends and beginnings, or points but the first of each run."""
    what = "SUM(ended IS NOT NULL), COUNT(*) FROM run" if ends else "COUNT(*), 0 FROM point"
    with contextlib.closing(sqlite3.connect(file)) as database:
        first, second = database.execute(f"SELECT {what}").fetchone()
    return float(first + second - runs)


def thread_cpu_ns(pid: int) -> dict[str, int]:
    """CPU time of each thread."""
    tasks = Path(f"/proc/{pid}/task").iterdir()
    return {task.name: int((task / "schedstat").read_text().split()[0]) for task in tasks}
