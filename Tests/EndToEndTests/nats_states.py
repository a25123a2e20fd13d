"""What the tests of NATS ask of a key, and of the servers that show it."""

from __future__ import annotations

import json
import subprocess
import sys
import time

from nats_relay import ENVIRONMENT
from nats_server import NatsClient, NatsServer, nats_binary
from processes import PulseServer, StatusFile, wait_until


def document(**fields: object) -> bytes:
    state = {"status": "running", "epoch": 1.0, "total_epochs": 3.0, "loss": 0.5}
    state |= {"message": "training", "timestamp": int(time.time())}
    return json.dumps(state | fields).encode()


def source(server: PulseServer) -> tuple[str, str | None]:
    progress = server.get("/progress").json()
    return progress.get("source"), progress.get("source_error")


def wait_for(server: PulseServer, state: str) -> str | None:
    wait_until(lambda: source(server)[0] == state, f"the source is {state}")
    return source(server)[1]


def wait_for_value(nats: NatsServer, value: bytes) -> int:
    """The revision under which the key has this value."""
    with NatsClient(nats) as client:
        # nats-server 2.9 ends with a nil pointer when a key is asked for in the moment in which its
        # bucket is made, which without a pause will happen.
        wait_until(lambda: "error" not in client.bucket(), "there is a bucket")
        wait_until(lambda: (client.get() or (b"", 0))[0] == value, "the value has arrived")
        return client.get()[1]  # type: ignore[index]


def make_bucket(nats: NatsServer) -> None:
    """Make the bucket while servers ask for it, at which nats-server 2.9 may end as above."""
    for _ in range(10):
        try:
            with NatsClient(nats) as client:
                if "error" in client.bucket():
                    client.make_bucket()
                return
        except (AssertionError, OSError):
            nats.kill()
            nats.start()
    raise AssertionError("nats-server ends each time that a bucket is made")


def run(status_file: StatusFile, url: str, script: str, **options) -> subprocess.CompletedProcess:
    command = [nats_binary(), "run", "-s", str(status_file.path), "--to", url, "--"]
    return subprocess.run(
        [*command, sys.executable, "-c", script],
        env=ENVIRONMENT, capture_output=True, text=True, timeout=60, **options,
    )  # fmt: skip
