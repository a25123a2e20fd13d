"""Makes dist/pulse-VERSION-linux-ARCHITECTURE.tar.gz, which runs where it is unpacked.

Binary, panel, man pages, completions, unit, pulse_wrapper, and in `lib` the C libraries that no system is
sure to have: those that auditwheel has put into the wheel.
"""

from __future__ import annotations

import gzip
import platform
import shutil
import tarfile
import zipfile
from pathlib import Path

import make_wheel
import stage


def make() -> Path:
    """Make the tarball; give its path."""
    wheel = make_wheel.make()
    work = stage.fresh("dist")
    name = f"pulse-{stage.version()}-linux-{platform.machine()}"
    tree = work / name
    # The place that the unit names; the rest runs anywhere.
    stage.install_into(work / "installed", "/opt/pulse")
    (work / "installed/opt/pulse").rename(tree)
    stage.notices(tree / "bin/pulse", tree / "share/doc")
    _carry_libraries(wheel, tree)
    for document in ("README.md", "CHANGELOG.md", "LICENSE"):
        shutil.copy(stage.ROOT / document, tree)
    stage.OUTPUT.mkdir(exist_ok=True)
    path = stage.OUTPUT / f"{name}.tar.gz"
    _pack(tree, path)
    return path


def _carry_libraries(wheel: Path, tree: Path) -> None:
    """Take the wheel's binary and libraries, and let them find each other in the tree."""
    with zipfile.ZipFile(wheel) as archive:
        for member in archive.namelist():
            path = Path(member)
            if path.match("pulse_wrapper.libs/*"):
                target = tree / "lib" / path.name
            elif path.match("pulse_wrapper/bin/pulse"):
                target = tree / "bin/pulse"
            else:
                continue
            target.parent.mkdir(exist_ok=True)
            target.write_bytes(archive.read(member))
            target.chmod(0o755)
    stage.run("patchelf", "--set-rpath", "$ORIGIN/../lib", tree / "bin/pulse")


def _pack(tree: Path, path: Path) -> None:
    """Pack it so that the same files give the same bytes."""

    def settle(member: tarfile.TarInfo) -> tarfile.TarInfo:
        member.uid = member.gid = 0
        member.uname = member.gname = "root"
        member.mtime = stage.source_date()
        member.mode = 0o755 if member.isdir() or member.mode & 0o100 else 0o644
        return member

    with path.open("wb") as file, gzip.GzipFile("", "wb", 9, file, mtime=0) as packed:
        with tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as archive:
            for member in [tree, *sorted(tree.rglob("*"))]:
                archive.add(member, member.relative_to(tree.parent), recursive=False, filter=settle)


if __name__ == "__main__":
    print(make())
