"""lintian on the Debian package, as `make deb` has left it in dist/."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

from processes import ROOT
from suite import Case, Suite

DIST = ROOT / "dist"


def run(directory: Path) -> Iterator[Case]:
    """A case for the package, and one for each tag that lintian gives it."""
    for package in sorted(DIST.glob("*.deb")):
        done = subprocess.run(["lintian", str(package)], capture_output=True, text=True)
        tags = re.findall(r"^[EW]: (\S+): (.*)$", done.stdout, re.MULTILINE)
        for name, tag in tags:
            yield Case(f"{name} {tag.split()[0]}", tag)
        wrong = None if tags or done.returncode == 0 else done.stdout + done.stderr
        yield Case(package.name, wrong)


def version() -> str:
    said = subprocess.run(["lintian", "--version"], capture_output=True, text=True).stdout
    return said.split()[-1].lstrip("v")


SUITE = Suite(
    "lintian",
    "Debian",
    version,
    run,
    judged={
        "bad-whatis-entry|groff-message|bash-completion-with-hashbang": "man pages and completions are generated, "
        "by swift-argument-parser",
        "privacy-breach-generic": "an example in a comment, which nobody loads",
    },
    is_slow=True,
)
