"""A directory in which the documentation's commands find what they speak of."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from processes import PATIENCE, ROOT, PulseServer, StatusFile, pulse_binary

#: A job that the examples train with.
TRAINER = "print('trained')\n"

#: Stands for the real one, which python/tests/integration has: it leaves such a log.
LLAMAFACTORY = """#!/bin/sh
mkdir -p out
echo '{"current_steps": 1, "total_steps": 1, "loss": 0.5, "epoch": 1.0, "percentage": 100.0}' \
    > out/trainer_log.jsonl
"""


class ShellWorld:
    """The root of the project as far as commands see it, with a job's files, and a server."""

    def __init__(self, directory: Path, server: PulseServer, status_file: StatusFile) -> None:
        self.directory = directory
        self._server = server
        #: Who is told of transitions, in the place of the help's chat.
        self.chat = ""
        programs = directory / "bin"
        for path in (programs, directory / ".build/debug", directory / "run", directory / "runs"):
            path.mkdir(parents=True)
        for name in ("pulse", "../.build/debug/pulse"):
            (programs / name).symlink_to(pulse_binary())
        for name in ("python", "python3"):
            # No link: an interpreter looks for its packages beside itself.
            self._script(f"bin/{name}", f'#!/bin/sh\nexec {sys.executable} "$@"\n')
        self._script("bin/llamafactory-cli", LLAMAFACTORY)
        for name in ("evaluate", "evaluate.sh"):
            self._script(name, "#!/bin/sh\ntouch evaluated\n")
        (directory / "train.py").write_text(TRAINER)
        (directory / "token").write_text("0123456789abcdef\n")
        (directory / "run/status.json").symlink_to(status_file.path)
        (directory / "docs").symlink_to(ROOT / "docs")
        self.environment = {
            name: value for name, value in os.environ.items() if not name.startswith("PULSE_")
        } | {
            "PATH": f"{programs}:{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT / "python/src"),
            "PULSE_PORT": "0",
            "PULSE_PUBLIC_DIR": str(ROOT / "public"),
        }

    def _script(self, name: str, text: str) -> None:
        path = self.directory / name
        path.write_text(text)
        path.chmod(0o755)

    def here(self, command: str) -> str:
        """The command with this world's server in the place of the documentation's."""
        for host in ("localhost", "127.0.0.1"):
            command = command.replace(f"{host}:8080", f"127.0.0.1:{self._server.port}")
        # Nobody looks at what is served here.
        command = command.replace("pulse run --serve", "pulse run --serve --no-linger")
        if self.chat:
            command = command.replace("https://chat.example", self.chat)
        # Nothing here may listen where others can reach it.
        return command.replace("0.0.0.0", "127.0.0.1")

    def run(self, command: str, directory: Path | None = None) -> subprocess.CompletedProcess[str]:
        """Run it to its end."""
        return subprocess.run(
            ["bash", "-c", self.here(command)],
            cwd=directory or self.directory,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=6 * PATIENCE,
        )

    def serve(
        self,
        command: str,
        awaited: str,
        meanwhile: Callable[[str], None] = lambda line: None,
        directory: Path | None = None,
    ) -> int:
        """Run what goes on until it is told to end, by SIGTERM; give its exit code.

        `meanwhile` is called with the line that holds what is awaited.
        """
        process = subprocess.Popen(
            ["bash", "-c", f"exec {self.here(command)}"],
            cwd=directory or self.directory,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
            # A group of its own: a terminal's signals go to all of it.
            start_new_session=True,
        )
        assert process.stdout is not None
        watchdog = threading.Timer(6 * PATIENCE, os.killpg, (process.pid, signal.SIGKILL))
        watchdog.start()
        try:
            line = next((line for line in process.stdout if awaited in line), None)
            assert line is not None, f"it ends without {awaited!r}"
            meanwhile(line)
            os.killpg(process.pid, signal.SIGTERM)
            return process.wait(PATIENCE)
        finally:
            watchdog.cancel()
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
            process.stdout.close()

    def copy_of_the_package(self) -> None:
        """What `pip install ./python` takes, and may leave things in."""
        shutil.copytree(
            ROOT / "python",
            self.directory / "python",
            ignore=shutil.ignore_patterns(".*", "build", "*.egg-info", "__pycache__"),
        )
