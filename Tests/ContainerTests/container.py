"""A container of an image: its process in namespaces of its own, as an engine starts it."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from debian_tree import DebianTree, Mount
from image import Image

#: A machine under load may be slow; a server that takes this long is broken.
PATIENCE = 30.0


def wait_until(condition: Callable[[], bool], what: str) -> None:
    """Look until `condition` holds; fail with what was waited for."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, f"waited in vain until {what}"
        time.sleep(0.1)


class Program:
    """A command inside a tree as process 1 of its own namespaces, without a network."""

    def __init__(
        self,
        tree: DebianTree,
        command: Sequence[str],
        environment: Mapping[str, str],
        user: str = "root",
        mounts: Sequence[Mount] = (),
    ) -> None:
        self._process = subprocess.Popen(
            tree.isolated(command, environment, user, mounts, has_network=False),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def line(self, part: str) -> str:
        """The next line it prints that has this part, of stdout or stderr."""
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if part in line:
                return line.rstrip("\n")
        raise AssertionError(f"it ends without {part!r}")

    @property
    def pid(self) -> int:
        """The process that is number 1 inside, by its number outside."""
        unshare = self._process.pid
        children = Path(f"/proc/{unshare}/task/{unshare}/children").read_text().split()
        assert len(children) == 1, "the container has ended"
        return int(children[0])

    def curl(self, url: str, *flags: str) -> str:
        """Ask from inside its network: an engine would publish the port."""
        command = ["nsenter", f"--target={self.pid}", "--net"]
        command += ["curl", "--silent", "--show-error", "--fail", "--max-time", "10", *flags, url]
        done = subprocess.run(command, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def wait_until_answered(self, url: str, part: str) -> None:
        """Ask until the answer has this part."""
        wait_until(lambda: part in self.curl(url), f"{url} has {part}")

    def signal(self, number: signal.Signals) -> None:
        os.kill(self.pid, number)

    def stop(self) -> int:
        """`docker stop`: SIGTERM, and a while to obey; gives the exit code."""
        if self._process.poll() is None:
            self.signal(signal.SIGTERM)
        return self.end()

    def end(self) -> int:
        """Wait for the end; give the exit code. One that doesn't end is killed, with -9."""
        try:
            return self._process.wait(PATIENCE)
        finally:
            self._process.kill()
            self._process.wait()
            assert self._process.stdout is not None
            self._process.stdout.close()


class Container(Program):
    """`docker run IMAGE ARGUMENTS…`, with folders mounted and variables set."""

    def __init__(
        self,
        image: Image,
        *arguments: str,
        mounts: Sequence[Mount] = (),
        variables: Mapping[str, str] | None = None,
    ) -> None:
        self._image = image
        self._environment = image.environment | {"HOME": "/"} | dict(variables or {})
        command = image.entrypoint + (list(arguments) or image.command)
        super().__init__(image.tree, command, self._environment, image.user, mounts)

    def is_healthy(self) -> bool:
        """Run the image's HEALTHCHECK as an engine does."""
        inside = self._image.tree.entered(
            self._image.healthcheck, self._environment, self._image.user
        )
        command = ["nsenter", f"--target={self.pid}", "--mount", "--pid", "--net", *inside]
        try:
            return subprocess.run(command, capture_output=True, timeout=5).returncode == 0
        except subprocess.TimeoutExpired:
            return False

    def wait_until_healthy(self) -> None:
        wait_until(self.is_healthy, "it is healthy")
