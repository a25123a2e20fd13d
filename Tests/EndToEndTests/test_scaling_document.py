"""What docs/SCALING.md says can be done."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from deployment import end
from documents import take
from nats_relay import ENVIRONMENT
from nats_server import nats_binary
from processes import PATIENCE, ROOT, StatusFile, wait_until
from secured_cluster import SecuredCluster

TEXT = (ROOT / "docs" / "SCALING.md").read_text()
HOSTS = ",".join(f"nats-{number}.example.org" for number in (1, 2, 3))


BLOCKS = take("docs/SCALING.md", "sh")
[DRAWING] = take("docs/SCALING.md", "")
#: What the image sets, but for what only the image has.
IMAGE = dict(re.findall(r"(PULSE_\w+)=(\S+)", (ROOT / "Dockerfile").read_text())) | {
    "PULSE_HOST": "127.0.0.1",
    "PULSE_PUBLIC_DIR": str(ROOT / "public"),
}


def commands() -> list[list[str]]:
    return [shlex.split(line) for block in BLOCKS for line in block.commands]


def of_pulse(name: str) -> list[list[str]]:
    return [command[1:] for command in commands() if command[:2] == ["pulse", name]]


def test_every_command_is_tested() -> None:
    assert {command[0] for command in commands()} == {"deploy/nats/make-credentials", "pulse"}
    assert [len(of_pulse(name)) for name in ("relay", "serve", "run")] == [2, 1, 1]


def test_the_drawing_names_commands_that_are_there() -> None:
    for command in re.findall(r"pulse (\w+)", DRAWING.text):
        assert subprocess.run([nats_binary(), "help", command], capture_output=True).returncode == 0


def test_every_path_is_there() -> None:
    for path in re.findall(r"`(deploy/[\w./-]*)`", TEXT):
        assert (ROOT / path).exists(), path


def test_every_target_is_there() -> None:
    for words in re.findall(r"`make ([\w=\s-]+)`", TEXT):
        plan = subprocess.run(["make", "--dry-run", *words.split()], cwd=ROOT, capture_output=True)
        assert plan.returncode == 0, plan.stderr
        for trait in re.findall(r"TRAITS=(\w+)", words):
            assert f"--traits {trait}".encode() in plan.stdout
            assert b"libnats-dev" in plan.stdout


class Place:
    """A directory where the document was followed so far: credentials, nodes, and the bucket."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        [make] = [command for command in commands() if command[0].startswith("deploy/")]
        subprocess.run([ROOT / make[0], *make[1:]], cwd=directory, check=True, capture_output=True)
        nodes = directory / "nodes"
        nodes.mkdir()
        self.cluster = SecuredCluster(nodes, "operator.conf", directory / make[1])
        (directory / "ca.pem").write_bytes(self.cluster.authority.read_bytes())
        self.log = directory / "log"

    def start(self, words: list[str], **variables: str) -> subprocess.Popen:
        """Start pulse with the document's words and variables, but for its names of hosts."""
        assert HOSTS in " ".join([*words, *variables.values()])
        servers = self.cluster.nodes.servers
        python = Path(sys.executable).parent
        environment = ENVIRONMENT | {"PATH": f"{python}:{os.environ['PATH']}"}
        environment |= {name: text.replace(HOSTS, servers) for name, text in variables.items()}
        with self.log.open("ab") as log:
            return subprocess.Popen(
                [nats_binary(), *(word.replace(HOSTS, servers) for word in words)],
                cwd=self.directory, env=environment | {"PULSE_PORT": "0"},
                stdout=subprocess.PIPE, stderr=log,
            )  # fmt: skip


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    place = Place(tmp_path_factory.mktemp("place"))
    try:
        administrator = place.start(of_pulse("relay")[0])
        # It takes signals from its first line on.
        assert administrator.stdout is not None
        assert b"Pulse is sending" in administrator.stdout.readline()
        wait_until(lambda: "made the bucket" in place.log.read_text(), "the bucket is made")
        assert end(administrator) == 0
        yield place
    finally:
        place.cluster.nodes.stop()


def test_a_trainer_and_a_server(place: Place) -> None:
    relay, server = place.start(of_pulse("relay")[1]), place.start(of_pulse("serve")[0])
    try:
        assert server.stdout is not None
        [url] = re.findall(r"at (http://\S+)/$", server.stdout.readline().decode())
        StatusFile(place.directory / "status.json").running(1.0, message="as it is written")
        ask = ["curl", "--silent", f"{url}/status"]
        wait_until(
            lambda: b"as it is written" in subprocess.run(ask, capture_output=True).stdout,
            "the server shows it",
        )
        assert end(server) == 0
        assert end(relay) == 0
    finally:
        relay.kill()
        server.kill()


@pytest.mark.parametrize("how", ["variables", "arguments"])
def test_the_image_serves_a_key(place: Place, how: str) -> None:
    """Although it sets PULSE_STATUS_FILE."""
    [serve, *flags] = of_pulse("serve")[0]
    variables = {
        "PULSE_" + flag.removeprefix("--").upper().replace("-", "_"): value
        for flag, value in zip(flags[::2], flags[1::2])
    }
    assert set(variables) == {"PULSE_SOURCE", "PULSE_NATS_CA", "PULSE_NATS_CREDENTIALS"}
    if how == "variables":
        server = place.start([serve], **IMAGE | {"PULSE_STATUS_FILE": ""} | variables)
    else:
        server = place.start([serve, *flags], **IMAGE)
    try:
        assert server.stdout is not None
        assert "Pulse is serving tls://" in server.stdout.readline().decode()
        assert end(server) == 0
    finally:
        server.kill()


def test_a_run(place: Place) -> None:
    (place.directory / "train.py").write_text("print('trained')\n")
    run = place.start(of_pulse("run")[0])
    assert run.communicate(timeout=3 * PATIENCE)[0] == b"trained\n"
    assert run.returncode == 0
    assert "not acknowledged" not in place.log.read_text()
