"""`pulse` on a terminal or in a pipe: what a person or a program sees of it."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import termios
import threading
import time

import pyte
from processes import PATIENCE, pulse_binary

SHOW_CURSOR = b"\x1b[?25h"
HIDE_CURSOR = b"\x1b[?25l"


class Terminal:
    """`pulse` on a terminal of its own: what it shows, what it is sent, how it ends."""

    def __init__(self, *arguments: str, columns: int = 80, rows: int = 24, **env: str) -> None:
        self.screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self.screen)
        #: Every byte that was written to the terminal.
        self.raw = b""
        environment = {k: v for k, v in os.environ.items() if not k.startswith("PULSE_")}
        for name in ("NO_COLOR", "LC_ALL", "LC_CTYPE"):
            environment.pop(name, None)
        environment |= {"TERM": "xterm-256color", "LANG": "C.UTF-8", "TZ": "UTC"} | env
        self.pid, self._master = pty.fork()
        if self.pid == 0:
            # What runs these tests may ignore them, as nohup does; a terminal's shell doesn't.
            for number in (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGTERM):
                signal.signal(number, signal.SIG_DFL)
            os.execve(pulse_binary(), [pulse_binary(), *arguments], environment)
        self._status: int | None = None
        self.resize(columns, rows)

    def resize(self, columns: int, rows: int) -> None:
        """Change the window's size; the kernel sends SIGWINCH."""
        size = struct.pack("HHHH", rows, columns, 0, 0)
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, size)
        self.screen.resize(rows, columns)

    @property
    def lines(self) -> list[str]:
        """The lines on the screen that aren't empty."""
        return [line.rstrip() for line in self.screen.display if line.strip()]

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    def pump(self, seconds: float) -> None:
        """Take what is written for some time."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            if not self._take(left):
                return

    def drain(self) -> None:
        """Take all that was written so far."""
        while select.select([self._master], [], [], 0)[0] and self._take(0):
            pass

    def wait_for(self, *parts: str) -> None:
        """Wait until all parts are on the screen at once."""
        deadline = time.monotonic() + PATIENCE
        while not all(part in self.text for part in parts):
            left = deadline - time.monotonic()
            assert left > 0 and self._take(left), f"no {parts} on the screen:\n{self.text}"

    def wait_until_gone(self, part: str) -> None:
        """Wait until a part is no more on the screen."""
        deadline = time.monotonic() + PATIENCE
        while part in self.text:
            left = deadline - time.monotonic()
            assert left > 0 and self._take(left), f"still {part!r} on the screen:\n{self.text}"

    def press(self, key: bytes) -> None:
        os.write(self._master, key)

    def signal(self, number: int) -> None:
        os.kill(self.pid, number)

    def wait_until_stopped(self) -> None:
        """Wait until the job is stopped, as a shell does."""
        deadline = time.monotonic() + PATIENCE
        while True:
            pid, status = os.waitpid(self.pid, os.WUNTRACED | os.WNOHANG)
            if pid and os.WIFSTOPPED(status):
                break
            assert time.monotonic() < deadline, "it doesn't stop"
            self.pump(0.02)
        self.drain()

    def hang_up(self) -> None:
        """Close the window."""
        os.close(self._master)
        self._master = -1

    def end(self) -> int:
        """Wait for the end: the exit code, or minus the signal."""
        deadline = time.monotonic() + PATIENCE
        while self._status is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self._status = status
            elif time.monotonic() > deadline:
                os.kill(self.pid, signal.SIGKILL)
                os.waitpid(self.pid, 0)
                raise AssertionError(f"it doesn't end:\n{self.text}")
            elif self._master >= 0:
                self.pump(0.02)
            else:
                time.sleep(0.02)
        if self._master >= 0:
            self.drain()
            self.hang_up()
        return os.waitstatus_to_exitcode(self._status)

    def close(self) -> None:
        """End it in any case. Idempotent."""
        if self._status is None:
            os.kill(self.pid, signal.SIGKILL)
            _, self._status = os.waitpid(self.pid, 0)
        if self._master >= 0:
            self.hang_up()

    def _take(self, seconds: float) -> bool:
        ready, _, _ = select.select([self._master], [], [], seconds)
        if not ready:
            return True
        try:
            data = os.read(self._master, 65536)
        except OSError:
            # The other end is closed.
            return False
        self.raw += data
        self._stream.feed(data)
        return bool(data)


class Piped:
    """`pulse` with its output in a pipe."""

    def __init__(self, *arguments: str) -> None:
        self.process = subprocess.Popen(
            [pulse_binary(), *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={k: v for k, v in os.environ.items() if not k.startswith("PULSE_")},
        )
        assert self.process.stdout and self.process.stderr
        self.stdout, self.stderr = self.process.stdout, self.process.stderr

    def line(self, part: str) -> str:
        """The next line of its output that has this part."""
        watchdog = threading.Timer(PATIENCE, self.process.kill)
        watchdog.start()
        try:
            for line in self.stdout:
                if part in line:
                    return line.rstrip("\n")
        finally:
            watchdog.cancel()
        raise AssertionError(f"no line with {part!r}")

    def end(self) -> tuple[int, str, str]:
        """Wait for the end: exit code or minus the signal, and what else it wrote."""
        code = self.process.wait(PATIENCE)
        return code, self.stdout.read(), self.stderr.read()

    def close(self) -> None:
        """End it in any case. Idempotent."""
        self.process.kill()
        self.process.wait()
        self.stdout.close()
        self.stderr.close()
