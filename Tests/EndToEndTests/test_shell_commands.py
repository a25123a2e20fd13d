"""The commands in the documentation and in the help, word for word, one by one."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from documents import help_commands, take
from processes import PATIENCE, ROOT, PulseServer, StatusFile, wait_until
from served_runs import Runs
from shell_world import ShellWorld

#: docs/DEPLOYMENT.md has a test of its own: its commands need Prometheus and proxies.
PAGES = [
    "README.md",
    "docs/BELIEVE.md",
    "docs/CONFORMANCE.md",
    "docs/FRONTENDS.md",
    "docs/MANY-RUNS.md",
    "docs/README.md",
    "docs/REFERENCE.md",
    "docs/RUN.md",
    "docs/START.md",
    "docs/TRAINING.md",
    "docs/WATCH.md",
    "python/README.md",
]

SHOWN = [
    (page, command) for page in PAGES for block in take(page, "sh") for command in block.commands
] + [
    # Those of NATS have a test of their own: they need a build of their own.
    ("help", command)
    for command in help_commands()
    if "nats://" not in command
]

#: Each once, however many pages show it and say whatever of it.
COMMANDS = list(
    {re.sub(r"\s+#.*", "", command): (page, command) for page, command in reversed(SHOWN)}.values()
)[::-1]

#: What isn't run, by how it begins.
NOT_RUN = {
    "make test ": "it runs this very test",
    "make test-conformance": "test_suites.py runs what is quick of it",
    "docker build ": "`make test-containers` carries out the same without an engine",
    "make wheel": "`make test-containers` makes it, and tries it in a clean Debian",
    "make deb ": "as the wheel",
    "make dist ": "as the wheel",
    "pip install dist/": "as the wheel",
    "make simulate": "`make test-simulator` walks further",
    "make test-stress": "test_stress.py runs it at a size of seconds",
    "ssh ": "it needs another machine",
    "pip install pytest ": "`make test-python` runs these tests",
    "./run-versions": "other interpreters: `make test-python-versions`",
    "./run-integrations": "gigabytes of frameworks: `make test-integrations`",
}


@pytest.fixture
def world(tmp_path: Path, server: PulseServer, status_file: StatusFile) -> ShellWorld:
    status_file.running(1.5)
    wait_until(lambda: server.metric("pulse_epoch") == 1.5, "the state is served")
    return ShellWorld(tmp_path / "world", server, status_file)


@pytest.fixture(autouse=True)
def own_status_file(world: ShellWorld, status_file: StatusFile) -> StatusFile:
    """The file that the commands speak of, which some of them write."""
    file = StatusFile(world.directory / "status.json")
    file.running(1.5)
    StatusFile(world.directory / "runs/bert.json").running(1.5)
    return file


def commands() -> list[tuple[str, str]]:
    """Those that are run; each excuse must have a command that needs it."""
    for excuse in NOT_RUN:
        assert any(command.startswith(excuse) for _, command in COMMANDS), excuse
    return [item for item in COMMANDS if not item[1].startswith(tuple(NOT_RUN))]


@pytest.mark.parametrize(
    ("page", "command"), commands(), ids=lambda text: re.sub(r"\W+", " ", text)[:60]
)
def test_a_command_does_what_it_is_there_for(
    world: ShellWorld,
    status_file: StatusFile,
    own_status_file: StatusFile,
    page: str,
    command: str,
) -> None:
    if command.startswith("make run"):
        # make itself ends by the signal, when its job has ended.
        assert serves(world, command.replace("make run", "make run PORT=0"), ROOT) != 1
    elif command.startswith("pulse serve"):
        assert serves(world, command) == 0
    elif command.startswith("--on-transition"):
        tells(world, f"pulse serve {command}")
    elif command.startswith("pulse watch") and "--until" not in command:
        assert world.serve(command, "running: live, 50.0 %") == -signal.SIGTERM
    elif command.startswith("curl -N"):
        streams(world, command)
    elif command.startswith("pulse runs"):
        archives(world)
        succeeds(world, command)
    elif command.startswith("pip install ./python"):
        installs(world, command)
    elif command.startswith("make"):
        world.environment["DESTDIR"] = str(world.directory / "system")
        succeeds(world, command, ROOT)
    else:
        if "--until" in command:
            status_file.done()
            own_status_file.done()
            StatusFile(world.directory / "runs/bert.json").done()
        succeeds(world, command.replace("curl ", "curl -fsS "))
        assert ("evaluate" in command) == (world.directory / "evaluated").exists()


def succeeds(world: ShellWorld, command: str, directory: Path | None = None) -> None:
    result = world.run(command, directory)
    assert result.returncode == 0, result.stdout + result.stderr


def serves(world: ShellWorld, command: str, directory: Path | None = None) -> int:
    """It prints its URL, answers there, and is gone when it has ended; gives its exit code."""
    ask = ["curl", "--silent", "--fail", ""]

    def answers(line: str) -> None:
        ask[-1] = f"{line.split()[-1]}livez"
        assert subprocess.run(ask, capture_output=True).returncode == 0, line

    code = world.serve(command, " at http://", answers, directory)
    assert subprocess.run(ask, capture_output=True).returncode == 7
    return code


def archives(world: ShellWorld) -> None:
    """A server has kept the run that the commands speak of, which another has followed."""
    world.environment["XDG_STATE_HOME"] = str(world.directory / "state")
    runs = Runs(world.directory / "runs", world.directory / "log")
    runs.write("bert.json", status="done", epoch=4.0, timestamp=1_732_800_000)

    def follows(line: str) -> None:
        runs.write("bert.json", epoch=0.0, timestamp=1_732_800_100)
        ask = ["curl", "--silent", "--fail", f"{line.split()[-1]}runs/bert@1732800000"]
        wait_until(
            lambda: b'"current": false' in subprocess.run(ask, capture_output=True).stdout,
            "it is archived",
        )

    assert world.serve("pulse serve runs --port 0", " at http://", follows) == 0


def tells(world: ShellWorld, command: str) -> None:
    """What the command sends of a transition arrives."""
    told: list[bytes] = []

    class Chat(BaseHTTPRequestHandler):
        def do_POST(self) -> None:  # noqa: N802  (as http.server wants it)
            told.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(204)
            self.end_headers()

    with HTTPServer(("127.0.0.1", 0), Chat) as chat:
        world.chat = f"http://127.0.0.1:{chat.server_port}"
        chat.timeout = PATIENCE
        file = StatusFile(world.directory / "status.json")

        def fails(_: str) -> None:
            file.error(1.5, message="out of memory")
            while told[-1:] != [b"error: out of memory"]:
                assert len(told) < 3, told
                chat.handle_request()

        assert world.serve(command, " at http://", fails) == 0


def streams(world: ShellWorld, command: str) -> None:
    result = world.run(command.replace("curl -N", "curl -N -sS --max-time 3"))
    assert result.returncode == 28, result.stderr
    assert "event: status\ndata: " in result.stdout


def installs(world: ShellWorld, command: str) -> None:
    """The package is there afterwards, for an environment that had nothing of it."""
    world.copy_of_the_package()
    environment = world.directory / "environment"
    subprocess.run([sys.executable, "-m", "venv", environment], check=True)
    world.environment["PATH"] = f"{environment}/bin:{world.environment['PATH']}"
    del world.environment["PYTHONPATH"]
    succeeds(world, command)
    succeeds(world, "python -m pulse_wrapper")
