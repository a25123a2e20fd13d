"""The image that a Dockerfile makes, made without an engine: each stage in a Debian tree."""

from __future__ import annotations

import shlex
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from debian_tree import PATH, DebianTree
from dockerfile import Context, Dockerfile, Instruction, Stage
from toolchain import PACKAGES, Toolchain


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


@dataclass
class Image:
    """A tree, and how a container of it starts."""

    tree: DebianTree
    environment: dict[str, str]
    directory: PurePosixPath = PurePosixPath("/")
    user: str = "root"
    entrypoint: list[str] = field(default_factory=list)
    command: list[str] = field(default_factory=list)
    healthcheck: list[str] = field(default_factory=list)
    volumes: list[str] = field(default_factory=list)
    layers: list[Layer] = field(default_factory=list)


class Build:
    """Carries out a Dockerfile.

    The bases can't be had without an engine: clean Debian trees stand for them, with the packages
    that they have and, for Swift's, the toolchain of this machine.
    """

    def __init__(self, dockerfile: Dockerfile, context: Context, folder: Path) -> None:
        self.context = context
        self.folder = folder
        self.toolchain = Toolchain()
        self.stages: dict[str, Image] = {}
        self.minimal = DebianTree.install(folder / "debian")
        for stage in dockerfile.stages:
            self.stages[stage.name] = self._carried_out(stage)
        self.image = list(self.stages.values())[-1]

    def _carried_out(self, stage: Stage) -> Image:
        image = self._base(stage)
        # Only the last stage becomes layers of the image.
        before = _files(image.tree)
        image.layers.append(_layer(image.tree, f"FROM {stage.image}", list(before)))
        for instruction in stage.instructions:
            self._carry_out(instruction, image)
            if instruction.name in ("RUN", "COPY"):
                after = _files(image.tree)
                new = [name for name, state in after.items() if before.get(name) != state]
                what = f"{instruction.name} {instruction.text}"
                image.layers.append(_layer(image.tree, what, new))
                before = after
        return image

    def _base(self, stage: Stage) -> Image:
        tree = self.minimal.copy(self.folder / stage.name)
        environment = {"PATH": PATH}
        if stage.image.startswith("swift:"):
            tree.run(["apt-get", "update", "-qq"])
            tree.run(["apt-get", "install", "-qq", "--yes", *PACKAGES], _QUESTIONS)
            environment["PATH"] = f"{self.toolchain.folder}/bin:{PATH}"
        else:
            assert stage.image == "debian:bookworm-slim", f"no tree stands for {stage.image}"
            tree.make_slim()
        return Image(tree, environment)

    def _carry_out(self, instruction: Instruction, image: Image) -> None:
        match instruction.name:
            case "RUN":
                self._run(["/bin/sh", "-c", instruction.text], image)
            case "COPY":
                self._copy(instruction, image)
            case "WORKDIR":
                image.directory /= instruction.text
                _below(image.tree, image.directory).mkdir(parents=True, exist_ok=True)
            case "ENV":
                pairs = (word.partition("=") for word in shlex.split(instruction.text))
                image.environment |= {name: value for name, _, value in pairs}
            case "USER":
                image.user = instruction.text
            case "VOLUME":
                image.volumes.append(instruction.text)
                _below(image.tree, PurePosixPath(instruction.text)).mkdir(exist_ok=True)
            case "ENTRYPOINT":
                image.entrypoint = instruction.array
            case "CMD":
                image.command = instruction.array
            case "HEALTHCHECK":
                assert instruction.words[0] == "CMD", instruction.text
                image.healthcheck = instruction.array
            case "EXPOSE":
                pass
            case _:
                raise NotImplementedError(f"nothing stands for {instruction.name}")

    def _run(self, command: list[str], image: Image) -> None:
        assert image.user == "root", "a RUN as another user is not known here"
        tools, mounts = {}, []
        if str(self.toolchain.folder) in image.environment["PATH"]:
            tools, mounts = self.toolchain.environment, self.toolchain.mounts
        image.tree.run(command, image.environment | tools, str(image.directory), mounts)

    def _copy(self, instruction: Instruction, image: Image) -> None:
        *names, place = instruction.words
        target = _below(image.tree, image.directory / place)
        for name in names:
            source = self._source(name, instruction.flags.get("from"))
            if source.is_dir():
                shutil.copytree(source, target, symlinks=True, dirs_exist_ok=True)
            else:
                into = target / source.name if place.endswith("/") else target
                into.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(source, into)

    def _source(self, name: str, stage: str | None) -> Path:
        if stage is None:
            return self.context.path(name)
        tree = self.stages[stage].tree
        # Links lead to places inside the tree.
        return _below(tree, PurePosixPath(tree.run(["readlink", "--canonicalize", name]).strip()))


_QUESTIONS: Mapping[str, str] = {"DEBIAN_FRONTEND": "noninteractive"}


def _below(tree: DebianTree, path: PurePosixPath) -> Path:
    return tree.path / path.relative_to("/")


def _files(tree: DebianTree) -> dict[str, tuple[int, int, int, int]]:
    """Every name in a tree, and by what a change of it is seen."""
    found = {}
    for path in tree.path.rglob("*"):
        state = path.lstat()
        found[str(path.relative_to(tree.path))] = (
            state.st_ino,
            state.st_size if not path.is_dir() else 0,
            state.st_mtime_ns if not path.is_dir() else 0,
            state.st_mode,
        )
    return found


def _layer(tree: DebianTree, what: str, names: list[str]) -> Layer:
    """Measure a layer of these files."""
    states = [(tree.path / name).lstat() for name in names]
    sizes = {state.st_ino: state.st_size for state in states if not _is_folder(state.st_mode)}
    packed = {program: _packed(tree, names, program) for program in ("gzip", "zstd")}
    return Layer(what, sum(sizes.values()), packed["gzip"], packed["zstd"])


def _is_folder(mode: int) -> bool:
    return mode & 0o170000 == 0o040000


def _packed(tree: DebianTree, names: list[str], program: str) -> int:
    command = "tar --create --no-recursion --null --files-from - | $0 --stdout | wc --bytes"
    listing = "\0".join(names).encode()
    done = subprocess.run(
        ["sh", "-c", command, program],
        cwd=tree.path,
        input=listing,
        capture_output=True,
        check=True,
    )
    return int(done.stdout)
