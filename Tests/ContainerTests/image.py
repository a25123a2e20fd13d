"""The image that a Dockerfile makes, made without an engine: each stage in a Debian tree."""

from __future__ import annotations

import shlex
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from debian_tree import PATH, DebianTree
from dockerfile import Context, Dockerfile, Instruction, Stage
from layers import Layer, Layers
from toolchain import PACKAGES, Toolchain


@dataclass
class Image:
    """A tree, and how a container of it starts."""

    tree: DebianTree
    environment: dict[str, str]
    arguments: dict[str, str] = field(default_factory=dict)
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

    def __init__(
        self, dockerfile: Dockerfile, context: Context, folder: Path, minimal: DebianTree
    ) -> None:
        self.arguments = dockerfile.arguments
        self.context = context
        self.folder = folder
        self.toolchain = Toolchain()
        self.stages: dict[str, Image] = {}
        self.minimal = minimal
        for stage in dockerfile.stages:
            is_last = stage is dockerfile.stages[-1]
            self.stages[stage.name] = self._carried_out(stage, is_last)
        self.image = list(self.stages.values())[-1]

    def _carried_out(self, stage: Stage, is_last: bool) -> Image:
        image = self._base(stage)
        layers = Layers(image.tree, f"FROM {stage.image}") if is_last else None
        for instruction in stage.instructions:
            self._carry_out(instruction, image)
            if layers and instruction.name in ("RUN", "COPY"):
                layers.add(f"{instruction.name} {instruction.text}")
        image.layers = layers.all if layers else []
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
            case "ARG":
                # As it stands before the first stage.
                image.arguments[instruction.text] = self.arguments[instruction.text]
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
        environment = image.environment | image.arguments | tools
        image.tree.run(command, environment, str(image.directory), mounts)

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
