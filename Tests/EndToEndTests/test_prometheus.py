"""A real Prometheus scrapes Pulse, and what it is deployed with tells the truth."""

from __future__ import annotations

import re
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from processes import PulseServer, StatusFile, wait_until
from prometheus_client.openmetrics.parser import text_string_to_metric_families as openmetrics
from prometheus_client.parser import text_string_to_metric_families as text_format
from prometheus_server import DEPLOY, PrometheusServer
from reply import ask

#: The metrics of the contract, with their labels.
RUN = {
    "pulse_progress_ratio": (),
    "pulse_epoch": (),
    "pulse_epochs_planned": (),
    "pulse_loss": (),
    "pulse_status": ("status",),
    "pulse_last_update_timestamp_seconds": (),
}
SERVER = {
    "pulse_liveness": ("state",),
    "pulse_source_valid": (),
    "pulse_source_reads_total": (),
    "pulse_source_errors_total": ("reason",),
    "pulse_archive_up": (),
    "pulse_event_streams": (),
    "pulse_http_requests_total": ("code", "route"),
    "pulse_build_info": ("version",),
}
#: What a server of several runs says of all of them.
MANY = {"pulse_runs", "pulse_runs_unlabelled", "pulse_files_skipped"}


def promtool(*arguments: str, stdin: bytes | None = None) -> str:
    """Run promtool, which must be content and say nothing to complain."""
    run = subprocess.run(["promtool", *arguments], input=stdin, capture_output=True)
    output = (run.stdout + run.stderr).decode()
    assert run.returncode == 0, output
    return output


# What is deployed


def test_the_configuration_is_sound() -> None:
    assert "SUCCESS: 1 rule files found" in promtool(
        "check", "config", str(DEPLOY / "prometheus.yml")
    )


def test_the_rules_are_sound() -> None:
    promtool("check", "rules", "--lint-fatal", str(DEPLOY / "pulse.rules.yml"))


def test_the_rules_ask_for_metrics_of_the_contract_alone() -> None:
    rules = (DEPLOY / "pulse.rules.yml").read_text()
    asked = set(re.findall(r"\bpulse_[a-z_]+", rules))
    assert asked <= {*RUN, *SERVER, *MANY}
    assert asked >= {"pulse_loss", "pulse_status", "pulse_liveness", "pulse_source_valid"}


# The two formats


def serve_state(serve: Callable[..., PulseServer], file: StatusFile, state: str) -> PulseServer:
    """A server in a state, by its name."""
    if state == "running":
        file.running(2.5, loss=-1e-300)
    elif state == "done":
        file.done()
    elif state == "error":
        file.error(1.5, message='a "message"\nwith \\ everything')
    elif state == "never valid":
        file.raw(b"[]")
    elif state == "large":
        file.document(epoch=1e300, total_epochs=1e15, loss=123456789.123456789, timestamp=2**63 - 1)
    return serve()


STATES = ["missing", "running", "done", "error", "never valid", "large"]


@pytest.mark.parametrize("state", STATES)
def test_promtool_finds_nothing_in_the_metrics(
    serve: Callable[..., PulseServer], status_file: StatusFile, state: str
) -> None:
    server = serve_state(serve, status_file, state)
    ask(server, "/status")
    assert promtool("check", "metrics", stdin=ask(server, "/metrics").body) == ""


@pytest.mark.parametrize("state", STATES)
def test_both_formats_say_the_same(
    serve: Callable[..., PulseServer], status_file: StatusFile, state: str
) -> None:
    """The reference parsers read both, and find the metrics of the contract in each."""
    server = serve_state(serve, status_file, state)
    for path in ["/status", "/metrics", "/nothing-here"]:
        ask(server, path)

    def samples(parse: Callable, accept: str) -> dict[tuple, float]:
        body = ask(server, "/metrics", headers={"Accept": accept}).body.decode()
        assert "everything" not in body
        return {
            (sample.name, tuple(sorted(sample.labels.items()))): sample.value
            for family in parse(body)
            for sample in family.samples
        }

    old = samples(text_format, "text/plain")
    new = samples(openmetrics, "application/openmetrics-text;version=1.0.0")
    # These two move with time and with the asking.
    moving = {"pulse_source_reads_total", "pulse_source_errors_total", "pulse_http_requests_total"}
    steady = {key: value for key, value in old.items() if key[0] not in moving}
    assert steady == {key: value for key, value in new.items() if key[0] not in moving}
    found = {name: tuple(label for label, _ in labels) for name, labels in old}
    run = {} if state == "never valid" else RUN
    # Without a file nobody has measured a loss.
    unmeasured = {"pulse_loss"} if state == "missing" else set()
    assert found == {name: labels for name, labels in run.items() if name not in unmeasured} | SERVER


