"""The layers of an image, and how much each adds."""

from __future__ import annotations

import stat
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass

from debian_tree import DebianTree


@dataclass(frozen=True)
class Layer:
    """What one step put into the tree: bytes as they lie there, and packed."""

    what: str
    unpacked: int
    gzip: int
    zstd: int

    @classmethod
    def sum(cls, what: str, layers: Sequence[Layer]) -> Layer:
        return cls(
            what,
            sum(layer.unpacked for layer in layers),
            sum(layer.gzip for layer in layers),
            sum(layer.zstd for layer in layers),
        )

    @property
    def sizes(self) -> list[int]:
        return [self.unpacked, self.gzip, self.zstd]


class Layers:
    """What each step of a stage has put into its tree."""

    def __init__(self, tree: DebianTree, base: str) -> None:
        self._tree = tree
        self._known: dict[str, tuple[int, ...]] = {}
        self.all: list[Layer] = []
        self.add(base)

    def add(self, what: str) -> None:
        """Measure what is new or another since the step before."""
        found = {}
        for path in self._tree.path.rglob("*"):
            state = path.lstat()
            # A folder changes with what is in it, and is no bytes of its own.
            own = () if stat.S_ISDIR(state.st_mode) else (state.st_size, state.st_mtime_ns)
            found[str(path.relative_to(self._tree.path))] = (state.st_ino, state.st_mode, *own)
        new = [name for name, state in found.items() if self._known.get(name) != state]
        # By their inodes: a file of two names is there once.
        sizes = {found[name][0]: found[name][2] for name in new if len(found[name]) > 2}
        gzip, zstd = (self._packed(new, program) for program in ("gzip", "zstd"))
        self.all.append(Layer(what, sum(sizes.values()), gzip, zstd))
        self._known = found

    def _packed(self, names: Sequence[str], program: str) -> int:
        command = "tar --create --no-recursion --null --files-from - | $0 --stdout | wc --bytes"
        done = subprocess.run(
            ["sh", "-c", command, program],
            cwd=self._tree.path,
            input="\0".join(names).encode(),
            capture_output=True,
            check=True,
        )
        return int(done.stdout)
