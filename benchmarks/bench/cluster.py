"""Two servers on a NATS cluster of three nodes: how fast an update is everywhere."""

from __future__ import annotations

import contextlib
import http.client
import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from . import servers
from .process import Process
from .samples import Samples
from .servers import STREAM_PATH, Server
from .streams import MESSAGE, SETTLE, Size
from .tools import BUILD, ROOT, run

sys.path.append(str(ROOT / "tools"))

from nats_cluster import Cluster  # noqa: E402  (found through the line above)

REPLICAS = 2
#: After this long a state that isn't there is lost, in seconds.
PATIENCE = 60.0


def build_pulse() -> Path:
    """Build the server as it is shipped, with NATS."""
    scratch = ROOT / ".build-nats"
    command = ["swift", "build", "-c", "release", "-j", "2", "--static-swift-stdlib"]
    command += ["--traits", "NATS", "--scratch-path", str(scratch), "--product", "pulse"]
    run(command, cwd=ROOT)
    return scratch / "release/pulse"


@dataclass
class Deployment:
    """Everything between the trainer's file and the clients."""

    pulse: Path
    directory: Path
    cluster: Cluster
    replicas: list[Server] = field(default_factory=list)

    @property
    def status(self) -> Path:
        """The file that the trainer writes."""
        return self.directory / "status.json"

    def serve(self) -> Server:
        """Start one more server."""
        port = servers.free_port()
        server = Server(
            [self.pulse, "serve", "--source", self.cluster.url(), "--port", str(port),
             "--public-dir", ROOT / "public", "--log-level", "critical"]
        )  # fmt: skip
        server.port = port
        server.wait("/status")
        return server


@contextlib.contextmanager
def deployed(pulse: Path) -> Iterator[Deployment]:
    """Start three nodes, a relay and two servers, with a first state."""
    with tempfile.TemporaryDirectory() as name, contextlib.ExitStack() as stack:
        deployment = Deployment(pulse, Path(name), Cluster(Path(name)))
        stack.callback(deployment.cluster.stop)
        deployment.cluster.start()
        deployment.status.write_text(servers.STATUS, encoding="ascii")
        command = [pulse, "relay", "--status-file", deployment.status, "--to"]
        log = stack.enter_context((deployment.directory / "relay.log").open("wb"))
        relay = Process([*command, deployment.cluster.url()], stderr=log)
        stack.enter_context(relay)
        for _ in range(REPLICAS):
            deployment.replicas.append(stack.enter_context(deployment.serve()))
        for server in deployment.replicas:
            until(lambda: served(server)["epoch"] == 2.5, "the first state is served")  # noqa: B023
        yield deployment


def until(condition: Callable[[], object], what: str) -> float:
    """Look every 10 ms until the condition holds; give how long that took."""
    begin = time.monotonic()
    while not condition():
        if time.monotonic() - begin > PATIENCE:
            raise RuntimeError(f"waited {PATIENCE:g} s in vain until {what}")
        time.sleep(0.01)
    return time.monotonic() - begin


def served(server: Server) -> dict:
    """Ask for the state that a server shows; nothing while it has none."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=5)
    connection.request("GET", "/status")
    answer = connection.getresponse()
    state = json.loads(answer.read())
    connection.close()
    return {"epoch": None, "etag": answer.getheader("ETag"), **state}


def fan_out(pulse: Path, samples: Samples, rounds: int, size: Size) -> None:
    """Take turns: one server on a file, and as many streams on two servers on a cluster."""
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as name:
            port = servers.free_port()
            file = Path(name) / "status.json"
            file.write_text(servers.STATUS, encoding="ascii")
            server = Server([pulse, "serve", "--status-file", file, "--port", str(port),
                             "--log-level", "critical"])  # fmt: skip
            server.port = port
            with server:
                server.wait("/status")
                publish(samples, "single", [server], file, size)
        with deployed(pulse) as deployment:
            publish(samples, "cluster", deployment.replicas, deployment.status, size)


def publish(samples: Samples, name: str, to: list[Server], file: Path, size: Size) -> None:
    """Write states, each when the one before has arrived at every stream of every server."""
    ports = ",".join(str(server.port) for server in to)
    command = [BUILD / "load/sse_clients", ports, STREAM_PATH, str(size.streams), f"file:{file}"]
    command += [str(n) for n in (size.events, size.interval, MESSAGE)]
    with Process(command) as load:
        load.line()
        time.sleep(SETTLE)
        load.say("go")
        report = json.loads(load.line())
    if report["missing"]:
        raise RuntimeError(f"{name}: {report['missing']} events didn't arrive")
    samples.add(f"{name}.last_ms", *report["last_ms"])
