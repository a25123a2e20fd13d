"""The one image that all tests of this folder look at, made at their first."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from container import Container
from debian_tree import DebianTree, Mount
from dockerfile import Context, Dockerfile
from image import Build
from layers import Layer

ROOT = Path(__file__).resolve().parents[2]
PROGRAMS = ("chroot", "curl", "debootstrap", "gzip", "ip", "nsenter", "tar", "unshare", "zstd")

LAYERS = pytest.StashKey[list[Layer]]()


def _obstacle() -> str | None:
    """Why no image can be made here."""
    if os.geteuid() != 0:
        return "only root may make trees of Debian and enter them (chroot): run it with sudo"
    missing = [program for program in PROGRAMS if shutil.which(program) is None]
    if missing:
        return f"these programs are missing: {', '.join(missing)}"
    trial = subprocess.run(
        ["unshare", "--mount", "--pid", "--net", "--fork", "mount", "-t", "tmpfs", "none", "/mnt"],
        capture_output=True,
        text=True,
    )
    if trial.returncode != 0:
        return f"this system allows no namespaces and mounts: {trial.stderr.strip()}"
    return None


@pytest.fixture(scope="session")
def dockerfile() -> Dockerfile:
    return Dockerfile(ROOT / "Dockerfile")


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Where the trees are; hundreds of megabytes, so they don't stay."""
    folder = tmp_path_factory.mktemp("trees")
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def minimal(folder: Path) -> DebianTree:
    """A Debian as debootstrap makes it, for others to be copies of."""
    if obstacle := _obstacle():
        pytest.fail(f"no tree of Debian can be made here: {obstacle}", pytrace=False)
    return DebianTree.install(folder / "debian")


@pytest.fixture(scope="session")
def build(
    dockerfile: Dockerfile, folder: Path, minimal: DebianTree, pytestconfig: pytest.Config
) -> Build:
    """The Dockerfile of this tree, carried out."""
    build = Build(dockerfile, Context(ROOT), folder, minimal)
    pytestconfig.stash[LAYERS] = build.image.layers
    return build


@pytest.fixture
def status(tmp_path: Path) -> Path:
    """The folder of a status file, with one in it, as `docker run -v` is given it."""
    folder = tmp_path / "run"
    folder.mkdir()
    write(folder, 1.5)
    return folder


def write(folder: Path, epoch: float) -> None:
    temporary = folder / "new"
    temporary.write_text(
        f'{{"status": "running", "epoch": {epoch}, "total_epochs": 3.0, "loss": 0.42, '
        '"message": "step 250", "timestamp": 1732800000}'
    )
    temporary.rename(folder / "status.json")


@pytest.fixture
def run(build: Build, status: Path) -> Iterator[Callable[..., Container]]:
    """Starts containers with the status folder mounted: `run(variables={…})`."""
    started: list[Container] = []

    def start(*arguments: str, mounts: tuple[Mount, ...] = (), **options: Any) -> Container:
        volume = Mount(status, build.image.volumes[0])
        container = Container(build.image, *arguments, mounts=[volume, *mounts], **options)
        started.append(container)
        return container

    yield start
    for container in started:
        container.stop()


@pytest.fixture
def serve(run: Callable[..., Container]) -> Callable[..., Container]:
    """Starts containers, and waits until they serve."""

    def start(**options: Any) -> Container:
        container = run(**options)
        container.line("Pulse is serving")
        return container

    return start


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Tell the size of the image, layer by layer."""
    layers = config.stash.get(LAYERS, [])
    if not layers:
        return
    terminalreporter.section("the image: MB unpacked, gzip, zstd")
    for layer in [*layers, Layer.sum("Pulse in all", layers[1:])]:
        figures = "".join(f"{size / 1e6:8.2f}" for size in layer.sizes)
        terminalreporter.write_line(f"{figures}  {layer.what[:60]}")
