"""One process under test or load: started here, measured from outside, ended by its own id."""

from __future__ import annotations

import contextlib
import os
import subprocess
import tempfile
import time
from pathlib import Path

#: Where servers keep what outlives them: of this benchmark alone, and gone with it.
STATE = tempfile.TemporaryDirectory(prefix="pulse-state-")


class Process:
    """A child process. Everything measured is of `pid`, which may be a child of the child."""

    def __init__(
        self, command: list[str], env: dict[str, str] | None = None, **options: object
    ) -> None:
        environment = {**(env or os.environ), "XDG_STATE_HOME": STATE.name}
        self.child = subprocess.Popen(  # type: ignore[call-overload]
            [str(part) for part in command],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment, **options,
        )  # fmt: skip
        self.pid: int = self.child.pid

    def __enter__(self) -> Process:
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def line(self) -> str:
        """Read the next line that it prints."""
        text: str = self.child.stdout.readline()
        if not text:
            raise RuntimeError(f"{self.child.args[0]} ended with {self.child.wait(timeout=10)}")
        return text.strip()

    def say(self, text: str) -> None:
        """Write a line to its standard input."""
        self.child.stdin.write(text + "\n")
        self.child.stdin.flush()

    def end(self) -> None:
        """End it: by the end of its input or SIGTERM, and by force after five seconds."""
        with contextlib.suppress(OSError):
            self.child.stdin.close()
        self.child.terminate()
        try:
            self.child.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self.child.kill()
            self.child.wait()
        self.child.stdout.close()

    def cpu_ns(self) -> int:
        """CPU time of all its threads, also those that have ended: user and system.

        The kernel's own counter, of which `/proc/PID/stat` shows hundredths of a second
        (`clock_getcpuclockid(3)`).
        """
        return time.clock_gettime_ns((~self.pid << 3) | 2)

    def rss_kib(self) -> float:
        """Resident memory, in KiB."""
        for line in Path(f"/proc/{self.pid}/status").read_text(encoding="ascii").splitlines():
            if line.startswith("VmRSS:"):
                return float(line.split()[1])
        raise RuntimeError(f"process {self.pid} has ended")

    def memory_mb(self) -> dict[str, float]:
        """Memory as smaps sums it (proc_pid_smaps(5)), in MB.

        `resident` is all of it, `private` what no other process has mapped at this moment, and
        `written` what is in no file, so that the kernel can't drop and read it again.
        """
        text = Path(f"/proc/{self.pid}/smaps_rollup").read_text(encoding="ascii")
        kib = {line.split()[0]: int(line.split()[1]) for line in text.splitlines()[1:]}
        return {
            "resident": kib["Rss:"] * 1024 / 1e6,
            "private": (kib["Private_Clean:"] + kib["Private_Dirty:"]) * 1024 / 1e6,
            "written": kib["Anonymous:"] * 1024 / 1e6,
        }
