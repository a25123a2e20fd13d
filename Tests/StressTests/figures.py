"""The figures of a stress run: kept in a file, so that parts can be run one by one, and shown."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from server import ROOT

#: What was measured last, part by part.
RESULTS = Path(__file__).with_name("figures.json")
PAGE = ROOT / "docs" / "RELIABILITY.md"
BEGIN, END = "<!-- figures: begin -->", "<!-- figures: end -->"


@dataclass(frozen=True)
class Figure:
    """One row of the table."""

    goal: str
    figure: str
    held: bool


@dataclass
class Part:
    """One part of a run: how it is measured, and what came of it."""

    name: str
    method: str
    figures: list[Figure]


def show(part: Part) -> None:
    for row in part.figures:
        print(f"{'ok  ' if row.held else 'FAIL'} {row.goal}: {row.figure}", flush=True)


def keep(part: Part) -> None:
    """Put a part's figures in the place of those from the time before."""
    parts = load()
    parts[part.name] = part
    RESULTS.write_text(json.dumps([asdict(one) for one in parts.values()], indent=1) + "\n")


def load() -> dict[str, Part]:
    if not RESULTS.exists():
        return {}
    return {
        one["name"]: Part(one["name"], one["method"], [Figure(**row) for row in one["figures"]])
        for one in json.loads(RESULTS.read_text())
    }


def write_page(order: list[str]) -> None:
    """Put the table and the methods between the marks of the page."""
    parts = load()
    known = [parts[name] for name in order if name in parts]
    lines = [f"On {os.cpu_count()} cores, loopback, the clients on the same cores.", ""]
    lines += ["| what | figures | |", "|---|---|---|"]
    for part in known:
        for row in part.figures:
            verdict = "held" if row.held else "**not held**"
            lines.append(f"| {row.goal} | {row.figure} | {verdict} |")
    lines += ["", "How each was measured:", ""]
    lines += [f"- `{part.name}`: {part.method}" for part in known]
    text = PAGE.read_text()
    head, rest = text.split(BEGIN)
    table = "\n".join(lines)
    PAGE.write_text(f"{head}{BEGIN}\n{table}\n{END}{rest.split(END)[1]}")
