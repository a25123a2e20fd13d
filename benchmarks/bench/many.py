"""Many runs: the server at rest, its list, one stream for all of them; and how that grows."""

from __future__ import annotations

import json
import tempfile
import time
from pathlib import Path

from .runs import RunsServer, Watcher, fill, measure_list, write, writing
from .samples import Samples
from .streams import Size, clients, publish_events
from .tools import Tools

#: How long the work of the start may go on, in seconds.
SETTLE = 4
#: Updates a second of all runs together, at most: one for each of a thousand.
STORM = 1_000


def measure(tools: Tools, samples: Samples, runs: int, seconds: float) -> None:
    """Measure all of it with so many runs; the moving part lasts so many seconds."""
    name = f"many{runs}"
    with tempfile.TemporaryDirectory() as folder:
        directory = fill(Path(folder), runs)
        with RunsServer(tools, directory) as server:
            measure_rest(server, samples, name, seconds)
            measure_list(tools, server, samples, name)
            measure_change(server, directory, samples, name, runs, int(5 * seconds))
            measure_storm(tools, server, directory, samples, name, runs, seconds)


def measure_rest(server: RunsServer, samples: Samples, name: str, seconds: float) -> None:
    """What the start took, and the server when nothing happens."""
    samples.add(f"{name}.start.ms", server.start_ms)
    time.sleep(min(seconds, SETTLE))
    for kind, megabytes in server.memory_mb().items():
        samples.add(f"{name}.{kind}.mb", megabytes)
    samples.add(f"{name}.threads", len(list(Path(f"/proc/{server.pid}/task").iterdir())))
    samples.add(f"{name}.descriptors", len(list(Path(f"/proc/{server.pid}/fd").iterdir())))
    before = server.cpu_ns()
    time.sleep(seconds)
    samples.add(f"{name}.idle.percent", (server.cpu_ns() - before) / seconds / 1e7)


def measure_change(
    server: RunsServer, directory: Path, samples: Samples, name: str, runs: int, count: int
) -> None:
    """One change at a time among quiet runs, until a client has it."""
    watcher = Watcher(server)
    for step in range(count):
        write(directory, step % runs, 2 + step / 1000)
        watcher.wait(step + 1)
        # Longer than the pause between two wake-ups, so that none is waited for.
        time.sleep(0.12)
    samples.add(f"{name}.change.ms", *watcher.latencies_ms)
    watcher.close()


def measure_storm(
    tools: Tools, server: RunsServer, directory: Path, samples: Samples, name: str, runs: int,
    seconds: float,
) -> None:  # fmt: skip
    """Every run changes once a second, a thousand at most; one client watches all."""
    moving = min(runs, STORM)
    watcher = Watcher(server)
    before = server.cpu_ns()
    with writing(tools, directory, moving, moving, seconds, 10) as load:
        report = json.loads(load.line())
    watcher.wait(int(moving * seconds), 1)
    spent = server.cpu_ns() - before
    samples.add(f"{name}.storm.ms", *watcher.latencies_ms)
    samples.add(f"{name}.storm.percent", spent / report["seconds"] / 1e7)
    samples.add(f"{name}.storm.us", spent / report["written"] / 1e3)
    samples.add(f"{name}.storm.late_ms", report["late_p99_ms"])
    samples.add(f"{name}.storm.missing", report["written"] - len(watcher.latencies_ms))
    watcher.close()


def measure_growth(tools: Tools, samples: Samples, runs: int, seconds: float) -> None:
    """Only the server at rest, with so many runs."""
    with (
        tempfile.TemporaryDirectory() as folder,
        RunsServer(tools, fill(Path(folder), runs)) as server,
    ):
        measure_rest(server, samples, f"runs{runs}", seconds)


def measure_viewers(tools: Tools, samples: Samples, viewers: int, events: int) -> None:
    """One change to so many clients of `/runs/events`, among ten runs."""
    name = f"viewers{viewers}"
    with tempfile.TemporaryDirectory() as folder:
        directory = fill(Path(folder), 10)
        with RunsServer(tools, directory) as server:
            empty = server.rss_kib()
            size = Size(viewers, events, 250)
            publish = f"file:{directory}/run-0.json"
            with clients(tools, [server.port], publish, size, "/runs/events") as load:
                load.line()
                time.sleep(2)
                samples.add(f"{name}.kib", (server.rss_kib() - empty) / viewers)
                publish_events(load, [server], samples, name, size, "us")
