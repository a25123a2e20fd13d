"""What a suite is: cases that others, or the words of a specification, judge Pulse by."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Case:
    """One verdict: what was tried, and what is wrong with what came of it; None if nothing is."""

    name: str
    fault: str | None = None


@dataclass(frozen=True)
class Suite:
    """Cases of one origin.

    `run` is given an empty directory. `judged` has the faults that are none: a pattern for the
    case's name and its fault, parted by a colon, and why Pulse is right, or can do nothing about it.
    """

    name: str
    #: Who wrote it, or after which text it is written.
    origin: str
    version: Callable[[], str]
    run: Callable[[Path], Iterable[Case]]
    judged: dict[str, str] = field(default_factory=dict)
    #: Whether it takes so long that `make test` leaves it to `make test-conformance`.
    is_slow: bool = False


@dataclass
class Outcome:
    """What came of a suite."""

    suite: Suite
    version: str
    cases: int = 0
    passed: int = 0
    #: How many cases each reason has judged.
    judged: Counter[str] = field(default_factory=Counter)
    faults: list[Case] = field(default_factory=list)

    @property
    def is_good(self) -> bool:
        return not self.faults


def outcome(suite: Suite, directory: Path) -> Outcome:
    """Run a suite.

    A suite without cases has tried nothing, and a judgement that no case needs any more is to go:
    both are faults.
    """
    outcome = Outcome(suite, suite.version())
    for case in suite.run(directory):
        outcome.cases += 1
        if case.fault is None:
            outcome.passed += 1
        elif reason := _reason(suite, case):
            outcome.judged[reason] += 1
        else:
            outcome.faults.append(case)
    if outcome.cases == 0:
        outcome.faults.append(Case(suite.name, "no case was tried"))
    for reason in suite.judged.values():
        if reason not in outcome.judged:
            outcome.faults.append(Case(reason, "no case is judged by it: take it out"))
    return outcome


def _reason(suite: Suite, case: Case) -> str | None:
    said = f"{case.name}: {case.fault}"
    found = (reason for pattern, reason in suite.judged.items() if re.search(pattern, said))
    return next(found, None)


def table(outcomes: list[Outcome]) -> str:
    """The outcomes in Markdown: a row each, then the reasons of what was judged."""
    rows = [("suite", "written by", "version", "cases", "passed", "judged")]
    rows.append(("---",) * len(rows[0]))
    for one in outcomes:
        numbers = (one.cases, one.passed, sum(one.judged.values()))
        counts = (f"{number:,}" for number in numbers)
        rows.append((one.suite.name, one.suite.origin, one.version, *counts))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |"
        for row in rows
    ]
    reasons = [
        f"- {one.suite.name}, {count:,}: {reason}"
        for one in outcomes
        for reason, count in one.judged.items()
    ]
    return "\n".join(lines + (["", "Judged:", "", *reasons] if reasons else []))
