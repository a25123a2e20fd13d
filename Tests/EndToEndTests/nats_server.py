"""One NATS server with JetStream on a loopback port, and a client that can say anything to it."""

from __future__ import annotations

import json
import os
import socket
import subprocess
from base64 import b64decode
from pathlib import Path
from uuid import uuid4

from processes import PATIENCE, free_port, wait_until


def nats_binary() -> str:
    """The binary under test: PULSE_NATS_BINARY, else the debug build of this tree."""
    root = Path(__file__).resolve().parents[2]
    return os.environ.get("PULSE_NATS_BINARY") or str(root / ".build-nats" / "debug" / "pulse")


class NatsServer:
    """A `nats-server` process. It keeps its port and what it stored when it is started again."""

    def __init__(self, directory: Path, configuration: str = "", scheme: str = "nats") -> None:
        directory.mkdir()
        self.directory = directory
        self.scheme = scheme
        self.log = directory / "log"
        self._configuration = configuration
        self._process: subprocess.Popen | None = None
        self.port = free_port()
        self.start()

    @property
    def url(self) -> str:
        """The key that the tests use."""
        return self.key("gpu-1")

    def key(self, name: str, bucket: str = "runs") -> str:
        return f"{self.scheme}://127.0.0.1:{self.port}/{bucket}/{name}"

    def start(self) -> None:
        """Start it, with what it stored before."""
        configuration = self.directory / "nats.conf"
        configuration.write_text(
            f'listen: "127.0.0.1:{self.port}"\n'
            f'jetstream {{ store_dir: "{self.directory / "jetstream"}" }}\n{self._configuration}\n'
        )
        self.log.write_text("")
        # The kernel ends it with this process, whatever happens.
        command = ["setpriv", "--pdeathsig", "KILL", "nats-server", "-c", str(configuration)]
        environment = os.environ | {"PATH": f"{os.environ['PATH']}:/usr/sbin"}
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log, env=environment)
        wait_until(lambda: "Server is ready" in self.log.read_text(), "nats-server is ready")

    def reconfigure(self, configuration: str) -> None:
        """Start it with another configuration the next time."""
        self._configuration = configuration

    def kill(self) -> None:
        """End it without a word. Idempotent."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


class NatsClient:
    """The client's side of NATS's protocol, as far as the tests need it."""

    def __init__(self, server: NatsServer, **options: str) -> None:
        self._socket = socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE)
        self._lines = self._socket.makefile("rb")
        self._lines.readline()
        settings = {"verbose": False, "headers": True, "no_responders": True} | options
        self._inbox = f"_INBOX.{uuid4().hex}"
        self._send(f"CONNECT {json.dumps(settings)}\r\nSUB {self._inbox} 1\r\n".encode())

    def __enter__(self) -> NatsClient:
        return self

    def __exit__(self, *_: object) -> None:
        self._lines.close()
        self._socket.close()

    def ask(self, subject: str, payload: bytes = b"", header: str = "") -> dict:
        """The answer of JetStream."""
        head = f"NATS/1.0\r\n{header}\r\n\r\n".encode()
        sizes = f"{len(head)} {len(head) + len(payload)}"
        self._send(f"HPUB {subject} {self._inbox} {sizes}\r\n".encode() + head + payload + b"\r\n")
        while True:
            line = self._lines.readline()
            assert line, "nats-server has ended the connection"
            if line.startswith(b"MSG "):
                return json.loads(self._lines.read(int(line.split()[-1]) + 2))

    def put(self, value: bytes, key: str = "gpu-1") -> int:
        """Write a key, whatever the value is; gives the revision."""
        return self.ask(f"$KV.runs.{key}", value)["seq"]

    def delete(self, key: str = "gpu-1") -> None:
        """Delete a key as NATS's own tools do."""
        self.ask(f"$KV.runs.{key}", header="KV-Operation: DEL")

    def get(self, key: str = "gpu-1") -> tuple[bytes, int] | None:
        """A key's newest value and revision; None when there is none."""
        question = json.dumps({"last_by_subj": f"$KV.runs.{key}"}).encode()
        message = self.ask("$JS.API.STREAM.MSG.GET.KV_runs", question).get("message")
        return (b64decode(message.get("data", "")), message["seq"]) if message else None

    def make_bucket(self, **settings: object) -> None:
        configuration = {"name": "KV_runs", "subjects": ["$KV.runs.>"], "max_msgs_per_subject": 1}
        answer = self.ask(
            "$JS.API.STREAM.CREATE.KV_runs", json.dumps(configuration | settings).encode()
        )
        assert "error" not in answer, answer

    def delete_bucket(self) -> None:
        assert self.ask("$JS.API.STREAM.DELETE.KV_runs")["success"]

    def bucket(self) -> dict:
        """The bucket as JetStream describes it; its error when there is none."""
        return self.ask("$JS.API.STREAM.INFO.KV_runs")

    def _send(self, data: bytes) -> None:
        self._socket.sendall(data)
