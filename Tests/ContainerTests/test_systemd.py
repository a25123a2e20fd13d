"""The unit, as `make install` puts it there, under a real systemd."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import ROOT, write
from container import wait_until
from debian_tree import DebianTree
from systemd_machine import SystemdMachine

URL = "http://127.0.0.1:8080"

#: systemd itself, what `systemctl` talks through, and what the binary needs.
PACKAGES = ("systemd", "dbus", "libmicrohttpd12", "libsqlite3-0")


@pytest.fixture(scope="module")
def tree(minimal: DebianTree, folder: Path) -> DebianTree:
    tree = minimal.copy(folder / "systemd")
    tree.run(["apt-get", "update", "-qq"])
    install = ["apt-get", "install", "-qq", "--yes", "--no-install-recommends", *PACKAGES]
    tree.run(install, {"DEBIAN_FRONTEND": "noninteractive"})
    make = ["make", "--silent", "install", f"DESTDIR={tree.path}", "PREFIX=/usr/local"]
    done = subprocess.run(make, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return tree


@pytest.fixture
def machine(tree: DebianTree) -> Iterator[SystemdMachine]:
    """A machine where a training writes to the unit's own place."""
    place = tree.path / "var/lib/pulse"
    place.mkdir(mode=0o755, exist_ok=True)
    write(place, 1.29)
    machine = SystemdMachine(tree)
    yield machine
    machine.stop()


def test_it_is_started_watched_and_stopped(machine: SystemdMachine, tree: DebianTree) -> None:
    # It returns when the server has said that it is ready.
    machine.run("systemctl", "start", "pulse")
    assert machine.shown("pulse", "WatchdogUSec") == "30s"
    assert '"epoch": 1.29' in machine.curl(f"{URL}/status")
    assert "<training-panel" in machine.curl(f"{URL}/")
    assert "pulse_archive_up 1\n" in machine.curl(f"{URL}/metrics")
    assert (tree.path / "var/lib/private/pulse/archive/pulse.db").stat().st_mode & 0o777 == 0o600
    write(tree.path / "var/lib/pulse", 1.5)
    wait_until(
        lambda: machine.shown("pulse", "StatusText") == "epoch 1.5 of 3, 50 %", "it tells the state"
    )
    user = machine.run("stat", "--format=%u", f"/proc/{machine.shown('pulse', 'MainPID')}")
    assert int(user) >= 61_184, "a user that is there only while the service runs"
    pid = machine.shown("pulse", "MainPID")
    machine.run("systemctl", "reload", "pulse")
    assert machine.shown("pulse", "MainPID") == pid
    assert '"epoch": 1.5' in machine.curl(f"{URL}/status")
    machine.run("systemctl", "stop", "pulse")
    assert machine.shown("pulse", "Result") == "success"
    # Nothing that looks like a fault, for whoever looks into the journal.
    log = machine.run("journalctl", "--no-pager", "--output=cat", "_COMM=pulse")
    assert "Pulse is serving /var/lib/pulse/status.json at http://127.0.0.1:8080/" in log
    assert "ailed" not in log


def test_a_server_that_hangs_is_started_anew(machine: SystemdMachine, tree: DebianTree) -> None:
    sooner = "[Service]\nWatchdogSec=2\nTimeoutStopSec=1\n"
    place = "/run/systemd/system/pulse.service.d"
    machine.run("sh", "-c", f"mkdir -p {place}; printf '{sooner}' > {place}/sooner.conf")
    machine.run("systemctl", "daemon-reload")
    machine.run("systemctl", "start", "pulse")
    machine.run("systemctl", "kill", "--signal=SIGSTOP", "pulse")
    wait_until(lambda: machine.shown("pulse", "NRestarts") == "1", "it is started anew")
    wait_until(lambda: '"epoch": 1.29' in machine.curl(f"{URL}/status"), "it serves again")
