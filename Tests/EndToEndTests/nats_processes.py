"""What the tests of NATS stand on: a Pulse that was built with the trait, on a real cluster."""

from __future__ import annotations

from pathlib import Path

from nats_relay import Relay
from nats_server import nats_binary
from processes import PATIENCE, PulseServer, wait_until


class SourcedServer(PulseServer):
    """A `pulse serve` whose source is a key of a cluster."""

    def __init__(self, url: str, *flags: str, log: Path) -> None:
        super().__init__(None, "--source", url, *flags, log=log, binary=nats_binary())

    def source(self) -> str:
        """What it says of its source."""
        return self.get("/progress").json()["source"]

    def shows(self, message: str) -> bool:
        answer = self.get("/status")
        return answer.status == 200 and answer.json()["message"] == message


class Stage:
    """Starts what a test needs on one cluster."""

    def __init__(self, directory: Path, url: str) -> None:
        self.url = url
        self.directory = directory
        self.servers: list[SourcedServer] = []
        self.relays: list[Relay] = []

    def serve(self, *flags: str, url: str = "") -> SourcedServer:
        log = self.directory / f"server-{len(self.servers)}.log"
        server = SourcedServer(url or self.url, *flags, log=log)
        self.servers.append(server)
        return server

    def relay(self, status_file: Path, *flags: str, url: str = "") -> Relay:
        log = self.directory / f"relay-{len(self.relays)}.log"
        relay = Relay(status_file, url or self.url, *flags, log=log)
        self.relays.append(relay)
        return relay

    def __enter__(self) -> Stage:
        return self

    def __exit__(self, fault: object, *_: object) -> None:
        """End everything: as an operator does, and check that it ends well; by force in a fault."""
        try:
            if fault is None:
                for relay in self.relays:
                    relay.stop()
                for server in self.servers:
                    server.stop()
        finally:
            for relay in self.relays:
                relay.kill()
            for server in self.servers:
                server.process.kill()
                server.process.wait()


def wait_for_all(servers: list[SourcedServer], message: str) -> None:
    wait_until(
        lambda: all(server.shows(message) for server in servers), f"all show '{message}'", 60
    )


def failure_of(relay: Relay) -> str:
    """Wait until a relay has ended in failure, and give what it said."""
    assert relay.process.wait(PATIENCE) == 1, relay.log.read_text()
    return relay.log.read_text()
