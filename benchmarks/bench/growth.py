"""How costs grow, and what others take for the same work: the tables without goals."""

from __future__ import annotations

from dataclasses import dataclass

from .numbers import number
from .samples import Samples

#: A table: its header, and its lines.
Table = tuple[list[str], list[list[str]]]

RUNS = (1, 10, 100, 1_000, 10_000)
VIEWERS = (1, 100, 10_000)
#: Points of all runs together: so many runs with so many points each.
POINTS = {10**3: (1_000, 1), 10**4: (1_000, 10), 10**5: (1_000, 100), 10**6: (1_000, 1_000),
          10**7: (5_000, 2_000)}  # fmt: skip


@dataclass(frozen=True)
class Line:
    """One cost at growing counts."""

    what: str
    unit: str
    #: The sample's name, with the count in its place.
    name: str
    counts: tuple[int, ...]
    #: What one more costs, in which unit, and by what it is multiplied to get there.
    each: str
    factor: float = 1


LINES = (
    Line("runs: a core's share at rest", "%", "runs{}.idle.percent", RUNS, "µs a poll", 2e4),
    Line("runs: memory in no file", "MB", "runs{}.written.mb", RUNS, "KiB", 1e3 / 1.024),
    Line("runs: exec → whole list", "ms", "runs{}.start.ms", RUNS, "µs", 1e3),
    Line("viewers of `/runs/events`: last one, median", "ms", "viewers{}.last_ms", VIEWERS,
         "µs", 1e3),
    Line("viewers: CPU of one delivery", "µs", "viewers{}.us", VIEWERS, ""),
    Line("viewers: memory of one", "KiB", "viewers{}.kib", VIEWERS, ""),
    Line("points in the archive: exec → first 200 on `/runs`", "ms", "points{}.first.ms",
         tuple(POINTS), "ns", 1e6),
    Line("points: private memory then", "MB", "points{}.private.mb", tuple(POINTS), "bytes", 1e6),
    Line("points: bytes on disk of one", "", "points{}.bytes", tuple(POINTS), ""),
    Line("points: one curve, asked for the first time", "ms", "points{}.curve.ms",
         tuple(POINTS), ""),
)  # fmt: skip


def costs(samples: Samples) -> Table:
    """One line for each cost: what it is at each count, and what one more costs at the end."""
    lines = []
    for line in LINES:
        values = [(n, samples.median(line.name.format(n))) for n in line.counts]
        known = [(n, value) for n, value in values if value is not None]
        if len(known) < 2:
            continue
        (few, low), (many, high) = known[-2:]
        slope = (high - low) / (many - few) * line.factor
        shown = [f"{spell(n)}: {number(value)}" for n, value in known]
        unit = f" ({line.unit})" if line.unit else ""
        more = f"{number(slope)} {line.each}" if line.each else ""
        lines.append([line.what + unit, ", ".join(shown), more])
    return ["cost", "at each count", "one more, at the end"], lines


def spell(count: int) -> str:
    """A count as a table has room for it."""
    return f"{count // 10**6} million" if count >= 10**6 else f"{count:,}"


def others(samples: Samples) -> Table:
    """The same work by TensorBoard and by trackio; a dash where there is no such thing."""
    lines = []
    for runs, points in ((1_000, 2_000), (10_000, 200)):
        over, live = f"over{runs}", f"many{runs}"
        if not samples.values.get(f"{live}.tensorboard.start.ms"):
            continue
        for what, unit, mine, theirs in (
            ("exec → complete list", "ms", f"{over}.start.ms", "start.ms"),
            ("private memory then", "MB", f"{over}.private.mb", "private.mb"),
            ("one curve, first time", "ms", f"{over}.curve.ms", "curve.ms"),
            ("a core's share at rest", "%", f"{live}.idle.percent", "idle.percent"),
        ):
            names = [mine, *(f"{live}.{other}.{theirs}" for other in ("tensorboard", "trackio"))]
            shown = [f"{number(samples.median(name))} {unit}" for name in names]
            lines.append([f"{runs:,} runs of {points:,} points: {what}", *shown])
        names = [f"{live}.change.ms"]
        names += [f"{live}.{other}.update.ms" for other in ("tensorboard", "trackio")]
        shown = [
            " / ".join(number(samples.percentile(name, share)) for share in (0.5, 0.99)) + " ms"
            for name in names
        ]
        lines.append([f"{runs:,} runs: one update → a client, median / p99", *shown])
    return ["the same work", "Pulse", "TensorBoard", "trackio"], lines


def fan_out(samples: Samples) -> Table:
    """How the cost of a fan-out of one run grows: one row for each case."""
    cases = [(f"fanout{n}.pulse", f"{n:,} streams") for n in (100, 1_000, 10_000)]
    cases += [("split.pulse", "10,000 streams, half of them of a second server")]
    cases += [(f"rate{n}", f"1,000 streams, {n} updates a second") for n in (1, 5, 20)]
    cases += [(f"message{n}", f"1,000 streams, message of {n:,} bytes")
              for n in (100, 4_000, 50_000)]  # fmt: skip
    lines = []
    for name, what in cases:
        cpu = samples.median(f"{name}.cpu_us_per_delivery")
        last = samples.median(f"{name}.last_ms")
        if cpu is not None:
            lines.append([what, f"{number(cpu)} µs", f"{number(last)} ms"])
    return ["fan-out of one run", "CPU of one delivery", "last client, median"], lines
