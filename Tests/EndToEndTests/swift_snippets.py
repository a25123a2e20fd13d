"""Compiles the documentation's Swift against the modules of this tree's debug build."""

from __future__ import annotations

import subprocess
from pathlib import Path

from processes import ROOT

DEBUG = ROOT / ".build" / "debug"

#: Whose objects a program may need; what it doesn't need is left out by the linker.
_PROGRAMS = ("Tests", "PulseCommand", "Verdicts", "tool", "generate", "snippet")


class Snippets:
    """Programs made of snippets, linked with a library of all that was built."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._library = directory / "libBuilt.a"
        objects = [
            f'"{path}"'
            for folder in sorted(DEBUG.glob("*.build"))
            if not any(part in folder.name for part in _PROGRAMS)
            for path in sorted(folder.rglob("*.o"))
        ]
        (directory / "objects").write_text("\n".join(objects))
        # Appended: files of one name in two modules are two.
        archive = ["ar", "qcs", str(self._library), f"@{directory / 'objects'}"]
        subprocess.run(archive, check=True)

    def program(self, name: str, text: str) -> Path:
        """Compile a snippet as the file that a package's program begins with."""
        folder = self._directory / name
        folder.mkdir()
        (folder / "main.swift").write_text(text)
        command = ["swiftc", "-swift-version", "6", "-warnings-as-errors", "-Onone"]
        command += ["-I", str(DEBUG / "Modules"), "-o", str(folder / name)]
        for module in ("CMicroHTTPD", "CGnuTLS"):
            command += ["-I", str(ROOT / "Sources" / module)]
        command += [str(folder / "main.swift"), str(self._library)]
        command += ["-lmicrohttpd", "-lgnutls", "-lsqlite3"]
        result = subprocess.run(command, capture_output=True, text=True, timeout=300)
        assert result.returncode == 0, result.stderr
        return folder / name
