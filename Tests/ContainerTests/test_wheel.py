"""The wheel: two commands from nothing to a training in the browser, in a Debian with Python alone."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import packages
import pytest
from conftest import ROOT
from container import Program
from debian_tree import CommandFailed, DebianTree, Mount

TRAINING = """\
import time
import pulse_wrapper

with pulse_wrapper.training(total_epochs=2) as run:
    for step in range(1, 401):
        time.sleep(0.05)
        run.update(epoch=step / 200, loss=1 / step)
"""


@pytest.fixture(scope="module")
def tree(minimal: DebianTree, folder: Path) -> DebianTree:
    tree = minimal.copy(folder / "wheel")
    tree.run(["apt-get", "update", "-qq"])
    install = ["apt-get", "install", "-qq", "--yes", "--no-install-recommends", "python3-venv"]
    tree.run(install, {"DEBIAN_FRONTEND": "noninteractive"})
    tree.run(["python3", "-m", "venv", "/venv"])
    dist = Mount(packages.wheel().parent, "/dist")
    # Nothing else is needed: no index is asked.
    wheel = f"/dist/{packages.wheel().name}"
    tree.run(["/venv/bin/pip", "install", "--no-index", wheel], mounts=[dist])
    (tree.path / "root/train.py").write_text(TRAINING)
    return tree


@pytest.fixture
def training(tree: DebianTree) -> Iterator[Program]:
    command = ["sh", "-c", "cd /root && exec /venv/bin/pulse run --serve -- /venv/bin/python train.py"]
    program = Program(tree, command, {"PATH": "/usr/bin:/bin", "HOME": "/root"})
    yield program
    program.stop()


def test_a_script_is_seen_in_the_browser(training: Program) -> None:
    url = re.search(r"http://\S+", training.line("http://"))
    assert url is not None
    training.wait_until_answered(f"{url[0]}status", '"status": "running"')
    assert "<training-panel" in training.curl(url[0])
    assert "customElements.define" in training.curl(f"{url[0]}training-panel.js")


def test_the_python_package_is_in_it(tree: DebianTree) -> None:
    out = tree.run(["/venv/bin/python", "-m", "pulse_wrapper"], directory="/tmp")
    assert "passed" in out.lower()
    told = tree.run(["/venv/bin/python", "-c", "import pulse_wrapper as p; print(p.__version__)"])
    assert tree.run(["/venv/bin/pulse", "--version"]) == told


def test_one_for_another_machine_is_refused(tree: DebianTree, tmp_path: Path) -> None:
    name = re.sub(r"(manylinux_\d+_\d+)_\w+", r"\1_s390x", packages.wheel().name)
    shutil.copy(packages.wheel(), tmp_path / name)
    install = ["/venv/bin/pip", "install", "--no-index", f"/other/{name}"]
    with pytest.raises(CommandFailed, match="not a supported wheel on this platform"):
        tree.run(install, mounts=[Mount(tmp_path, "/other")])


def test_a_binary_that_does_not_run_here_says_so(tmp_path: Path) -> None:
    """As where somebody has unpacked a wheel by hand."""
    with zipfile.ZipFile(packages.wheel()) as archive:
        archive.extractall(tmp_path)
    binary = tmp_path / "pulse_wrapper/bin/pulse"
    binary.chmod(0o755)
    content = bytearray(binary.read_bytes())
    content[18:20] = (22).to_bytes(2, "little")  # e_machine of elf(5): EM_S390
    binary.write_bytes(content)
    command = [sys.executable, "-c", "from pulse_wrapper.command import main; main()"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 126
    assert "can't be run on this machine" in done.stderr
    assert "Exec format error" in done.stderr


def test_the_pure_package_has_no_command(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", f"--wheel-dir={tmp_path}"]
    source = tmp_path / "python"
    shutil.copytree(ROOT / "python", source, ignore=shutil.ignore_patterns("build", "*.egg-info"))
    subprocess.run([*build, str(source)], check=True, stdout=subprocess.DEVNULL)
    (wheel,) = tmp_path.glob("*-py3-none-any.whl")
    with zipfile.ZipFile(wheel) as archive:
        assert not [name for name in archive.namelist() if "entry_points" in name or "/bin/" in name]
