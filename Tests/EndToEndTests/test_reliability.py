"""The page of faults and the report of block 4 name tests: each of them is there."""

from __future__ import annotations

import re

import pytest
from processes import ROOT

PAGE = (ROOT / "docs" / "RELIABILITY.md").read_text()
REPORT = (ROOT / "docs" / "TECHNICAL_DEBT_REPORT.md").read_text()
#: The fields that block 4 deferred.
DEFERRED = "profile dataset version steps_done total_steps lr batch_size gpu_memory_usage".split()
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


def named_tests_of_fields() -> dict[str, list[str]]:
    """Of each row of the report's second table the tests in its last column."""
    table = REPORT.partition("## What of it is done")[2]
    rows = [line.split("|") for line in table.splitlines() if line.startswith("| ")][1:]
    return {row[1].strip(" `"): re.findall(r"`(test_\w+)`", row[4]) for row in rows}


@pytest.mark.parametrize("field", DEFERRED)
def test_each_deferred_field_has_tests(field: str) -> None:
    names = named_tests_of_fields()[field]
    assert names
    for name in names:
        assert f"def {name}(" in TESTS
