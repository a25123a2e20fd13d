"""From samples to the figures of many runs, and of the archive."""

from __future__ import annotations

from .figures import Figure, Goal
from .samples import Samples


def figures(samples: Samples, runs: int = 1_000) -> list[Figure]:
    """All figures that have a goal, in the order of the table."""
    return [*live(samples, runs), *archive(samples, runs), *page(samples, runs)]


def live(samples: Samples, runs: int) -> list[Figure]:
    """Runs that are on, from their files to a client."""
    name = f"many{runs}"

    def median(what: str) -> float | None:
        return samples.median(f"{name}.{what}")

    def one(what: str) -> float | None:
        return samples.median(f"runs1.{what}")

    many, single = median("written.mb"), one("written.mb")
    memory = (many - single) * 1e6 / 1024 / (runs - 1) if many and single else None
    return [
        Figure(
            f"{runs:,} runs, nobody watching, polls every 2 s: share of a core", "%",
            median("idle.percent"), [Goal(None, 1, "≤ 1 %")], {},
        ),
        Figure(
            "memory of one more run, of one point", "KiB",
            memory, [Goal(None, 64, "≤ 64 KiB")], {},
        ),
        Figure(
            "threads of the server", "", median("threads"),
            [Goal(None, (one("threads") or 0) + 2, "as with one run, but for a pool of two")],
            {"with one run": one("threads")},
        ),
        Figure(
            "descriptors of the server", "", median("descriptors"),
            [Goal(None, one("descriptors") or 0, "as with one run")],
            {"with one run": one("descriptors")},
        ),
        Figure(
            f"one change among {runs:,} quiet runs → a client of `/runs/events`, p99", "ms",
            samples.percentile(f"{name}.change.ms", 0.99), [Goal(None, 5, "≤ 5 ms")],
            {"median": median("change.ms")},
        ),
        Figure(
            f"{runs:,} runs with an update a second each → that client, p99", "ms",
            samples.percentile(f"{name}.storm.ms", 0.99), [Goal(None, 120, "≤ 120 ms")],
            {"median": median("storm.ms")},
        ),
        Figure(
            "share of a core meanwhile", "%", median("storm.percent"),
            [Goal(None, 30, "≤ 30 %")], {},
        ),
    ]  # fmt: skip


def archive(samples: Samples, runs: int) -> list[Figure]:
    """Runs that are over, and what keeping them costs."""
    both = f"both{runs}"

    def median(what: str) -> float | None:
        return samples.median(what)

    status, status304 = median(f"{both}.status.us"), median(f"{both}.status304.us")
    with_it, without = median("archive.point.us"), median("archive.point.without.us")
    polling = median("archive.point.without.poll.us")
    point = max(with_it - without, 0) if with_it and without else None
    table = [
        Figure(
            f"one entry of `/runs` with {runs:,} current and {runs:,} earlier runs: server CPU",
            "µs", median(f"{both}.one.us"), [Goal(status, 2, "≤ 2 × `/status`")],
            {"`/status`": status},
        ),
        Figure(
            "the same, unchanged (304)", "µs", median(f"{both}.one304.us"),
            [Goal(status304, 1.2, "≤ 1.2 × `/status`, 304")], {"`/status`, 304": status304},
        ),
    ]  # fmt: skip
    starts = ((f"over{runs}", "one source"), (both, f"{runs:,} sources with a current run each"))
    for name, what in starts:
        table += [
            Figure(
                f"exec → first 200 on `/runs`: {runs:,} runs and 2 million points of {what}", "ms",
                median(f"{name}.first.ms"), [Goal(None, 150, "≤ 150 ms")],
                {"CPU of the start": median(f"{name}.start_cpu.ms")},
            ),
            Figure(
                "memory then: private", "MB", median(f"{name}.private.mb"),
                [Goal(None, 32, "≤ 32 MB")], {},
            ),
        ]  # fmt: skip
    return [
        *table,
        Figure(
            "`/runs/ID/history` of 2,000 points, asked for the first time", "ms",
            median(f"{both}.curve.ms"), [Goal(None, 5, "≤ 5 ms")], {},
        ),
        Figure(
            "archiving one point: CPU of an update, less that of one without an archive", "µs",
            point, [Goal(None, 20, "≤ 20 µs")], {"update without": without},
        ),
        Figure(
            "of it the thread that reads the files", "µs", median("archive.point.poll.us"),
            [Goal(polling, 1.05, "≤ 1.05 × without")], {"without": polling},
        ),
        Figure(
            "points a second that were given and kept", "", median("archive.point.pace"), [],
            {"share that was kept, %": percent(median("archive.point.kept"))},
        ),
        Figure(
            f"archiving the end of a run, or its beginning, of {runs:,} runs: CPU", "µs",
            median("archive.end.us"), [], {"without an archive": median("archive.end.without.us")},
        ),
        Figure(
            "the same of 100 runs", "µs",
            median("archive.end100.us"), [],
            {"without an archive": median("archive.end100.without.us")},
        ),
        Figure("one point on disk", "bytes", median(f"{both}.bytes"), [], {}),
    ]  # fmt: skip


def page(samples: Samples, runs: int) -> list[Figure]:
    """The page in Chromium."""
    name = f"page{runs}"
    return [
        Figure(
            f"page of {runs:,} runs in Chromium: first table", "ms",
            samples.median(f"{name}.first_ms"), [Goal(None, 300, "≤ 300 ms")],
            {"best": min(samples.values.get(f"{name}.first_ms", [0])) or None},
        ),
        Figure(
            "frames a second while 20 updates a second come in", "",
            samples.median(f"{name}.frames_per_second"),
            [Goal(None, 59, "60", at_least=True)],
            {"late, %": samples.median(f"{name}.late_percent")},
        ),
        Figure(
            "memory of the page's code after an hour's updates", "MB",
            samples.median(f"{name}.heap_hour.mb"), [],
            {"before": samples.median(f"{name}.heap.mb")},
        ),
    ]  # fmt: skip


def percent(share: float | None) -> float | None:
    """A share as people write it."""
    return None if share is None else 100 * share
