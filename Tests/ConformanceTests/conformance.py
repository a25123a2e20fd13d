"""`make test-conformance`: Pulse as suites judge it that others wrote.

Prints a table, and what failed; the exit code is 1 when something did that isn't judged. `--write`
puts the table into docs/RELIABILITY.md.
"""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1] / "EndToEndTests")]

from processes import ROOT  # noqa: E402  (found through the line above)
from suite import Outcome, Suite, outcome, table  # noqa: E402
from suites import SUITES  # noqa: E402

PAGE = ROOT / "docs" / "RELIABILITY.md"
BEGIN, END = "<!-- suites: begin -->", "<!-- suites: end -->"


def run(suites: list[Suite]) -> list[Outcome]:
    outcomes = []
    for suite in suites:
        print(f"{suite.name} ...", file=sys.stderr, flush=True)
        with tempfile.TemporaryDirectory(prefix="pulse-conformance-") as directory:
            outcomes.append(outcome(suite, Path(directory)))
    return outcomes


def report(outcomes: list[Outcome]) -> int:
    """Print the table and the faults; give the exit code."""
    print(table(outcomes))
    failed = [(one.suite.name, case) for one in outcomes for case in one.faults]
    if failed:
        print("\nFailed:\n")
        for suite, case in failed:
            print(f"- {suite}, {case.name}: {case.fault}")
    return 1 if failed else 0


def write(outcomes: list[Outcome]) -> None:
    text = PAGE.read_text()
    assert text.count(BEGIN) == text.count(END) == 1, f"{PAGE} has no place for the table"
    block = f"{BEGIN}\n{table(outcomes)}\n{END}"
    PAGE.write_text(re.sub(f"{BEGIN}.*{END}", lambda _: block, text, flags=re.DOTALL))


def main(arguments: list[str]) -> int:
    names = [suite.name for suite in SUITES]
    parser = argparse.ArgumentParser(description="Try Pulse by the suites of others.")
    parser.add_argument("suite", nargs="*", help=f"all by default: {', '.join(names)}")
    parser.add_argument("--write", action="store_true", help="put the table into RELIABILITY.md")
    asked = parser.parse_args(arguments)
    if unknown := set(asked.suite) - set(names):
        parser.error(f"no such suite: {', '.join(sorted(unknown))}; there are {', '.join(names)}")
    chosen = [suite for suite in SUITES if not asked.suite or suite.name in asked.suite]
    if asked.write and len(chosen) < len(SUITES):
        parser.error("--write is for all suites together")
    outcomes = run(chosen)
    code = report(outcomes)
    if asked.write and code == 0:
        write(outcomes)
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
