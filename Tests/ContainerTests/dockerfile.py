"""A Dockerfile as its stages and their instructions; pure text, nothing is carried out."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Instruction:
    """One instruction: `RUN` and its text, without comments and line ends."""

    name: str
    text: str

    @property
    def flags(self) -> dict[str, str]:
        """The flags before the text: `--from=build`."""
        return dict(re.findall(r"--([\w-]+)=(\S+)", self._parts[0]))

    @property
    def words(self) -> list[str]:
        """The words behind the flags."""
        return self._parts[1].split()

    @property
    def array(self) -> list[str]:
        """The JSON array behind the flags: the exec form."""
        found = json.loads(self._parts[1][self._parts[1].index("[") :])
        assert isinstance(found, list)
        return found

    @property
    def _parts(self) -> tuple[str, str]:
        match = re.fullmatch(r"((?:--[\w-]+=\S+\s+)*)(.*)", self.text, re.DOTALL)
        assert match is not None
        return match[1], match[2]


@dataclass
class Stage:
    """What stands from one FROM to the next."""

    image: str
    name: str
    instructions: list[Instruction] = field(default_factory=list)


class Dockerfile:
    """The stages of a file, in their order, and the arguments before the first."""

    def __init__(self, path: Path) -> None:
        self.arguments: dict[str, str] = {}
        self.stages: list[Stage] = []
        for line in self._lines(path.read_text()):
            name, _, text = line.partition(" ")
            if name == "FROM":
                image, *alias = re.split(r"\s+AS\s+", self._filled_in(text))
                self.stages.append(Stage(image, alias[0] if alias else str(len(self.stages))))
            elif self.stages:
                self.stages[-1].instructions.append(Instruction(name, text.strip()))
            else:
                assert name == "ARG", line
                key, _, value = text.partition("=")
                self.arguments[key] = value

    @staticmethod
    def _lines(text: str) -> list[str]:
        """Whole instructions: comments go first, for they may stand inside one."""
        without = re.sub(r"^\s*#.*\n", "", text, flags=re.MULTILINE)
        joined = re.sub(r"[ \t]*\\\n\s*", " ", without)
        return [line.strip() for line in joined.splitlines() if line.strip()]

    def _filled_in(self, text: str) -> str:
        return re.sub(r"\$\{(\w+)\}", lambda match: self.arguments[match[1]], text)


class Context:
    """The folder that an image is made in, as .dockerignore lets the engine see it."""

    def __init__(self, folder: Path) -> None:
        rules = (folder / ".dockerignore").read_text().split()
        assert rules[0] == "*" and all(rule.startswith("!") for rule in rules[1:]), rules
        self._folder = folder
        self._sent = {rule[1:] for rule in rules[1:]}

    def path(self, name: str) -> Path:
        """A file or folder that is sent to the engine; fails where none is."""
        assert name in self._sent, f"{name} is not sent to the engine"
        return self._folder / name
