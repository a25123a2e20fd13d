"""The Debian package: installed, started, upgraded and purged under a real systemd."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import packages
import pytest
from conftest import write
from container import wait_until
from debian_tree import DebianTree, Mount
from systemd_machine import SystemdMachine

URL = "http://127.0.0.1:8080"


@pytest.fixture(scope="module")
def newer(folder: Path) -> Path:
    """The same package as a later version."""
    content = folder / "newer"
    subprocess.run(["dpkg-deb", "--raw-extract", packages.debian_package(), content], check=True)
    control = content / "DEBIAN/control"
    control.write_text(re.sub(r"(?m)^Version: .*", "Version: 999.0", control.read_text()))
    path = folder / "pulse_999.0.deb"
    subprocess.run(
        ["dpkg-deb", "--root-owner-group", "--build", content, path],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    return path


@pytest.fixture(scope="module")
def machine(minimal: DebianTree, folder: Path, newer: Path) -> Iterator[SystemdMachine]:
    """A machine that has booted with the package installed, as apt does it with what it depends on."""
    tree = minimal.copy(folder / "package")
    tree.run(["apt-get", "update", "-qq"])
    install = ["apt-get", "install", "-qq", "--yes", "--no-install-recommends", "systemd", "dbus"]
    package = f"/dist/{packages.debian_package().name}"
    dist = Mount(packages.debian_package().parent, "/dist")
    tree.run([*install, package], {"DEBIAN_FRONTEND": "noninteractive"}, mounts=[dist])
    shutil.copy(newer, tree.path / "root/newer.deb")
    place = tree.path / "var/lib/training"
    place.mkdir()
    write(place, 1.29)
    machine = SystemdMachine(tree)
    yield machine
    machine.stop()


def test_it_starts_when_told_to_and_not_before(machine: SystemdMachine) -> None:
    assert machine.shown("pulse", "ActiveState") == "inactive"
    setting = "PULSE_STATUS_FILE=/var/lib/training/status.json"
    machine.run("sh", "-c", f"echo {setting} >> /etc/default/pulse")
    machine.run("systemctl", "enable", "--now", "pulse")
    assert '"epoch": 1.29' in machine.curl(f"{URL}/status")
    assert "<training-panel" in machine.curl(f"{URL}/")


def test_an_upgrade_replaces_the_one_that_runs(machine: SystemdMachine) -> None:
    before = machine.shown("pulse", "MainPID")
    machine.run("dpkg", "--install", "/root/newer.deb")
    wait_until(lambda: machine.shown("pulse", "ActiveState") == "active", "it runs again")
    assert machine.shown("pulse", "MainPID") != before
    # With the settings that its administrator made.
    assert '"epoch": 1.29' in machine.curl(f"{URL}/status")


def test_a_purge_leaves_nothing_of_it(machine: SystemdMachine) -> None:
    machine.run("dpkg", "--purge", "pulse")
    assert machine.curl(f"{URL}/status") == ""
    left = "find / -xdev -path /proc -prune -o -name '*pulse*' -print"
    found = set(machine.run("sh", "-c", left).split())
    assert not {path for path in found if not path.startswith(("/root", "/sys", "/var/lib/dpkg/"))}
    # What isn't its own stays.
    machine.run("test", "-e", "/var/lib/training/status.json")
