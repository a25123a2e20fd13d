"""The leader of the cluster is killed in the middle of a run: what is missing, and for how long."""

from __future__ import annotations

import contextlib
import http.client
import json
import random
import sys
import threading
import time
from pathlib import Path

from .cluster import PATIENCE, Deployment, deployed, served, until
from .samples import Samples
from .servers import STREAM_PATH, Server
from .tools import ROOT

sys.path.append(str(ROOT / "python/src"))

import pulse_wrapper  # noqa: E402  (found through the line above)
from nats_cluster import Cluster, Node  # noqa: E402

#: How often the trainer writes, in seconds.
PACE = 0.02


class Follower(threading.Thread):
    """Reads one server's event stream, and notes every state with its time."""

    def __init__(self, server: Server) -> None:
        super().__init__(daemon=True)
        self.seen: list[tuple[float, tuple[int, int], str]] = []
        self.connection = http.client.HTTPConnection("127.0.0.1", server.port)
        self.connection.request("GET", STREAM_PATH)
        self.stream = self.connection.getresponse()
        self.start()

    def run(self) -> None:
        """Read until the server ends."""
        with contextlib.suppress(OSError, ValueError, http.client.HTTPException):
            for line in self.stream:
                if line.startswith(b'data: {"status"'):
                    state = json.loads(line[6:])
                    if state["message"].count(" ") == 1:
                        run, step = map(int, state["message"].split())
                        self.seen.append((time.monotonic(), (run, step), state["status"]))

    def when(self, state: tuple[int, int]) -> float | None:
        """When this state, or one after it, was seen first."""
        return next((moment for moment, seen, _ in list(self.seen) if seen >= state), None)

    def wrong(self, begin: int) -> int:
        """How many states came after a newer one, from one index on."""
        states = [state for _, state, _ in self.seen[begin:]]
        return sum(later < earlier for earlier, later in zip(states, states[1:]))


class Trainer:
    """Writes one run after the other."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.run = 0
        self.step = 0

    def begin(self) -> None:
        """Begin a run."""
        self.run += 1
        self.step = 0

    def write(self) -> tuple[int, int]:
        """Write the next state."""
        self.step += 1
        message = f"{self.run} {self.step}"
        pulse_wrapper.write_running_status(self.file, self.step / 1000, 10.0, 0.5, message)
        return self.run, self.step

    def finish(self) -> tuple[int, int]:
        """Write the last state of the run."""
        self.step += 1
        message = f"{self.run} {self.step}"
        pulse_wrapper.write_done_status(self.file, 10.0, 10.0, 0.5, message)
        return self.run, self.step


def kill_leaders(pulse: Path, samples: Samples, kills: int) -> None:
    """Kill the leader in the middle of a run, again and again, and look for what is missing."""
    with deployed(pulse) as deployment:
        followers = [Follower(server) for server in deployment.replicas]
        trainer = Trainer(deployment.status)
        for number in range(kills):
            begins = [len(follower.seen) for follower in followers]
            kill_one(deployment, followers, trainer, samples, early=number % 2 == 1)
            wrong = sum(f.wrong(max(0, b - 1)) for f, b in zip(followers, begins))
            samples.add("kills.wrong", wrong)
            news, stored = (samples.values[f"kills.{name}_s"][-1] for name in ("news", "stored"))
            print(f"kill {number + 1}: news after {news:.2f} s, stored after {stored:.2f} s, "
                  f"{wrong} out of order", file=sys.stderr)  # fmt: skip


def kill_one(
    deployment: Deployment, followers: list[Follower], trainer: Trainer, samples: Samples,
    *, early: bool,
) -> None:  # fmt: skip
    """One run with its kill. `early` ends the run while there is no leader, else after one is."""
    cluster = deployment.cluster
    trainer.begin()
    for _ in range(random.randint(10, 50)):
        trainer.write()
        time.sleep(PACE)
    leader = cluster.leader()
    if leader is None:
        raise RuntimeError("nobody leads")
    trainer.write()
    leader.end()
    killed = time.monotonic()
    stored = threading.Thread(
        target=lambda: samples.add("kills.stored_s", time_to_store(cluster, leader, killed))
    )
    stored.start()
    # What was written before may still be under way: only what comes now shows service.
    first = state = trainer.write()
    until_state = trainer.finish if early else None
    if until_state:
        state = until_state()
    while any(follower.when(first) is None for follower in followers) or (
        not early and stored.is_alive()
    ):
        if time.monotonic() - killed > PATIENCE:
            raise RuntimeError("no news come")
        time.sleep(PACE)
        if not early:
            state = trainer.write()
    stored.join()
    samples.add("kills.news_s", max(follower.when(first) - killed for follower in followers))
    if not early:
        state = trainer.finish()
    ended = time.monotonic()
    for follower in followers:
        until(lambda: follower.when(state), "the last state is everywhere")  # noqa: B023
    last = max(follower.when(state) for follower in followers)
    samples.add("kills.done_s", max(0.0, last - ended))
    cluster.start()
    until(lambda: len(cluster.replicas()) == len(cluster.nodes), "the node has caught up")
    samples.add("kills.lost", check_end(deployment, followers, state))


def check_end(deployment: Deployment, followers: list[Follower], state: tuple[int, int]) -> int:
    """How many don't show the end of the run: the two servers, and one that has just started."""
    with deployment.serve() as fresh:
        message = f"{state[0]} {state[1]}"
        shown = [served(server) for server in [*deployment.replicas, fresh]]
        with contextlib.suppress(RuntimeError):
            until(lambda: served(fresh)["message"] == message, "a new server shows it")
        shown[-1] = served(fresh)
    lost = sum(s["status"] != "done" or s["message"] != message for s in shown)
    lost += len({s["etag"] for s in shown}) - 1
    return lost + sum(follower.seen[-1][1:] != (state, "done") for follower in followers)


def time_to_store(cluster: Cluster, dead: Node, killed: float) -> float:
    """How long until a new leader has stored something, in seconds."""

    def last() -> int:
        numbers = [0]
        for node in cluster.nodes:
            if node is dead:
                continue
            for account in node.ask("/jsz?streams=true").get("account_details", []):
                for stream in account.get("stream_detail", []):
                    if stream.get("cluster", {}).get("leader") == node.name:
                        numbers.append(stream["state"]["last_seq"])
        return max(numbers)

    begin = 0

    def has_grown() -> bool:
        nonlocal begin
        now = last()
        if begin == 0:
            begin = now
        return 0 < begin < now

    until(has_grown, "something is stored")
    return time.monotonic() - killed