def test_openmetrics_keeps_a_counter_and_an_info_apart(
    server: PulseServer, status_file: StatusFile
) -> None:
    status_file.running(1)
    wait_until(lambda: server.get("/status").json()["epoch"] == 1, "the status is served")
    reply = ask(server, "/metrics", headers={"Accept": "application/openmetrics-text"})
    types = {family.name: family.type for family in openmetrics(reply.body.decode())}
    assert types["pulse_build"] == "info"
    assert types["pulse_http_requests"] == "counter"
    assert types["pulse_loss"] == "gauge"


# The real one


def test_it_sees_a_job_from_its_first_word_to_its_end(
    serve: Callable[..., PulseServer],
    status_file: StatusFile,
    prometheus: Callable[..., PrometheusServer],
) -> None:
    server = serve("--stale-after", "2s")
    scraper = prometheus(server)
    wait_until(lambda: scraper.value("up") == 1, "the target is up")
    wait_until(
        lambda: scraper.value('pulse_liveness{state="waiting"}') == 1, "the job is waited for"
    )
    assert scraper.value("pulse_source_valid") == 0
    # What says that OpenMetrics was asked for and given: the text format has no type `info`.
    kinds = scraper.ask("metadata")
    assert kinds["pulse_build"][0]["type"] == "info"
    assert kinds["pulse_source_reads"][0]["type"] == "counter"

    status_file.running(1.5, loss=0.25)
    wait_until(lambda: scraper.value("pulse_progress_ratio") == 0.5, "progress is seen")

    def is_recorded() -> bool:
        # It is recorded while it lives, so it must live on until then.
        status_file.running(1.5, loss=0.25)
        return scraper.value("pulse:training_loss") == 0.25

    wait_until(is_recorded, "the rule has recorded it")
    assert scraper.value("pulse_loss") == 0.25
    assert scraper.value("pulse_epoch") == 1.5
    assert scraper.value("pulse_epochs_planned") == 3
    assert abs(time.time() - (scraper.value("pulse_last_update_timestamp_seconds") or 0)) < 60

    # The trainer falls silent.
    wait_until(lambda: scraper.value('pulse_liveness{state="stale"}') == 1, "it is stale")
    wait_until(lambda: scraper.alerts().get("PulseTrainerStale") == "firing", "the alert fires")
    assert scraper.value('pulse_status{status="running"}') == 1
    assert scraper.value("pulse_loss") == 0.25
    assert scraper.value("pulse:training_loss") is None

    # It comes back, and diverges.
    status_file.document(epoch=2.0, loss=float("nan"))
    wait_until(lambda: scraper.value("pulse_source_valid") == 0, "the source is invalid")
    assert scraper.value("pulse_loss") == 0.25
    failures = 'increase(pulse_source_errors_total{reason="not_finite"}[10s])'
    wait_until(lambda: (scraper.value(failures) or 0) > 0, "the reason is counted")

    status_file.error(2.0, message="the loss is NaN")
    wait_until(lambda: scraper.alerts().get("PulseTrainingFailed") == "firing", "the alert fires")
    assert scraper.value("pulse_source_valid") == 1
    assert scraper.value('pulse_status{status="running"}') == 0
    assert scraper.value('pulse_liveness{state="finished"}') == 1

    # A new run, to its end.
    status_file.running(0.0)
    status_file.done()
    wait_until(lambda: scraper.value('pulse_status{status="done"}') == 1, "it is done")
    assert scraper.value("pulse_progress_ratio") == 1
    wait_until(lambda: "PulseTrainingFailed" not in scraper.alerts(), "the alert is over")
    assert server.get("/status").json()["status"] == "done"


def test_it_scrapes_with_a_token(
    serve: Callable[..., PulseServer],
    status_file: StatusFile,
    prometheus: Callable[..., PrometheusServer],
    tmp_path: Path,
) -> None:
    token = tmp_path / "token"
    token.write_text("0123456789abcdef\n")
    status_file.running(1.5)
    server = serve("--token-file", str(token))
    scraper = prometheus(
        server,
        {
            "    # authorization:\n": "    authorization:\n",
            "    #   credentials_file: /etc/pulse/token": f"      credentials_file: {token}",
        },
    )
    wait_until(lambda: scraper.value("pulse_progress_ratio") == 0.5, "progress is seen")


def test_it_says_when_pulse_is_gone(
    serve: Callable[..., PulseServer],
    status_file: StatusFile,
    prometheus: Callable[..., PrometheusServer],
) -> None:
    status_file.error(1.0)
    server = serve()
    scraper = prometheus(server)
    wait_until(
        lambda: scraper.alerts().get("PulseTrainingFailed") == "firing", "the failure is told"
    )
    server.stop()
    wait_until(lambda: scraper.value("up") == 0, "the target is down")
    wait_until(lambda: scraper.value("pulse_status") is None, "the samples are gone")
    # Two minutes from now it fires. What is known to have failed goes on meanwhile.
    wait_until(lambda: scraper.alerts().get("PulseDown") == "pending", "the alert is pending")
    assert scraper.alerts()["PulseTrainingFailed"] == "firing"
