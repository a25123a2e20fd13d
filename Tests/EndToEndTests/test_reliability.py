"""The page of faults names tests: each of them is there."""

from __future__ import annotations

import re

import pytest
from processes import ROOT

PAGE = (ROOT / "docs" / "RELIABILITY.md").read_text()
TESTS = "\n".join(
    path.read_text(errors="replace")
    for folder in ("Tests", "python/tests")
    for path in (ROOT / folder).rglob("*")
    if path.suffix in (".swift", ".py") and path.name != "test_reliability.py"
)


def named() -> list[str]:
    table = PAGE.partition("## Faults")[2].partition("\n## ")[0]
    rows = [line.split("|") for line in table.splitlines() if line.startswith("| ")]
    return [name for row in rows for name in re.findall(r"`([^`]+)`", row[2])]


@pytest.mark.parametrize("name", named())
def test_a_test_that_the_page_names_is_there(name: str) -> None:
    is_function = name.startswith("test_")
    assert (f"def {name}(" if is_function else f'"{name}"') in TESTS


def test_the_page_names_tests() -> None:
    assert len(named()) > 50
