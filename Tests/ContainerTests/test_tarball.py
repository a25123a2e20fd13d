"""The tarball, unpacked in an empty Debian."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import packages
import pytest
from container import Program
from debian_tree import DebianTree

STATUS = (
    '{"status": "running", "epoch": 1.5, "total_epochs": 3.0, "loss": 0.42, '
    '"message": "step 250", "timestamp": 1732800000}'
)


@pytest.fixture(scope="module")
def tree(minimal: DebianTree, folder: Path) -> DebianTree:
    tree = minimal.copy(folder / "tarball")
    unpack = ["tar", "--extract", "--strip-components=1", "--file", str(packages.tarball())]
    place = tree.path / "opt/pulse"
    place.mkdir()
    subprocess.run([*unpack, "--directory", str(place)], check=True)
    (tree.path / "srv/status.json").write_text(STATUS)
    return tree


@pytest.fixture
def server(tree: DebianTree) -> Iterator[Program]:
    command = ["/opt/pulse/bin/pulse", "serve", "--status-file", "/srv/status.json"]
    program = Program(tree, command, {"HOME": "/root"})
    yield program
    program.stop()


def test_it_serves(server: Program) -> None:
    server.line("Pulse is serving")
    assert server.curl("http://127.0.0.1:8080/status") == STATUS
    assert "<training-panel" in server.curl("http://127.0.0.1:8080/")


def test_it_brings_its_libraries_and_their_licenses(tree: DebianTree) -> None:
    used = tree.run(["ldd", "/opt/pulse/bin/pulse"])
    assert "not found" not in used
    carried = [line.split()[0] for line in used.splitlines() if "/opt/pulse/" in line]
    assert any(name.startswith("libmicrohttpd") for name in carried)
    packages_with_license = {path.parent.name for path in tree.path.glob("opt/pulse/share/doc/*/*")}
    assert len(packages_with_license) == len(carried)


def test_all_of_it_is_roots_and_has_the_time_of_the_sources() -> None:
    listing = subprocess.run(
        ["tar", "--list", "--verbose", "--utc", "--file", str(packages.tarball())],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    assert {line.split()[1] for line in listing} == {"root/root"}
    assert len({tuple(line.split()[3:5]) for line in listing}) == 1
