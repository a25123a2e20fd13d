"""TensorBoard and trackio at the same work: a whole list, memory, one curve, one update, rest."""

from __future__ import annotations

import json
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from . import servers
from .process import Process
from .samples import Samples
from .tools import HERE, Tools

#: How long a start may take before it is given up, in seconds.
PATIENCE = 300


class Neighbour(Process):
    """A dashboard of many runs, from its start to its complete list."""

    #: The name under which its samples stand.
    name = ""
    #: What fills its store, and adds to it.
    feed = ""

    def __init__(self, tools: Tools, directory: str) -> None:
        self.port = servers.free_port()
        command = [tools.python, *self.command(directory)]
        super().__init__(command, stderr=subprocess.DEVNULL)

    def command(self, directory: str) -> list[object]:
        """What Python is to run."""
        raise NotImplementedError

    def count(self) -> int:
        """How many runs it lists."""
        raise NotImplementedError

    def curve(self, number: int) -> list[int]:
        """The steps of one run's curve, as its page would get it."""
        raise NotImplementedError

    def ask(self, path: str, body: object = None) -> object:
        """Ask for JSON; None where there is no answer yet."""
        data = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", data, headers)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return json.load(answer)
        except (OSError, ValueError):
            return None

    def family(self) -> list[Process]:
        """The process and what it started: TensorBoard's data server is a child."""
        return [Member(pid) for pid in descendants(self.pid)]


class Member(Process):
    """A process that another one started; only measured here."""

    def __init__(self, pid: int) -> None:
        self.pid = pid


class TensorBoard(Neighbour):
    """TensorBoard with its data server."""

    name = "tensorboard"
    feed = "feed_tensorboard.py"

    def command(self, directory: str) -> list[object]:
        """As its users start it."""
        return ["-m", "tensorboard.main", "--logdir", directory, "--port", self.port,
                "--load_fast", "true"]  # fmt: skip

    def count(self) -> int:
        """Ask as its page does."""
        return len(self.ask("/data/runs") or [])

    def curve(self, number: int) -> list[int]:
        """Ask as its page does."""
        rows = self.ask(f"/data/plugin/scalars/scalars?tag=loss&run=run-{number}") or []
        return [row[1] for row in rows]


class Trackio(Neighbour):
    """Trackio's dashboard, on this machine's database."""

    name = "trackio"
    feed = "feed_trackio.py"

    def command(self, directory: str) -> list[object]:
        """As its users start it, without the browser."""
        return [HERE / "load/serve_trackio.py", directory, self.port]

    def count(self) -> int:
        """Ask as its page does."""
        return len(self._call("get_runs_for_project", project="bench"))

    def curve(self, number: int) -> list[int]:
        """Ask as its page does."""
        rows = self._call("get_logs", project="bench", run=f"run-{number}", scalar_only=True)
        return [row["step"] for row in rows]

    def _call(self, name: str, **arguments: object) -> list:
        answer = self.ask(f"/api/{name}", arguments)
        return answer["data"] if isinstance(answer, dict) and answer.get("data") else []


def measure(
    tools: Tools, samples: Samples, runs: int, points: int, seconds: float, updates: int
) -> None:
    """Measure each neighbour that can be had, with so many runs of so many points."""
    for kind in (TensorBoard, Trackio) if tools.python else ():
        with tempfile.TemporaryDirectory() as directory:
            command = [tools.python, HERE / "load" / kind.feed, directory, str(runs), str(points)]
            with Process(command) as feed:
                feed.line()
                begun = time.monotonic()
                with kind(tools, directory) as neighbour:
                    name = f"many{runs}.{kind.name}"
                    while neighbour.count() < runs:
                        if time.monotonic() - begun > PATIENCE:
                            raise RuntimeError(f"{name}: no complete list")
                        time.sleep(0.01)
                    samples.add(f"{name}.start.ms", (time.monotonic() - begun) * 1000)
                    measure_one(neighbour, feed, samples, name, points, seconds, updates)


def measure_one(
    neighbour: Neighbour, feed: Process, samples: Samples, name: str, points: int, seconds: float,
    updates: int,
) -> None:  # fmt: skip
    """Measure memory and rest after the start, then curves, then updates."""
    time.sleep(seconds)
    private = [member.memory_mb()["private"] for member in neighbour.family()]
    samples.add(f"{name}.private.mb", sum(private))
    before = sum(member.cpu_ns() for member in neighbour.family())
    time.sleep(seconds)
    spent = sum(member.cpu_ns() for member in neighbour.family()) - before
    samples.add(f"{name}.idle.percent", spent / seconds / 1e7)
    for number in range(1, 21):
        begun = time.monotonic()
        steps = neighbour.curve(number)
        samples.add(f"{name}.curve.ms", (time.monotonic() - begun) * 1000)
        samples.add(f"{name}.curve.points", len(steps))
    for step in range(points, points + updates):
        # Spread over the five seconds in which TensorBoard looks once.
        time.sleep(step * 0.618 % 1 * 5)
        feed.say(str(step))
        begun = int(feed.line())
        while neighbour.curve(0)[-1] < step:
            time.sleep(0.01)
        samples.add(f"{name}.update.ms", (time.monotonic_ns() - begun) / 1e6)


def descendants(pid: int) -> Iterator[int]:
    """Give a process and all that descend from it."""
    yield pid
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text(encoding="ascii").split():
            yield from descendants(int(child))
