"""From samples to the figures of one run: what was wanted, what was reached, beside whom."""

from __future__ import annotations

from dataclasses import dataclass

from .samples import Samples


@dataclass(frozen=True)
class Goal:
    """A bound on a figure, or on its ratio to a peer's."""

    #: What the figure is divided by; nothing for a bound on the figure itself.
    peer: float | None
    bound: float
    text: str
    #: Whether more is better.
    at_least: bool = False

    def verdict(self, value: float | None) -> str:
        """Give the measured ratio or figure, and whether it is within the bound."""
        if value is None or (self.peer is None and "×" in self.text):
            return "not measured"
        measured = value / self.peer if self.peer else value
        reached = measured >= self.bound if self.at_least else measured <= self.bound
        shown = f"{measured:.2f} ×, " if self.peer else ""
        return shown + ("reached" if reached else "**missed**")


@dataclass(frozen=True)
class Figure:
    """One line of the table."""

    what: str
    unit: str
    value: float | None
    goals: list[Goal]
    #: The same quantity of the others, by name.
    peers: dict[str, float | None]


def figures(samples: Samples, streams: int = 10_000) -> list[Figure]:
    """All figures that have a goal, in the order of the table."""
    return [*requests(samples), *fan_out(samples, streams), *rest(samples), *code(samples)]


def requests(samples: Samples) -> list[Figure]:
    """What a request costs."""

    def cost(case: str, system: str) -> float | None:
        return samples.median(f"{case}.{system}.cpu_us")

    table = []
    for case, what in (("get", "`GET /status`"), ("get304", "`GET /status`, unchanged (304)")):
        floor, nginx = cost(case, "libmicrohttpd"), cost(case, "nginx")
        goals = [Goal(floor, 1.10, "≤ 1.10 × bare libmicrohttpd")]
        # Of a 304 the bare library alone takes more than that.
        if case == "get":
            goals.append(Goal(nginx, 0.95, "≤ 0.95 × nginx `return`"))
        peers = {
            "bare libmicrohttpd": floor,
            "nginx `return`": nginx,
            "nginx file": cost(case, "nginx_file"),
            "aiohttp": cost(case, "aiohttp"),
        }
        pulse = cost(case, "pulse")
        table.append(Figure(f"{what}: server CPU", "µs", pulse, goals, peers))
    return table


def fan_out(samples: Samples, streams: int) -> list[Figure]:
    """What many streams cost, and what one waits."""
    many, few = f"fanout{streams}", f"fanout{max(streams // 10, 1)}"

    def last(system: str) -> float | None:
        return samples.percentile(f"{many}.{system}.last_ms", 0.99)

    def memory(system: str) -> float | None:
        return samples.median(f"{many}.{system}.kib_per_stream")

    floor, nchan = last("send_loop"), last("nchan")
    per_many = samples.median(f"{many}.pulse.cpu_us_per_delivery")
    per_few = samples.median(f"{few}.pulse.cpu_us_per_delivery")
    one_fan_out = samples.median("meanwhile.fanout_ms")
    return [
        Figure(
            f"one event to {streams:,} streams: last client, p99", "ms", last("pulse"),
            [
                Goal(floor, 1.5, "≤ 1.5 × bare send loop"),
                Goal(nchan, 0.7, "≤ 0.7 × nchan"),
            ],
            {"bare send loop": floor, "nchan": nchan},
        ),
        Figure(
            f"memory of an idle stream, {streams:,} open", "KiB", memory("pulse"),
            [Goal(None, 8, "≤ 8 KiB")],
            {"nchan": memory("nchan")},
        ),
        Figure(
            f"CPU of one delivery at {streams:,} streams", "µs", per_many,
            [Goal(per_few, 1.2, f"≤ 1.2 × at {max(streams // 10, 1):,}")],
            {f"Pulse, {max(streams // 10, 1):,} streams": per_few},
        ),
        Figure(
            "rename of the status file → event at one client, p99", "ms",
            samples.percentile("one.pulse.last_ms", 0.99), [Goal(None, 2, "≤ 2 ms")], {},
        ),
        Figure(
            f"`GET /status` p99 while {streams:,} streams get an event a second", "ms",
            samples.median("meanwhile.p99_ms"),
            [Goal(one_fan_out, 1, "≤ 1 × one fan-out")],
            {"one fan-out": one_fan_out},
        ),
    ]  # fmt: skip


def rest(samples: Samples) -> list[Figure]:
    """The server when nothing happens, and its start."""
    return [
        Figure(
            "idle, polling every 2 s, 10 streams: share of a core", "%",
            samples.median("idle.core_percent"), [Goal(None, 0.2, "≤ 0.2 %")], {},
        ),
        Figure(
            "exec → first 200 on `/status`", "ms",
            samples.median("start.ms"), [Goal(None, 50, "≤ 50 ms")], {},
        ),
        Figure(
            "memory at rest, after a request: private", "MB", samples.median("rest.private.mb"), [],
            {"of it written, in no file": samples.median("rest.written.mb")},
        ),
        Figure(
            "memory at rest, after a request: resident", "MB",
            samples.median("rest.resident.mb"), [Goal(None, 15, "≤ 15 MB")], {},
        ),
    ]  # fmt: skip


def code(samples: Samples) -> list[Figure]:
    """The decoder and the writers."""
    pulse, foundation = samples.median("decode.pulse.us"), samples.median("decode.foundation.us")
    bare = samples.median("write.c.us")
    faster = foundation / pulse if foundation and pulse else None
    table = [
        Figure(
            "decoding one document", "µs", pulse,
            [Goal(None, 1, "≤ 1 µs")], {"Foundation's `JSONDecoder`": foundation},
        ),
        Figure(
            "decoding: times as fast as Foundation", "×", faster,
            [Goal(None, 10, "≥ 10", at_least=True)], {},
        ),
    ]  # fmt: skip
    for name, writer in (("swift", "`StatusFileWriter`"), ("python", "`pulse_wrapper`")):
        table.append(
            Figure(
                f"one atomic write, {writer}", "µs", samples.median(f"write.{name}.us"),
                [Goal(bare, 1.2, "≤ 1.2 × bare C")], {"bare C": bare},
            )
        )  # fmt: skip
    return table
