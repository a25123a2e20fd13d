"""Event streams: how fast one event is everywhere, what it costs, what a stream weighs."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from . import servers
from .process import Process
from .samples import Samples
from .servers import STATUS, Server
from .tools import Tools

#: How long the memory of new streams may settle, in seconds.
SETTLE = 0.5
#: Bytes of the message in the status file; a posted event is as long as Pulse's whole frame.
MESSAGE = 40
FRAME = 430
#: What the CPU of one delivery is called.
COST = "cpu_us_per_delivery"


@dataclass(frozen=True)
class Size:
    """How much is measured: streams, events in a round, milliseconds between events."""

    streams: int
    events: int
    interval: int
    message: int = MESSAGE


@contextlib.contextmanager
def fresh(tools: Tools, system: str) -> Iterator[tuple[Server, str, int]]:
    """Start a server that has served nothing yet; gives how to publish, and an event's size."""
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        if system == "pulse":
            with servers.pulse(tools, directory) as server:
                yield server, f"file:{directory}/status.json", MESSAGE
        elif system == "nchan":
            directory.chmod(0o755)
            with servers.nginx(tools, directory, with_nchan=True) as server:
                yield server, "post:/publish", FRAME
        else:
            with servers.floor_fanout(tools) as server:
                yield server, "post:/publish", FRAME


def clients(
    tools: Tools, ports: Sequence[int], publish: str, size: Size, path: str = servers.STREAM_PATH
) -> Process:
    """Open the streams, an equal part of them at each port; a line says when all are open."""
    numbers = [str(n) for n in (size.streams, size.events, size.interval, size.message)]
    at = ",".join(str(port) for port in ports)
    return Process([tools.load / "sse_clients", at, path, numbers[0], publish, *numbers[1:]])


def publish_events(
    load: Process, shown: Sequence[Server], samples: Samples, name: str, size: Size, cost: str
) -> None:
    """Have open streams get their events: when the last had each, and the CPU of one delivery."""
    before = sum(server.cpu_ns() for server in shown)
    load.say("go")
    report = json.loads(load.line())
    spent = sum(server.cpu_ns() for server in shown) - before
    if report["missing"]:
        raise RuntimeError(f"{name}: {report['missing']} events didn't arrive")
    samples.add(f"{name}.last_ms", *report["last_ms"])
    samples.add(f"{name}.{cost}", spent / size.streams / size.events / 1000)


def measure(tools: Tools, samples: Samples, rounds: int, size: Size) -> None:
    """Fan one event out, take turns with the send loop and nchan; every round starts anew."""
    systems = ["pulse", "send_loop"] + (["nchan"] if tools.nchan else [])
    for _ in range(rounds):
        for system in systems:
            fan_out(tools, samples, f"fanout{size.streams}.{system}", system, size)


def fan_out(tools: Tools, samples: Samples, name: str, system: str, size: Size) -> None:
    """Measure one system once."""
    with fresh(tools, system) as (server, publish, message):
        if system != "pulse":
            size = dataclasses.replace(size, message=message)
        empty = server.rss_kib()
        with clients(tools, [server.port], publish, size) as load:
            load.line()
            time.sleep(SETTLE)
            samples.add(f"{name}.kib_per_stream", (server.rss_kib() - empty) / size.streams)
            publish_events(load, [server], samples, name, size, COST)


def measure_split(tools: Tools, samples: Samples, rounds: int, size: Size) -> None:
    """The same streams of two servers that show one file, half of them each."""
    for _ in range(rounds):
        with contextlib.ExitStack() as stack:
            directory = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            pair = [stack.enter_context(servers.pulse(tools, directory)) for _ in range(2)]
            ports = [server.port for server in pair]
            publish = f"file:{directory}/status.json"
            load = stack.enter_context(clients(tools, ports, publish, size))
            load.line()
            time.sleep(SETTLE)
            publish_events(load, pair, samples, "split.pulse", size, COST)


def measure_requests_meanwhile(tools: Tools, samples: Samples, rounds: int, size: Size) -> None:
    """Ask for `/status` at a fixed pace while every stream gets an event each second."""
    seconds = size.events
    for _ in range(rounds):
        with fresh(tools, "pulse") as (server, publish, message):
            once_a_second = Size(size.streams, size.events, 1000, message)
            with clients(tools, [server.port], publish, once_a_second) as load:
                load.line()
                load.say("go")
                command = [tools.load / "paced_get", str(server.port), "/status", "500"]
                with Process([*command, str(seconds)]) as asking:
                    report = json.loads(asking.line())
                events = json.loads(load.line())
            if report["unanswered"] or report["errors"]:
                raise RuntimeError(f"/status under fan-out: {report}")
            samples.add("meanwhile.p50_ms", report["p50_ms"])
            samples.add("meanwhile.p99_ms", report["p99_ms"])
            samples.add("meanwhile.max_ms", report["max_ms"])
            samples.add("meanwhile.fanout_ms", *events["last_ms"])


def measure_idle(tools: Tools, samples: Samples, seconds: float) -> None:
    """Ten streams and a file that doesn't change, polled every two seconds."""
    with fresh(tools, "pulse") as (server, publish, message):
        with clients(tools, [server.port], publish, Size(10, 1, 1, message)) as load:
            load.line()
            time.sleep(SETTLE)
            before = server.cpu_ns()
            time.sleep(seconds)
            spent = server.cpu_ns() - before
        samples.add("idle.core_percent", spent / seconds / 1e7)


def measure_latency(tools: Tools, samples: Samples, events: int) -> None:
    """From the rename of the status file to the event at one client."""
    fan_out(tools, samples, "one.pulse", "pulse", Size(1, events, 10))


def measure_growth(tools: Tools, samples: Samples, events: int, streams: int) -> None:
    """How a fan-out grows with updates per second and with the size of the status."""
    for interval in (1000, 200, 50):
        name = f"rate{1000 // interval}"
        count = max(events // (interval // 50), 2)
        fan_out(tools, samples, name, "pulse", Size(streams, count, interval))
    for message in (100, 4_000, 50_000):
        size = Size(streams, max(events // 4, 2), 200, message)
        fan_out(tools, samples, f"message{message}", "pulse", size)


assert len(STATUS) < FRAME, "a frame holds a status"
