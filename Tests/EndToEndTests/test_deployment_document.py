"""What docs/DEPLOYMENT.md says can be done."""

from __future__ import annotations

import itertools
import os
import re
import shlex
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from deployment import end
from documents import take
from processes import ROOT, PulseServer, StatusFile, pulse_binary, wait_until
from prometheus_server import DEPLOY, PrometheusServer
from proxies import HOST, Nginx, Proxy

PAGE = "docs/DEPLOYMENT.md"
TEXT = (ROOT / PAGE).read_text()


def snippets(language: str) -> list[str]:
    """The lines of all blocks in a language."""
    return [line for block in take(PAGE, language) for line in block.text.splitlines()]


def commands(program: str) -> list[str]:
    found = [line for line in snippets("sh") if line.startswith(f"{program} ")]
    assert found, f"no {program} in the document"
    return found


#: What isn't run here.
ELSEWHERE = {
    "docker": "`make test-containers` carries out the same without an engine",
    "make": "`make test-containers` makes the package",
    "sudo": "`make test-containers` installs and starts it under a real systemd",
    "echo": "as sudo",
}


def test_every_command_is_tested() -> None:
    programs = {line.split()[0] for line in snippets("sh")}
    assert programs == {"promtool", "pulse", "curl", *ELSEWHERE}


def test_every_path_is_there() -> None:
    for path in re.findall(r"`(deploy/[\w./-]*)`", TEXT):
        assert (ROOT / path).exists(), path


def test_every_option_is_one() -> None:
    told = "".join(
        subprocess.run(
            [pulse_binary(), *command, "--help"], capture_output=True, text=True, check=True
        ).stdout
        for command in (["serve"], ["runs", "export"])
    )
    # The scripts have options of other programs.
    text = re.sub(r"```shell.*?```", "", TEXT, flags=re.DOTALL)
    options = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", text))
    assert options
    for option in options:
        assert re.search(rf"{option}\b", told), option


def test_the_table_has_every_alert_with_its_severity() -> None:
    rules = (DEPLOY / "pulse.rules.yml").read_text()
    alerts = re.findall(r"alert: (\w+).*?severity: (\w+)", rules, re.DOTALL)
    table = re.findall(r"^\| `(Pulse\w+)` \|.*\| (\w+) \|$", TEXT, re.MULTILINE)
    assert sorted(alerts) == sorted(table)


@pytest.mark.parametrize("command", commands("promtool"))
def test_promtool_is_content(command: str) -> None:
    subprocess.run(command, shell=True, cwd=ROOT, check=True)


def test_the_service_serves_a_directory_of_runs_with_the_lines_of_its_settings(
    tmp_path: Path,
) -> None:
    unit = (ROOT / "deploy/systemd/pulse.service").read_text()
    settings = (ROOT / "packaging/debian/pulse.default").read_text()
    [lines] = re.findall(r"((?:^#PULSE_\w+=.*\n)*^#PULSE_RUNS_DIR=.*)", settings, re.MULTILINE)
    variables = dict(
        re.findall(r"^Environment=(PULSE_\w+)=(.*)$", unit, re.MULTILINE)
        + re.findall(r"^#(PULSE_\w+)=(.*)$", lines, re.MULTILINE)
    )
    assert "PULSE_RUNS_DIR" in variables
    variables |= {"PULSE_RUNS_DIR": str(tmp_path), "PULSE_PUBLIC_DIR": str(ROOT / "public")}
    process = subprocess.Popen(
        [pulse_binary(), "serve"],
        env=os.environ | variables | {"PULSE_PORT": "0", "XDG_STATE_HOME": str(tmp_path)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    try:
        assert process.stdout.readline().startswith(f"Pulse is serving {tmp_path} at ")
    finally:
        assert end(process) == 0
        process.stdout.close()


QUESTIONS = snippets("promql")


def test_every_question_has_an_answer(
    serve: Callable[..., PulseServer], status_file: StatusFile, tmp_path: Path
) -> None:
    status_file.running(1.0)
    server = serve("--poll-interval", "100ms", "--stale-after", "1s")
    prometheus = PrometheusServer(tmp_path / "prometheus", server.port, {})
    unanswered = set(QUESTIONS)

    def ask_all() -> bool:
        unanswered.difference_update(
            [q for q in unanswered if prometheus.ask("query", query=q)["result"]]
        )
        return not unanswered

    epochs = itertools.count(1)

    def trains_until_recorded() -> bool:
        status_file.running(next(epochs) / 10_000)
        return (prometheus.value("count_over_time(pulse:training_loss[1h])") or 0) > 2

    try:
        # The run goes on, falls silent, and its file breaks: each question has its moment.
        wait_until(trains_until_recorded, "its loss is recorded")
        ask_all()
        wait_until(lambda: prometheus.value('pulse_liveness{state="stale"}') == 1, "it is stale")
        status_file.raw(b"[]")
        wait_until(ask_all, "all have answers")
    finally:
        prometheus.stop()


@pytest.fixture
def documented_server(status_file: StatusFile) -> Iterator[int]:
    """The server, started as the document says. Its port comes from the environment."""
    status_file.running(1.0)
    [command] = commands("pulse")
    process = subprocess.Popen(
        [pulse_binary(), *shlex.split(command)[1:]],
        cwd=status_file.path.parent,
        env=os.environ | {"PULSE_PORT": "0", "PULSE_PUBLIC_DIR": str(ROOT / "public")},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    match = re.search(r":(\d+)/$", process.stdout.readline())
    assert match is not None
    yield int(match[1])
    assert end(process) == 0
    process.stdout.close()


@pytest.fixture
def proxy(documented_server: int, tmp_path: Path) -> Iterator[Proxy]:
    proxy = Nginx(tmp_path / "nginx", documented_server)
    yield proxy
    proxy.stop()


@pytest.mark.parametrize("command", commands("curl"))
def test_curl_shows_what_is_told(proxy: Proxy, status_file: StatusFile, command: str) -> None:
    [url] = re.findall(rf"https://{HOST}/\w+", command)
    flags = [word for word in shlex.split(command)[1:] if word != url]
    path = url.removeprefix(f"https://{HOST}")
    curl = subprocess.Popen(proxy.curl_command(path, *flags), stdout=subprocess.PIPE, text=True)
    lines = curl.stdout
    assert lines is not None

    def shows(text: str) -> bool:
        line = lines.readline()
        assert line, f"it ends without {text}"
        return text in line

    if path == "/events":
        wait_until(lambda: shows('"epoch": 1.0'), "the state is there")
        status_file.running(1.5)
        wait_until(lambda: shows('"epoch": 1.5'), "the change is there")
    else:
        wait_until(lambda: shows(" 304"), "the tag lives")
    curl.kill()
    curl.wait()
    lines.close()
