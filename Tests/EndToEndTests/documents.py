"""The documentation's code blocks, and who runs them."""

from __future__ import annotations

import json
import re
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from processes import ROOT, pulse_binary

#: Where no page of the project's own is: what was built or installed.
_FOREIGN = {"node_modules", "build", "results"}


@dataclass(frozen=True)
class Block:
    """One fenced block of a page."""

    page: str
    line: int
    language: str
    text: str

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"

    @property
    def commands(self) -> list[str]:
        """The commands of a shell's block, a line each."""
        whole = self.text.replace("\\\n", " ").splitlines()
        return [line for line in whole if line.strip() and not line.startswith("#")]


@cache
def pages() -> list[str]:
    """Every page of the project, and every Swift file: its comments may hold blocks."""
    found = [path.name for path in ROOT.glob("*.md")]
    for folder in ROOT.iterdir():
        if folder.is_dir() and not folder.name.startswith("."):
            for pattern in ("*.md", "*.swift"):
                found += [str(path.relative_to(ROOT)) for path in folder.rglob(pattern)]
    return sorted(
        page
        for page in found
        if not any(part.startswith(".") or part in _FOREIGN for part in Path(page).parts)
    )


@cache
def blocks_of(page: str) -> list[Block]:
    text = (ROOT / page).read_text()
    if page.endswith(".swift"):
        # Of the documentation comments alone.
        text = "\n".join(
            line.strip().removeprefix("///").removeprefix(" ") if "///" in line else ""
            for line in text.splitlines()
        )
    return [
        Block(page, text.count("\n", 0, match.start()) + 1, match[2], match[3])
        for match in re.finditer(r"^( *)```([\w-]*)\n(.*?)^\1```$", text, re.MULTILINE | re.DOTALL)
    ]


_taken: set[Block] = set()


def take(page: str, language: str, containing: str = "") -> list[Block]:
    """The page's blocks in a language that hold some text.

    A test module takes at its top what its tests run.
    """
    found = [
        block
        for block in blocks_of(page)
        if block.language == language and containing in block.text
    ]
    assert found, f"{page} has no such block"
    _taken.update(found)
    return found


def untaken() -> list[Block]:
    """The blocks that nobody runs."""
    return [block for page in pages() for block in blocks_of(page) if block not in _taken]


@cache
def help_commands() -> list[str]:
    """The examples in the help of all commands, which is in the man pages as well.

    They are the indented lines; three spaces part a command from what is said of it.
    """
    dump = subprocess.run(
        [pulse_binary(), "--experimental-dump-help"], capture_output=True, check=True
    ).stdout

    def examples(command: dict) -> list[str]:
        lines = command.get("discussion", "").splitlines()
        own = [re.sub(r" {3,}[^- ].*", "", line.strip()) for line in lines if line.startswith("  ")]
        below = [line for sub in command.get("subcommands", []) for line in examples(sub)]
        return own + below

    return list(dict.fromkeys(examples(json.loads(dump)["command"])))
