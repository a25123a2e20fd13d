"""The suites of others that are quick, and the program that runs all of them."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from processes import ROOT

sys.path.append(str(ROOT / "Tests" / "ConformanceTests"))

import conformance  # noqa: E402  (found through the line above)
from suite import Case, Suite, outcome, table  # noqa: E402
from suites import SUITES  # noqa: E402

QUICK = [suite for suite in SUITES if not suite.is_slow]


@pytest.mark.parametrize("suite", QUICK, ids=lambda suite: suite.name)
def test_a_suite_of_others_finds_nothing(suite: Suite, tmp_path: Path) -> None:
    found = outcome(suite, tmp_path)
    assert not found.faults, found.faults[:20]


def suite_of(*cases: Case, **judged: str) -> Suite:
    def run(_: Path) -> Iterator[Case]:
        yield from cases

    return Suite("tried", "nobody", lambda: "1", run, judged)


GOOD, BAD = Case("good"), Case("bad", "it answers twice")


@pytest.mark.parametrize(
    ("suite", "is_good"),
    [
        (suite_of(GOOD), True),
        (suite_of(GOOD, BAD), False),
        (suite_of(GOOD, BAD, bad="the RFC lets it"), True),
        (suite_of(GOOD, BAD, twice="the RFC lets it"), True),
        # A judgement that nothing needs any more, and a suite that has tried nothing.
        (suite_of(GOOD, bad="the RFC lets it"), False),
        (suite_of(), False),
    ],
)
def test_what_is_neither_right_nor_judged_is_a_failure(
    suite: Suite, is_good: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = outcome(suite, tmp_path)
    assert found.is_good == is_good
    assert conformance.report([found]) == (0 if is_good else 1)
    assert ("Failed:" in capsys.readouterr().out) != is_good


def test_the_table_counts_what_was_tried(tmp_path: Path) -> None:
    shown = table([outcome(suite_of(GOOD, BAD, BAD, bad="the RFC lets it"), tmp_path)])
    row = [cell.strip() for cell in shown.splitlines()[2].split("|")[1:-1]]
    assert row == ["tried", "nobody", "1", "3", "1", "2"]
    assert "- tried, 2: the RFC lets it" in shown


def test_the_page_has_a_row_for_each_suite() -> None:
    page = conformance.PAGE.read_text()
    told = page.partition(conformance.BEGIN)[2].partition(conformance.END)[0]
    rows = [line.split("|")[1].strip() for line in told.splitlines() if line.startswith("| ")]
    assert rows[2:] == [suite.name for suite in SUITES]
