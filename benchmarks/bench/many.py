"""Many runs: the server at rest, its list, one stream for all of them; and how that grows."""

from __future__ import annotations

import json
import tempfile
import time
from pathlib import Path

from .process import Process
from .runs import RunsServer, Watcher, fill, write, writing
from .samples import Samples
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
            measure_list(server, samples, name)
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


def measure_list(server: RunsServer, samples: Samples, name: str) -> None:
    """The list in its unchanged state, beside one status: CPU of a request, of a KB, of a 304."""
    paths = {"list": "/runs?limit=1000", "one": "/runs?limit=1", "status": "/status"}
    for part, path in paths.items():
        etag = server.get(path).getheader("ETag") or ""
        count = 300 if part == "list" else 3000
        samples.add(f"{name}.{part}.us", server.cost_us(path, None, count))
        samples.add(f"{name}.{part}304.us", server.cost_us(path, etag, 3000))


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
            numbers = [str(number) for number in (events, 250, 40)]
            command = [tools.load / "sse_clients", str(server.port), "/runs/events", str(viewers)]
            command += [f"file:{directory}/run-0.json", *numbers]
            with Process(command) as load:
                load.line()
                time.sleep(2)
                samples.add(f"{name}.kib", (server.rss_kib() - empty) / viewers)
                before = server.cpu_ns()
                load.say("go")
                report = json.loads(load.line())
                spent = server.cpu_ns() - before
    if report["missing"]:
        raise RuntimeError(f"{name}: {report['missing']} events didn't arrive")
    samples.add(f"{name}.last_ms", *report["last_ms"])
    samples.add(f"{name}.us", spent / viewers / events / 1e3)
