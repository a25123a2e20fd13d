"""The table of modules in docs/ARCHITECTURE.md against what the sources import."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from processes import ROOT

SOURCES = ROOT / "Sources"
MODULES = {path.name for path in SOURCES.iterdir() if path.is_dir()}
ROW = re.compile(r"^\| ((?:`\w+`(?:, )?)+) \| [^|]* \|([^|]*)\|[^|]*\|$", re.MULTILINE)
IMPORT = re.compile(r"^(?:@\w+ )*(?:(?:public|package|internal) )?import (\w+)$", re.MULTILINE)


def picture() -> dict[str, set[str]]:
    """Each module of the table, with those that it uses."""
    page = (ROOT / "docs/ARCHITECTURE.md").read_text()
    table = page.split("## Modules")[1].split("\n\n## ")[0]
    return {
        module: set(re.findall(r"`(\w+)`", uses))
        for names, uses in ROW.findall(table)
        for module in re.findall(r"`(\w+)`", names)
    }


def imports(module: Path) -> set[str]:
    """The project's modules that a module's files import."""
    files = module.rglob("*.swift")
    return {name for file in files for name in IMPORT.findall(file.read_text())} & MODULES


def test_the_table_has_every_module_and_no_other() -> None:
    assert set(picture()) == MODULES


@pytest.mark.parametrize("module", sorted(MODULES))
def test_a_module_uses_what_the_table_says(module: str) -> None:
    assert imports(SOURCES / module) == picture()[module]


def test_dependencies_point_one_way() -> None:
    uses = picture()
    done: set[str] = set()
    while len(done) < len(uses):
        ready = {module for module in uses if uses[module] <= done} - done
        assert ready, f"a circle among {set(uses) - done}"
        done |= ready


def test_only_the_server_and_what_wraps_it_know_http() -> None:
    uses = picture()
    assert [module for module in uses if "PulseServer" in uses[module]] == ["PulseCommand"]
    assert "MicroHTTPD" not in uses["PulseMonitor"] | uses["PulseClient"] | uses["PulseWatch"]
