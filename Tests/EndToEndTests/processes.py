"""What the end-to-end tests stand on: a real `pulse serve`, and a real status file."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "python" / "src"), str(ROOT / "tools")]

import pulse_wrapper  # noqa: E402  (found through the line above)
from free_ports import free_ports  # noqa: E402  (as well)

#: A machine under load may be slow; a server that takes this long is broken.
PATIENCE = 20.0


def pulse_binary() -> str:
    """The binary under test: PULSE_BINARY, else the debug build of this tree."""
    return os.environ.get("PULSE_BINARY") or str(ROOT / ".build" / "debug" / "pulse")


def wait_until(condition: Callable[[], object], what: str, timeout: float = PATIENCE) -> None:
    """Look every 20 ms until `condition` holds; fail with `what` was waited for."""
    deadline = time.monotonic() + timeout
    while not condition():
        assert time.monotonic() < deadline, f"waited {timeout:g} s in vain until {what}"
        time.sleep(0.02)


def free_port() -> int:
    """A port for a server that can't choose one itself, or is to come back on its own."""
    return free_ports()[0]


@dataclass
class Answer:
    """One HTTP answer; header names are in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> dict:
        return json.loads(self.body)


class PulseServer:
    """A `pulse serve` process on a free loopback port.

    `flags` are those of `pulse serve`; `--port 0` is added, and the panel's directory unless they
    name another. Without a status file they have to name another source. `wrapper` is a command that
    becomes the server, such as `prlimit --nofile=256`.
    """

    def __init__(
        self,
        status_file: Path | None,
        *flags: str,
        log: Path,
        port: int = 0,
        binary: str | None = None,
        wrapper: Sequence[str] = (),
        state: str | None = None,
    ) -> None:
        self.log = log
        command = [*wrapper, binary or pulse_binary(), "serve"]
        command += ["--status-file", str(status_file)] if status_file else []
        panel = [] if "--public-dir" in flags else ["--public-dir", str(ROOT / "public")]
        command += ["--port", str(port), *panel, *flags]
        environment = {k: v for k, v in os.environ.items() if not k.startswith("PULSE_")}
        # An archive of its own: no server goes on with the run of another.
        environment["XDG_STATE_HOME"] = state or tempfile.mkdtemp(prefix="state-", dir=log.parent)
        with log.open("ab") as errors:
            self.process = subprocess.Popen(
                command, stdout=subprocess.PIPE, stderr=errors, text=True, env=environment
            )
        assert self.process.stdout is not None
        # One that neither serves nor ends is not waited for without end.
        watchdog = threading.Timer(3 * PATIENCE, self.process.kill)
        watchdog.start()
        line = self.process.stdout.readline()
        watchdog.cancel()
        host = r"127\.0\.0\.1|\[::1\]|localhost"
        match = re.search(rf" at (https?://(?:{host}):(\d+)(?:/\S+)?)/$", line.rstrip("\n"))
        if match is None:
            self.process.kill()
            self.process.wait()
            raise AssertionError(f"no URL in {line!r}; the log says: {log.read_text()}")
        self.url = match[1]
        self.port = int(match[2])

    def get(self, path: str, method: str = "GET", **headers: str) -> Answer:
        """One request; a header's name is written with `_` for `-`."""
        fields = {name.replace("_", "-"): value for name, value in headers.items()}
        request = urllib.request.Request(self.url + path, headers=fields, method=method)
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE) as reply:
                return _answer(reply)
        except urllib.error.HTTPError as error:
            with error:
                return _answer(error)

    def metric(self, sample: str) -> float:
        """The value of one sample, such as `pulse_event_streams`; 0 when it isn't there."""
        for line in self.get("/metrics").body.decode().splitlines():
            name, _, value = line.rpartition(" ")
            if name == sample:
                return float(value)
        return 0.0

    def pause(self) -> None:
        """Stop the process in its tracks: sockets stay open, nothing answers."""
        self.process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        self.process.send_signal(signal.SIGCONT)

    def stop(self) -> None:
        """End it as an operator does, and check that it ends well. Idempotent."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGCONT)
            self.process.terminate()
            try:
                self.process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
                raise AssertionError("SIGTERM did not end the server") from None
        assert self.process.stdout is not None
        self.process.stdout.close()
        assert self.process.returncode == 0, self.log.read_text()


def _answer(reply) -> Answer:
    headers = {name.lower(): value for name, value in reply.headers.items()}
    return Answer(reply.status, headers, reply.read())


class StatusFile:
    """A status file, written atomically: well-formed through the package, or any bytes."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def name(self) -> str:
        """What its runs are called: a `status.json` is named by its folder."""
        return self.path.parent.name

    def idle(self, message: str = "Waiting to start...") -> None:
        pulse_wrapper.write_idle_status(self.path, message)

    def running(
        self, epoch: float, total: float = 3.0, loss: float = 0.5, message: str = "training"
    ) -> None:
        pulse_wrapper.write_running_status(self.path, epoch, total, loss, message)

    def done(
        self, epoch: float = 3.0, total: float = 3.0, loss: float = 0.1, message: str = "all done"
    ) -> None:
        pulse_wrapper.write_done_status(self.path, epoch, total, loss, message)

    def error(
        self, epoch: float, total: float = 3.0, loss: float = 0.9, message: str = "out of memory"
    ) -> None:
        pulse_wrapper.write_error_status(self.path, epoch, total, loss, message)

    def version2(self, epoch: float, loss: float | None = 0.5, **details: object) -> None:
        """Write that a job of 3 epochs runs, and what PULSE v2 has a place for."""
        status = pulse_wrapper.TrainingStatus.create("running", epoch, 3.0, loss or 0.0, "training")
        told = pulse_wrapper.RunDetails(**details)
        document = pulse_wrapper.PulseDocument(status, told, has_loss=loss is not None)
        pulse_wrapper.write_status(self.path, document)

    def document(self, **fields: object) -> None:
        """Write a document with some fields of your own, valid or not; NaN stays NaN."""
        document = {
            "status": "running",
            "epoch": 1.0,
            "total_epochs": 3.0,
            "loss": 0.5,
            "message": "training",
            "timestamp": int(time.time()),
        }
        self.raw(json.dumps(document | fields).encode())

    def raw(self, content: bytes) -> None:
        temporary = self.path.with_name(f".{self.path.name}.raw")
        temporary.write_bytes(content)
        os.replace(temporary, self.path)

    def remove(self) -> None:
        self.path.unlink()
