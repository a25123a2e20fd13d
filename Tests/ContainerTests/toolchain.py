"""This machine's Swift, for a tree that stands for Swift's image."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

from debian_tree import Mount

#: The packages of the image `swift:6.3-bookworm`, beside the toolchain: swiftlang/swift-docker.
PACKAGES = """
    binutils libicu-dev libcurl4-openssl-dev libedit-dev libsqlite3-dev libncurses-dev
    libpython3-dev libxml2-dev pkg-config uuid-dev tzdata git gcc libstdc++-12-dev
""".split()


class Toolchain:
    """The toolchain that `swift` on the path belongs to, and where it has packages from."""

    def __init__(self) -> None:
        found = shutil.which("swift")
        assert found is not None, "there is no swift on the path"
        #: With `bin` and `lib` in it.
        self.folder = Path(found).resolve().parents[1]
        assert self.folder != Path("/usr"), "the toolchain needs a folder of its own"

    @property
    def version(self) -> str:
        told = subprocess.run(["swift", "--version"], capture_output=True, text=True, check=True)
        match = re.search(r"Swift version (\d+\.\d+(?:\.\d+)?)", told.stdout)
        assert match is not None, told.stdout
        return match[1]

    @property
    def mounts(self) -> list[Mount]:
        return [Mount(folder, str(folder)) for folder in (self.folder, *self._mirrors)]

    @property
    def _mirrors(self) -> list[Path]:
        """The folders that git reads in the place of URLs, if this machine has such."""
        folders = {
            Path(key.removeprefix("url.").removesuffix(".insteadof")) for key, _ in self._instead
        }
        return sorted(folder for folder in folders if folder.is_absolute() and folder.is_dir())

    @property
    def _instead(self) -> list[tuple[str, str]]:
        told = subprocess.run(
            ["git", "config", "--get-regexp", r"^url\..*\.insteadof$"],
            capture_output=True,
            text=True,
        ).stdout
        return [
            (key, value) for key, _, value in (line.partition(" ") for line in told.splitlines())
        ]

    @property
    def environment(self) -> dict[str, str]:
        """What has git find the same in the tree as here (git-config(1))."""
        settings = [*self._instead, ("safe.directory", "*")]
        variables = {"GIT_CONFIG_COUNT": str(len(settings))}
        for number, (key, value) in enumerate(settings):
            variables |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
        return variables
