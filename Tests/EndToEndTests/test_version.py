"""The version: one number, wherever it is read, and the tool that changes it."""

from __future__ import annotations

import datetime
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from processes import ROOT, pulse_binary

PLACES = (
    "tools/set-version",
    "Sources/Pulse/PulseVersion.swift",
    "public/openapi.json",
    "python/src/pulse_wrapper/__init__.py",
    "CHANGELOG.md",
)


def told_by_python(root: Path) -> str:
    found = re.search(
        r'__version__ = "(.*)"', (root / "python/src/pulse_wrapper/__init__.py").read_text()
    )
    assert found is not None
    return found[1]


def told_by_the_contract(root: Path) -> str:
    version = json.loads((root / "public/openapi.json").read_text())["info"]["version"]
    assert isinstance(version, str)
    return version


def test_all_tell_the_same() -> None:
    command = [pulse_binary(), "--version"]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    assert told == told_by_python(ROOT) == told_by_the_contract(ROOT)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for place in PLACES:
        (tmp_path / place).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / place, tmp_path / place)
    return tmp_path


def set_version(tree: Path, version: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(tree / "tools/set-version"), version]
    return subprocess.run(command, capture_output=True, text=True)


def test_it_is_changed_everywhere_with_the_date_in_the_changelog(tree: Path) -> None:
    done = set_version(tree, "12.34.56")
    assert done.returncode == 0, done.stderr
    assert told_by_python(tree) == told_by_the_contract(tree) == "12.34.56"
    contract = (tree / "public/openapi.json").read_text()
    assert set(re.findall(r'"version": "(.*)"', contract)) == {"12.34.56"}
    assert 'current = "12.34.56"' in (tree / "Sources/Pulse/PulseVersion.swift").read_text()
    changelog = (tree / "CHANGELOG.md").read_text()
    today = datetime.date.today().isoformat()
    assert f"## [Unreleased]\n\n## [12.34.56] - {today}\n" in changelog


@pytest.mark.parametrize("version", ["", "1.2", "v1.2.3", "1.2.3-rc1"])
def test_what_is_no_version_changes_nothing(tree: Path, version: str) -> None:
    before = [(tree / place).read_bytes() for place in PLACES]
    assert set_version(tree, version).returncode != 0
    assert [(tree / place).read_bytes() for place in PLACES] == before
