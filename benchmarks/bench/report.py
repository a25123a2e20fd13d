"""The table: on the terminal, and between two marks of a document."""

from __future__ import annotations

from pathlib import Path

from .figures import Figure, figures
from .samples import Samples

BEGIN = "<!-- benchmark: begin -->"
END = "<!-- benchmark: end -->"


def number(value: float | None) -> str:
    """Three digits that mean something."""
    if value is None:
        return "–"
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def rows(table: list[Figure]) -> list[list[str]]:
    """One row for each figure: what, Pulse, the others, goals, verdicts."""
    lines = []
    for figure in table:
        peers = [f"{name} {number(v)}" for name, v in figure.peers.items() if v is not None]
        lines.append(
            [
                figure.what,
                f"{number(figure.value)} {figure.unit}",
                ", ".join(peers),
                "; ".join(goal.text for goal in figure.goals),
                "; ".join(goal.verdict(figure.value) for goal in figure.goals),
            ]
        )
    return lines


def growth(samples: Samples) -> list[list[str]]:
    """How the cost of a fan-out grows: one row for each case."""
    cases = [(f"fanout{n}.pulse", f"{n:,} streams") for n in (100, 1_000, 10_000)]
    cases += [(f"rate{n}", f"1,000 streams, {n} updates a second") for n in (1, 5, 20)]
    cases += [(f"message{n}", f"1,000 streams, message of {n:,} bytes")
              for n in (100, 4_000, 50_000)]  # fmt: skip
    lines = []
    for name, what in cases:
        cpu = samples.median(f"{name}.cpu_us_per_delivery")
        last = samples.median(f"{name}.last_ms")
        if cpu is not None:
            lines.append([what, f"{number(cpu)} µs", f"{number(last)} ms"])
    return lines


def markdown(samples: Samples, streams: int = 10_000) -> str:
    """The tables as a document shows them."""
    machine = samples.machine
    parts = [
        f"Measured on {machine.get('cores', '?')} cores ({machine.get('processor', '?')}), "
        f"Linux {machine.get('kernel', '?')}, over loopback; {machine.get('versions', '')}.",
        "",
        *grid(["what", "Pulse", "beside it", "goal", "result"], rows(figures(samples, streams))),
    ]
    more = growth(samples)
    if more:
        header = ["fan-out of Pulse", "CPU of one delivery", "last client, median"]
        parts += ["", *grid(header, more)]
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
