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
from nats_relay import ENVIRONMENT
from nats_server import nats_binary
from processes import PATIENCE, ROOT, StatusFile, wait_until
from secured_cluster import SecuredCluster

TEXT = (ROOT / "docs" / "SCALING.md").read_text()
HOSTS = ",".join(f"nats-{number}.example.org" for number in (1, 2, 3))


def commands() -> list[list[str]]:
    blocks = re.findall(r"^```sh\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
    return [shlex.split(line) for line in "".join(blocks).splitlines()]


def of_pulse(name: str) -> list[list[str]]:
    return [command[1:] for command in commands() if command[:2] == ["pulse", name]]


def test_every_command_is_tested() -> None:
    assert {command[0] for command in commands()} == {"deploy/nats/make-credentials", "pulse"}
    assert [len(of_pulse(name)) for name in ("relay", "serve", "run")] == [2, 1, 1]


def test_every_path_is_there() -> None:
    for path in re.findall(r"`(deploy/[\w./-]*)`", TEXT):
        assert (ROOT / path).exists(), path


def test_every_target_is_there() -> None:
    for target in re.findall(r"`make ([\w-]+)`", TEXT):
        plan = subprocess.run(["make", "--dry-run", target], cwd=ROOT, capture_output=True)
        assert plan.returncode == 0, plan.stderr


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

    def start(self, words: list[str]) -> subprocess.Popen:
        text = [word.replace(HOSTS, self.cluster.nodes.servers) for word in words]
        assert text != words
        python = Path(sys.executable).parent
        with self.log.open("ab") as log:
            return subprocess.Popen(
                [nats_binary(), *text], cwd=self.directory, stdout=subprocess.PIPE, stderr=log,
                env=ENVIRONMENT
                | {"PULSE_PORT": "0", "PATH": f"{python}:{os.environ['PATH']}"},
            )  # fmt: skip


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    place = Place(tmp_path_factory.mktemp("place"))
    try:
        administrator = place.start(of_pulse("relay")[0])
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


def test_a_run(place: Place) -> None:
    (place.directory / "train.py").write_text("print('trained')\n")
    run = place.start(of_pulse("run")[0])
    assert run.communicate(timeout=3 * PATIENCE)[0] == b"trained\n"
    assert run.returncode == 0
    assert "not acknowledged" not in place.log.read_text()
