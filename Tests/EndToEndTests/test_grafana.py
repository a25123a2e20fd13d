"""The dashboard for Grafana: each of its queries finds something in a real Prometheus."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from itertools import combinations

from processes import ROOT, PulseServer, StatusFile, wait_until
from prometheus_server import PrometheusServer
from served_runs import Runs

BOARD = json.loads((ROOT / "deploy" / "grafana" / "pulse.json").read_text())
PANELS = BOARD["panels"]
VARIABLES = {one["name"]: one for one in BOARD["templating"]["list"]}
#: Found where there are several runs alone.
OF_MANY = ("pulse_files_skipped", "pulse_runs_unlabelled")


def queries() -> Iterator[tuple[str, str]]:
    """Each query with its panel's title, as Grafana sends it when everything is chosen."""
    for panel in PANELS:
        for target in panel["targets"]:
            query = target["expr"].replace("$__rate_interval", "1m")
            for name in ("instance", "run"):
                query = query.replace(f"${name}", VARIABLES[name]["allValue"])
            assert "$" not in query
            yield panel["title"], query


def test_each_part_is_whole() -> None:
    assert len({panel["id"] for panel in PANELS}) == len(PANELS)
    for panel in PANELS:
        for one in [panel, *panel["targets"]]:
            assert one["datasource"] == {"type": "prometheus", "uid": "${datasource}"}
    for one, other in combinations([panel["gridPos"] for panel in PANELS], 2):
        is_beside = one["x"] + one["w"] <= other["x"] or other["x"] + other["w"] <= one["x"]
        is_above = one["y"] + one["h"] <= other["y"] or other["y"] + other["h"] <= one["y"]
        assert is_beside or is_above


def assert_all_find(scraper: PrometheusServer, skipped: tuple[str, ...] = ()) -> None:
    for title, query in queries():
        if not any(name in query for name in skipped):
            wait_until(
                lambda: scraper.ask("query", query=query)["result"],  # noqa: B023
                f"{title} shows something: {query}",
            )


def test_it_shows_several_runs(
    runs: Callable[..., Runs], prometheus: Callable[..., PrometheusServer]
) -> None:
    some = runs("--stale-after", "1h")
    start = 1_700_000_000
    (some.directory / "no name.json").write_text("{}")
    (some.directory / "never.json").write_text("{")
    some.write("failed.json", status="error")
    some.start()
    some.write("live.json", epoch=1.0, timestamp=start)
    some.wait_for("live", epoch=1.0)
    some.write("torn.json", epoch=1.0, timestamp=start)
    some.wait_for("torn", epoch=1.0)
    (some.directory / "torn.json").write_text("{")
    scraper = prometheus(some.server)
    wait_until(lambda: scraper.value('pulse_epoch{run="live"}') == 1, "the run is seen")
    some.write("live.json", epoch=2.0, timestamp=start + 1)
    assert_all_find(scraper)
    for name, expected in [("instance", 1), ("run", 3)]:
        metric, label = re.fullmatch(
            r"label_values\((.*), (\w+)\)", VARIABLES[name]["definition"]
        ).groups()
        series = scraper.ask("series", **{"match[]": metric.replace("$instance", ".*")})
        assert len({one[label] for one in series}) == expected


def test_it_shows_one_run(
    serve: Callable[..., PulseServer],
    status_file: StatusFile,
    prometheus: Callable[..., PrometheusServer],
) -> None:
    """One run has no label `run`, which the choice of all of them matches as well."""
    status_file.running(1.0)
    server = serve("--poll-interval", "200ms")
    wait_until(lambda: server.get("/status").json()["epoch"] == 1.0, "it is served")
    scraper = prometheus(server)
    wait_until(lambda: scraper.value("pulse_epoch") == 1, "the run is seen")
    status_file.running(2.0)
    wait_until(lambda: scraper.value("pulse_epoch") == 2, "the update is seen")
    status_file.document(loss=float("nan"))
    assert_all_find(scraper, OF_MANY)
