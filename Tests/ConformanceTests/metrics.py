"""The metrics, as the reference parsers of both formats and promtool read them."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from importlib.metadata import version
from pathlib import Path

import pulse_wrapper
from processes import PulseServer, StatusFile, wait_until
from prometheus_client import parser
from prometheus_client.openmetrics import parser as openmetrics
from server import serving
from suite import Case, Suite

OPENMETRICS = "application/openmetrics-text"
#: Names of runs, which become labels.
NAMES = ["plain", "a.b-c", "A_1", "0"]


def missing(file: StatusFile) -> None: ...


def idle(file: StatusFile) -> None:
    file.idle()


def running(file: StatusFile) -> None:
    file.running(1.5)


def extreme(file: StatusFile) -> None:
    file.running(
        1e300, 1.7976931348623157e308, loss=-1.7976931348623157e308, message='"\\\u2028\x7f'
    )


def tiny(file: StatusFile) -> None:
    file.running(5e-324, 5e-324, loss=5e-324)


def done(file: StatusFile) -> None:
    pulse_wrapper.write_done_status(file.path, 3.0, 3.0, 0.1, "done")


def error(file: StatusFile) -> None:
    pulse_wrapper.write_error_status(file.path, 3.0, 3.0, 0.1, "out of memory\nat line 2")


def invalid(file: StatusFile) -> None:
    file.path.write_text('{"loss": NaN}')


STATES = [missing, idle, running, extreme, tiny, done, error, invalid]


def body(server: PulseServer, accept: str) -> str:
    answer = server.get("/metrics", Accept=accept)
    expected = OPENMETRICS if accept == OPENMETRICS else "text/plain"
    assert answer.headers["content-type"].startswith(expected), answer.headers
    return answer.body.decode()


def fault(check: Callable[[], object]) -> str | None:
    try:
        check()
    except Exception as error:  # noqa: BLE001  (whatever a parser says)
        return f"{type(error).__name__}: {error}"
    return None


def parsed(server: PulseServer, name: str) -> Iterator[Case]:
    """What each of the three says of a server's metrics."""
    plain, newer = body(server, "text/plain"), body(server, OPENMETRICS)
    yield Case(f"{name}, text", fault(lambda: list(parser.text_string_to_metric_families(plain))))
    yield Case(
        f"{name}, OpenMetrics",
        fault(lambda: list(openmetrics.text_string_to_metric_families(newer))),
    )
    run = subprocess.run(
        ["promtool", "check", "metrics"], input=plain, capture_output=True, text=True
    )
    said = run.stdout + run.stderr
    yield Case(f"{name}, promtool", said if run.returncode or said else None)


def run(directory: Path) -> Iterator[Case]:
    for state in STATES:
        name = state.__name__
        (directory / name).mkdir()
        state(StatusFile(directory / name / "status.json"))
        with serving(directory / name, epoch=None) as server:
            yield from parsed(server, name)
    runs = directory / "runs"
    runs.mkdir()
    for name in NAMES:
        StatusFile(runs / f"{name}.json").running(1.0, message=name)
    log = directory / "runs.log"
    server = PulseServer(None, "--runs-dir", str(runs), log=log)
    try:
        wait_until(lambda: server.get("/runs").json()["total"] == len(NAMES), "every run is found")
        yield from parsed(server, "several runs")
    finally:
        server.stop()


SUITE = Suite(
    "OpenMetrics",
    "prometheus_client, promtool",
    lambda: f"{version('prometheus_client')}, {promtool_version()}",
    run,
)


def promtool_version() -> str:
    said = subprocess.run(["promtool", "--version"], capture_output=True, text=True).stdout
    return said.split()[2]
