"""Pulse as process 1, as it is in a container: signals, and what others leave behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from nats_server import NatsServer, nats_binary
from processes import PATIENCE, StatusFile, pulse_binary, wait_until

UNSHARE = ["unshare", "--pid", "--fork", "--kill-child", "--mount-proc"]
if subprocess.run([*UNSHARE, "true"], capture_output=True).returncode:
    pytest.skip("namespaces are not allowed here", allow_module_level=True)

COUNT = 20


class ProcessOne:
    """A `pulse` that is the first process of a PID namespace, and what it says first."""

    def __init__(self, *command: str, directory: Path) -> None:
        self.directory = directory
        environment = {k: v for k, v in os.environ.items() if not k.startswith("PULSE_")}
        self.outer = subprocess.Popen(
            [*UNSHARE, *command], stdout=subprocess.PIPE, text=True, env=environment, cwd=directory
        )
        assert self.outer.stdout is not None
        self.announcement = self.outer.stdout.readline()
        #: Its number outside.
        self.pid = self.children(self.outer.pid)[0]

    @staticmethod
    def children(pid: int) -> list[int]:
        return [int(n) for n in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]

    def zombies(self) -> list[int]:
        """Its children that have ended, and that nobody has waited for."""
        found = []
        for child in self.children(self.pid):
            try:
                state = Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()[0]
            except (FileNotFoundError, ProcessLookupError):
                continue
            if state == "Z":
                found.append(child)
        return found

    def leave_orphans(self) -> None:
        """Have processes inside end after their parents, as probes and shells leave them."""
        place = self.directory / "orphans"
        place.mkdir()
        for number in range(COUNT):
            orphan = f"(sleep 0.1; echo > {place}/{number}) & exit 0"
            enter = ["nsenter", "--target", str(self.pid), "--pid", "--mount", "sh", "-c", orphan]
            subprocess.run(enter, check=True)
        wait_until(lambda: len(list(place.iterdir())) == COUNT, "they have ended")

    def end(self, number: int = signal.SIGTERM) -> int:
        os.kill(self.pid, number)
        return self.outer.wait(PATIENCE)

    def close(self) -> None:
        if self.outer.poll() is None:
            self.outer.kill()
        self.outer.wait()
        self.outer.stdout.close()


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., ProcessOne]]:
    started: list[ProcessOne] = []

    def begin(*command: str) -> ProcessOne:
        started.append(ProcessOne(*command, directory=tmp_path))
        return started[-1]

    yield begin
    for one in started:
        one.close()


def serve(status_file: StatusFile, nats: NatsServer) -> list[str]:
    status_file.running(1.0)
    return [pulse_binary(), "serve", "-s", str(status_file.path), "--port", "0", "--no-archive"]


def relay(status_file: StatusFile, nats: NatsServer) -> list[str]:
    return [nats_binary(), "relay", "-s", str(status_file.path), "--to", nats.url]


def run(status_file: StatusFile, nats: NatsServer) -> list[str]:
    script = "import signal; print('up', flush=True); signal.pause()"
    return [
        *(pulse_binary(), "run", "-s", str(status_file.path)),
        *("--", sys.executable, "-c", script),
    ]


Command = Callable[[StatusFile, NatsServer], list[str]]


@pytest.mark.parametrize("command", [serve, relay, run])
def test_what_others_leave_behind_is_waited_for(
    start: Callable[..., ProcessOne], status_file: StatusFile, nats: NatsServer, command: Command
) -> None:
    one = start(*command(status_file, nats))
    one.leave_orphans()
    wait_until(lambda: one.zombies() == [], "no zombie is left")
    expected = 128 + signal.SIGTERM if command is run else 0
    assert one.end() == expected


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("command", [serve, relay])
def test_process_1_ends_when_it_is_told(
    start: Callable[..., ProcessOne],
    status_file: StatusFile,
    nats: NatsServer,
    command: Command,
    number: int,
) -> None:
    assert start(*command(status_file, nats)).end(number) == 0


@pytest.mark.parametrize(
    "number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT, signal.SIGUSR1]
)
def test_a_run_as_process_1_passes_signals_on(
    start: Callable[..., ProcessOne], status_file: StatusFile, nats: NatsServer, number: int
) -> None:
    one = start(*run(status_file, nats))
    assert one.end(number) == 128 + number
    assert f"killed by {signal.Signals(number).name}" in status_file.path.read_text()


def test_the_end_of_the_training_is_seen_among_orphans(
    start: Callable[..., ProcessOne], status_file: StatusFile
) -> None:
    script = (
        "import subprocess\nprint('up', flush=True)\n"
        f"for _ in range({COUNT}):\n    subprocess.run(['sh', '-c', '(sleep 0.01 &) ; exit 0'])\n"
        "raise SystemExit(7)"
    )
    command = ["run", "-s", str(status_file.path), "--", sys.executable, "-c", script]
    assert start(pulse_binary(), *command).outer.wait(PATIENCE) == 7
