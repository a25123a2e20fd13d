"""The commands in the help that speak of NATS, word for word, but for the names of its hosts."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from documents import help_commands
from nats_server import NatsServer, nats_binary
from nats_states import wait_for_value
from processes import PulseServer, StatusFile
from shell_world import ShellWorld

COMMANDS = [command for command in help_commands() if "nats://" in command]
HOSTS = "n1,n2,n3"

#: A server that lets in who shows nothing, and who shows the credentials of the help.
USERS = """
authorization { users: [ { user: server, password: secret }, { user: trainer, password: "" } ] }
no_auth_user: trainer
"""


@pytest.fixture
def world(tmp_path: Path, server: PulseServer, status_file: StatusFile) -> ShellWorld:
    world = ShellWorld(tmp_path / "world", server, status_file)
    pulse = world.directory / "bin/pulse"
    pulse.unlink()
    pulse.symlink_to(nats_binary())
    (world.directory / "server.creds").write_text("server:secret\n")
    return world


def test_a_relay_and_servers_do_what_they_are_there_for(
    tmp_path: Path, world: ShellWorld, status_file: StatusFile
) -> None:
    status_file.running(1.5)
    state = status_file.path.read_bytes()
    nats = NatsServer(tmp_path / "nats", USERS)
    try:
        relays, servers = (
            [command.replace(HOSTS, f"127.0.0.1:{nats.port}") for command in COMMANDS
             if command.startswith(f"pulse {name}")]
            for name in ("relay", "serve")
        )  # fmt: skip
        assert relays and servers and len(relays + servers) == len(COMMANDS)
        for command in relays:
            assert world.serve(command, " to nats://", lambda _: wait_for_value(nats, state)) == 0
        for command in servers:
            assert world.serve(command, " at http://", shows(state)) == 0
    finally:
        nats.kill()


def shows(state: bytes) -> Callable[[str], None]:
    def ask(line: str) -> None:
        url = f"{line.split()[-1]}status"
        answer = subprocess.run(["curl", "--silent", "--fail", url], capture_output=True)
        assert answer.stdout == state

    return ask
