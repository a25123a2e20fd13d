"""What the tests of `pulse run` stand on: a real command, run by a real `pulse`, perhaps on a real
pseudo-terminal."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import re
import struct
import subprocess
import sys
import termios
import threading
from pathlib import Path

from processes import PATIENCE, pulse_binary, pulse_wrapper, wait_until

#: Seen by every script: the way to the package, and nothing of the caller's own settings.
ENVIRONMENT = {
    key: value
    for key, value in os.environ.items()
    if not key.startswith(("PULSE_", "KUBEFLOW_")) and not key.lower().endswith("_proxy")
} | {"PYTHONPATH": str(Path(pulse_wrapper.__file__).parents[1]), "PYTHONUNBUFFERED": "1"}


class Job:
    """A directory with a script, a status file and a log, and the ways to run the script."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.status_file = directory / "status.json"
        self.trainer_log = directory / "trainer_log.jsonl"
        self.started: list[subprocess.Popen] = []

    def script(self, text: str, name: str = "train.py") -> list[str]:
        """The command that runs this Python text."""
        path = self.directory / name
        path.write_text(text)
        return [sys.executable, str(path)]

    def command(self, command: list[str], *flags: str) -> list[str]:
        """The same command under `pulse run`."""
        own = [pulse_binary(), "run", "--status-file", str(self.status_file), *flags]
        return [*own, "--", *command]

    def run(self, command: list[str], *flags: str, **options) -> subprocess.CompletedProcess:
        """Run it to its end, with pipes at stdout and stderr unless asked otherwise."""
        defaults = {
            "stdout": subprocess.PIPE,
            "stderr": subprocess.PIPE,
            "stdin": subprocess.DEVNULL,
        }
        settings = defaults | {"env": ENVIRONMENT, "cwd": self.directory} | options
        return subprocess.run(self.command(command, *flags), timeout=PATIENCE, **settings)

    def start(self, command: list[str], *flags: str, **options) -> subprocess.Popen:
        """Start it; the fixture ends what still runs after the test."""
        defaults = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        settings = defaults | {"env": ENVIRONMENT, "cwd": self.directory} | options
        process = subprocess.Popen(self.command(command, *flags), **settings)
        self.started.append(process)
        return process

    def status(self) -> pulse_wrapper.TrainingStatus:
        """The state in the file, which must be valid PULSE v1 at every moment."""
        return pulse_wrapper.decode(self.status_file.read_bytes())

    def wait_for(self, what: str, **fields: object) -> None:
        """Wait until the file says so: `wait_for("half", epoch=1.5)`."""

        def holds() -> bool:
            if not self.status_file.exists():
                return False
            state = json.loads(self.status_file.read_bytes())
            return all(state[name] == value for name, value in fields.items())

        wait_until(holds, f"the status file says {what}")

    def wait_for_file(self, name: str) -> str:
        """Wait for a file that a script writes and closes; give its text."""
        path = self.directory / name
        wait_until(lambda: path.exists() and path.read_text().endswith("\n"), f"{name} is written")
        return path.read_text().strip()

    def close(self) -> None:
        for process in self.started:
            if process.poll() is None:
                process.kill()
            process.wait()
            for stream in (process.stdin, process.stdout, process.stderr):
                if stream is not None:
                    stream.close()


def without_remarks(output: bytes) -> bytes:
    """What the command itself wrote: without what `pulse run` says of where it listens and reads."""
    return re.sub(rb"pulse: (?:listening to: |reading the progress from )[^\n]*\n", b"", output)


class TerminalProcess:
    """A process that leads a session on a pseudo-terminal of its own, as a shell's login does."""

    def __init__(self, command: list[str], cwd: Path, rows: int = 24, columns: int = 80) -> None:
        self.output = b""
        self._is_hung_up = False
        self.pid, self.terminal = pty.fork()
        if self.pid == 0:
            os.chdir(cwd)
            fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
            os.execve(command[0], command, ENVIRONMENT)
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        while not self._is_hung_up:
            try:
                data = os.read(self.terminal, 65_536)
            except OSError:
                return
            if not data:
                return
            self.output += data

    @property
    def text(self) -> str:
        """All that was shown so far."""
        return self.output.decode(errors="replace")

    def type(self, keys: bytes) -> None:
        os.write(self.terminal, keys)

    def resize(self, rows: int, columns: int) -> None:
        fcntl.ioctl(self.terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def hang_up(self) -> None:
        """Take the terminal away, as the end of an ssh session or of tmux does."""
        # The kernel keeps the terminal while somebody reads from it: the echo ends the reading.
        self._is_hung_up = True
        self.type(b"x")
        self._reader.join(PATIENCE)
        os.close(self.terminal)

    def wait_for(self, text: str) -> None:
        wait_until(lambda: text in self.text, f"the terminal shows {text!r}")

    def end(self) -> int:
        """Wait for the end; give the exit code as a shell would."""
        ended = threading.Event()
        status = []

        def wait() -> None:
            status.append(os.waitpid(self.pid, 0)[1])
            ended.set()

        waiter = threading.Thread(target=wait)
        waiter.start()
        if not ended.wait(PATIENCE):
            os.kill(self.pid, 9)
            waiter.join()
            raise AssertionError(f"it did not end; the terminal shows {self.text!r}")
        waiter.join()
        self._reader.join(PATIENCE)
        os.close(self.terminal)
        code = os.waitstatus_to_exitcode(status[0])
        return 128 - code if code < 0 else code
