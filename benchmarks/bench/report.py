"""The table: on the terminal, and between two marks of a document."""

from __future__ import annotations

from pathlib import Path

from . import figures, figures_many, growth
from .figures import Figure
from .numbers import number
from .samples import Samples

BEGIN = "<!-- benchmark: begin -->"
END = "<!-- benchmark: end -->"


def rows(table: list[Figure]) -> list[list[str]]:
    """One row for each figure that was measured: what, Pulse, the others, goals, verdicts."""
    lines = []
    for figure in table:
        if figure.value is None:
            continue
        peers = [f"{name} {number(v)}" for name, v in figure.peers.items() if v is not None]
        lines.append(
            [
                figure.what,
                f"{number(figure.value)} {figure.unit}".strip(),
                ", ".join(peers),
                "; ".join(goal.text for goal in figure.goals),
                "; ".join(goal.verdict(figure.value) for goal in figure.goals),
            ]
        )
    return lines


def markdown(samples: Samples, streams: int = 10_000, runs: int = 1_000) -> str:
    """The tables as a document shows them."""
    machine = samples.machine
    header = ["what", "Pulse", "beside it", "goal", "result"]
    tables = [
        (header, rows(figures.figures(samples, streams))),
        (["many runs", *header[1:]], rows(figures_many.figures(samples, runs))),
        growth.others(samples), growth.costs(samples), growth.fan_out(samples),
    ]  # fmt: skip
    parts = [
        f"Measured on {machine.get('cores', '?')} cores ({machine.get('processor', '?')}), "
        f"Linux {machine.get('kernel', '?')}, over loopback; {machine.get('versions', '')}."
    ]
    for header, lines in tables:
        if lines:
            parts += ["", *grid(header, lines)]
    return "\n".join(parts)


def grid(header: list[str], lines: list[list[str]]) -> list[str]:
    """Lay out a Markdown table with even columns."""
    table = [header, *lines]
    widths = [max(len(line[i]) for line in table) for i in range(len(header))]
    text = ["| " + " | ".join(c.ljust(w) for c, w in zip(line, widths)) + " |" for line in table]
    return [text[0], "|" + "|".join("-" * (w + 2) for w in widths) + "|", *text[1:]]


def write_between_marks(document: Path, text: str) -> None:
    """Replace what stands between the marks of a document."""
    content = document.read_text(encoding="utf-8")
    before, begin, rest = content.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{document} has no marks {BEGIN} … {END}")
    document.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}", encoding="utf-8")
