"""The server under stress: a real `pulse serve`, watched from outside."""

from __future__ import annotations

import os
import re
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "Tests" / "EndToEndTests"))

from processes import PulseServer, pulse_wrapper  # noqa: E402  (found through the line above)


def write_state(path: Path, number: int) -> None:
    """A state all of whose fields tell its number, and when it was written."""
    message = f"{number} {time.monotonic():.6f}"
    pulse_wrapper.write_running_status(path, float(number), 1e9, number / 2, message)


def is_whole(state: dict) -> bool:
    """Whether the fields of a state tell the same number."""
    number = int(state["message"].split()[0])
    return state["epoch"] == number and state["loss"] == number / 2


class Server(PulseServer):
    """A server with a directory of its own, which ends with it."""

    def __init__(self, *flags: str, wrapper: Sequence[str] = ()) -> None:
        self._directory = tempfile.TemporaryDirectory(prefix="pulse-stress-")
        self.directory = Path(self._directory.name)
        self.status_file = self.directory / "status.json"
        self.write(0)
        self._flags = flags
        super().__init__(
            self.status_file, *flags, log=self.directory / "log", wrapper=wrapper
        )

    def start_again(self) -> None:
        """Another server on the same port."""
        super().__init__(self.status_file, *self._flags, log=self.log, port=self.port)

    def __enter__(self) -> Server:
        return self

    def __exit__(self, *_: object) -> None:
        """End the server, whatever happened."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        if self.process.stdout:
            self.process.stdout.close()
        self._directory.cleanup()

    def write(self, number: int) -> None:
        write_state(self.status_file, number)

    def memory(self) -> int:
        """Resident kilobytes."""
        status = Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii")
        match = re.search(r"VmRSS:\s+(\d+)", status)
        assert match, "the server has ended"
        return int(match[1])

    def descriptors(self) -> int:
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def cpu_seconds(self) -> float:
        """CPU time of all threads, to the nanosecond (`clock_getcpuclockid(3)`)."""
        return time.clock_gettime((~self.process.pid << 3) | 2)

    def end(self) -> tuple[int, float]:
        """SIGTERM; the exit code, and the seconds that it took."""
        begin = time.monotonic()
        self.process.terminate()
        code = self.process.wait(timeout=60)
        return code, time.monotonic() - begin
