"""A NATS cluster with JetStream on loopback ports: for trying, testing and measuring.

It keeps everything in one directory, and ends with the process that started it, whatever happens.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

from free_ports import free_ports

#: Raft takes 4 to 9 s to miss a leader; a first start on a busy machine takes some of these rounds.
PATIENCE = 60.0

PLAIN = """\
server_name: {name}
listen: 127.0.0.1:{port}
http: 127.0.0.1:{monitor}
jetstream {{ store_dir: "{store}" }}
cluster {{
    name: pulse
    listen: 127.0.0.1:{route}
    routes: [{routes}]
    # Clients are to know the nodes by the addresses they were given.
    no_advertise: true
}}
"""


class Node:
    """One server of the cluster."""

    def __init__(self, name: str, directory: Path, ports: list[int]) -> None:
        self.name = name
        self.directory = directory
        self.port, self.route, self.monitor = ports
        self.configuration = directory / "nats-server.conf"
        self.log = directory / "log"
        self.process: subprocess.Popen | None = None

    def start(self) -> None:
        """Start it, with what it stored before."""
        # The kernel ends it with its parent, also when that one is killed.
        command = ["setpriv", "--pdeathsig", "KILL", "nats-server", "-c", str(self.configuration)]
        path = f"{os.environ.get('PATH', '')}:/usr/sbin"
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                command, stdout=log, stderr=log, env=os.environ | {"PATH": path}
            )

    def end(self, how: int = signal.SIGKILL) -> None:
        """End it with a signal. Idempotent."""
        if self.process is not None:
            self.process.send_signal(how)
            self.process.wait()
            self.process = None

    def ask(self, path: str) -> dict:
        """What its monitoring answers; nothing while it doesn't."""
        url = f"http://127.0.0.1:{self.monitor}{path}"
        try:
            with urllib.request.urlopen(url, timeout=5) as reply:
                return json.load(reply)
        except OSError:
            return {}


class Cluster:
    """Nodes that know each other. `configuration` gives the text of a node's configuration file."""

    def __init__(
        self,
        directory: Path,
        size: int = 3,
        configuration: Callable[[Node, list[Node]], str] | None = None,
    ) -> None:
        # A node keeps its own over a restart: others know them.
        ports = free_ports(3 * size)
        self.nodes = []
        for number in range(size):
            name = f"nats-{number + 1}"
            (directory / name).mkdir()
            self.nodes.append(Node(name, directory / name, ports[3 * number : 3 * number + 3]))
        for node in self.nodes:
            node.configuration.write_text((configuration or plain)(node, self.nodes))

    @property
    def servers(self) -> str:
        """Hosts and ports, as they stand in a URL."""
        return ",".join(f"127.0.0.1:{node.port}" for node in self.nodes)

    def url(self, bucket: str = "pulse", key: str = "training") -> str:
        """Where Pulse finds one run."""
        return f"nats://{self.servers}/{bucket}/{key}"

    def start(self) -> None:
        """Start what isn't running, and wait until every node can store."""
        for node in self.nodes:
            if node.process is None:
                node.start()
        self.wait_for(lambda: all(map(self.is_ready, self.nodes)), "every node can store")

    def is_ready(self, node: Node) -> bool:
        """Whether a node has found the others, and they have a leader."""
        if node.process is not None and node.process.poll() is not None:
            raise RuntimeError(f"{node.name} has ended:\n{node.log.read_text()}")
        leader = node.ask("/jsz").get("meta_cluster", {}).get("leader")
        return bool(leader) and node.ask("/healthz").get("status") == "ok"

    def leader(self, bucket: str = "pulse") -> Node | None:
        """The node that orders the updates of a bucket; None while none does."""
        replicas = [name for name in self.replicas(bucket) if name]
        return next((node for node in self.nodes if replicas and node.name == replicas[0]), None)

    def replicas(self, bucket: str = "pulse") -> list[str]:
        """The leader of a bucket, then its followers that have everything."""
        for node in self.nodes:
            for account in node.ask("/jsz?streams=true").get("account_details", []):
                for stream in account.get("stream_detail", []):
                    group = stream.get("cluster", {})
                    # Only the leader knows how far the others are.
                    if stream["name"] == f"KV_{bucket}" and group.get("leader") == node.name:
                        others = [r["name"] for r in group.get("replicas", []) if r["current"]]
                        return [node.name, *others]
        return []

    def stop(self) -> None:
        """End every node. Idempotent."""
        for node in self.nodes:
            node.end()

    @staticmethod
    def wait_for(condition: Callable[[], object], what: str) -> None:
        """Look every 50 ms until the condition holds."""
        deadline = time.monotonic() + PATIENCE
        while not condition():
            if time.monotonic() > deadline:
                raise RuntimeError(f"waited {PATIENCE:g} s in vain until {what}")
            time.sleep(0.05)


def plain(node: Node, nodes: list[Node]) -> str:
    """Everything open, for loopback."""
    routes = ", ".join(f'"nats://127.0.0.1:{other.route}"' for other in nodes)
    return PLAIN.format(
        name=node.name, port=node.port, monitor=node.monitor, route=node.route, routes=routes,
        store=node.directory / "jetstream",
    )  # fmt: skip
