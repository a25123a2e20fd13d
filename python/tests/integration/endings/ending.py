"""A command that fails, run as people run it, and its output without what is this machine's own."""

from __future__ import annotations

import getpass
import importlib.util
import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import tempfile
from typing import NamedTuple

#: Seconds that a command may take: importing a framework on two ranks is most of it.
_DEADLINE = 120


class Ending(NamedTuple):
    """One way to fail."""

    #: What the shell runs; `python` and what is installed beside it are those of the environment.
    command: str = "python train.py"
    #: Files that are there before, by name.
    files: tuple[tuple[str, str], ...] = ()
    #: Packages of Python, or programs, without which it can't be tried.
    needs: tuple[str, ...] = ()

    @property
    def missing(self) -> list[str]:
        """What it needs and isn't there."""
        return [name for name in self.needs if not _is_there(name)]

    def run(self, *prefix: str) -> tuple[str, pathlib.Path]:
        """Run it in a folder of its own. Gives what it wrote, and that folder, to be removed.

        Args:
            prefix: A command that runs it, such as ``pulse run --``.
        """
        directory = pathlib.Path(tempfile.mkdtemp())
        for name, text in self.files:
            (directory / name).write_text(text)
        result = subprocess.run(
            [*prefix, "bash", "-c", f"exec {self.command}"],
            cwd=directory,
            env=_environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=_DEADLINE,
            check=False,
        )
        return result.stdout.decode("utf-8", "replace"), directory


def script(text: str, command: str = "python train.py", *needs: str) -> Ending:
    """A script of Python's, `train.py`, and the command that runs it."""
    return Ending(command, (("train.py", text.lstrip("\n")),), needs)


def recorded(output: str, directory: pathlib.Path) -> str:
    """The output with the paths, names and numbers of a machine that isn't there."""
    environment = pathlib.Path(sys.prefix)
    for path, name in (
        (directory, "/home/ada/project"),
        (environment, "/home/ada/venv"),
        (pathlib.Path(sys.base_prefix), "/usr"),
        (pathlib.Path.home(), "/home/ada"),
        (pathlib.Path(tempfile.gettempdir()), "/tmp"),
    ):
        output = output.replace(str(path), name)
    output = output.replace(socket.gethostname(), "node1")
    output = re.sub(rf"\b{re.escape(getpass.getuser())}\b", "ada", output)
    output = re.sub(r"(\S+: line \d+: ) *\d+( Killed)", r"\g<1>12345\g<2>", output)
    return re.sub(r"(?i)(\bpid(?:\(s\))?:? ?=?)\d+", r"\g<1>12345", output)


def _environment() -> dict[str, str]:
    beside = str(pathlib.Path(sys.executable).parent)
    return {
        # Under `make` another make would name its level.
        **{
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("PULSE_", "MAKE", "MFLAGS"))
        },
        "PATH": f"{beside}:{os.environ['PATH']}",
        "OMP_NUM_THREADS": "1",
        "HF_HUB_OFFLINE": "1",
        "KERAS_BACKEND": "torch",
        "COLUMNS": "80",
    }


def _is_there(name: str) -> bool:
    if name.startswith("/"):
        return pathlib.Path(name).exists()
    return importlib.util.find_spec(name) is not None or shutil.which(name) is not None
