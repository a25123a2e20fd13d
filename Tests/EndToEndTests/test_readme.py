"""What the README and the pages of docs/ say can be done, and where they say things are."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from processes import PATIENCE, ROOT, PulseServer, StatusFile, pulse_binary, wait_until

README = (ROOT / "README.md").read_text()
PAGES = sorted(
    path
    for folder in (".", "docs", "python")
    for path in (ROOT / folder).glob("*.md")
)


def blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def commands() -> list[list[str]]:
    """The README's commands, each as its words."""
    found: list[list[str]] = []
    for line in "".join(blocks(README, "sh")).splitlines():
        command: list[str] = []
        for word in shlex.split(line, comments=True):
            if word == "&&":
                found.append(command)
                command = []
            else:
                command.append(word)
        found.append(command)
    return [command for command in found if command]


def of(program: str) -> list[list[str]]:
    found = [command for command in commands() if command[0] == program]
    assert found, f"no {program} in the README"
    return found


def test_it_is_short_and_knows_its_programs() -> None:
    assert len(README.splitlines()) <= 200
    programs = {command[0] for command in commands()}
    assert programs == {"make", "pulse", "curl", "docker", "./evaluate"}


@pytest.mark.parametrize("target", sorted({command[1] for command in of("make")}))
def test_each_target_is_there(target: str) -> None:
    plan = subprocess.run(
        ["make", "--dry-run", target], cwd=ROOT, capture_output=True, text=True
    )
    assert plan.returncode == 0, plan.stderr


@pytest.mark.parametrize("command", of("pulse"), ids=" ".join)
def test_each_option_of_pulse_is_one(command: list[str]) -> None:
    told = subprocess.run(
        [pulse_binary(), command[1], "--help"], capture_output=True, text=True, check=True
    ).stdout
    own = command[: command.index("--")] if "--" in command else command
    for option in [word for word in own if word.startswith("--")]:
        assert re.search(rf"{option}\b", told), option


@pytest.mark.parametrize("command", of("curl"), ids=" ".join)
def test_each_curl_is_answered(
    server: PulseServer, status_file: StatusFile, command: list[str]
) -> None:
    status_file.running(1.5)
    wait_until(lambda: server.metric("pulse_epoch") == 1.5, "the state is served")
    path = urlsplit(command[-1]).path
    result = subprocess.run(
        ["curl", "--silent", "--fail", "--max-time", "1", *command[1:-1], server.url + path],
        capture_output=True,
        timeout=PATIENCE,
    )
    assert b'"epoch": 1.5' in result.stdout


def test_each_path_of_the_table_is_served(server: PulseServer, status_file: StatusFile) -> None:
    status_file.running(1.0)
    rows = re.findall(r"^\| (`/.*?) \|", README, re.MULTILINE)
    paths = [path for row in rows for path in re.findall(r"`(/\S*?)`", row)]
    assert len(paths) > 8
    for path in paths:
        assert server.get(path, method="HEAD").status == 200, path


def test_the_document_is_one(tmp_path: Path) -> None:
    [document] = blocks(README, "json")
    (tmp_path / "status.json").write_text(document)
    checked = subprocess.run(
        [pulse_binary(), "check", tmp_path / "status.json"], capture_output=True, text=True
    )
    assert checked.returncode == 0, checked.stdout


def test_a_command_runs_and_has_its_panel(tmp_path: Path) -> None:
    [command] = [command for command in of("pulse") if command[1] == "run"]
    (tmp_path / "train.py").write_text("print('trained')\n")
    clean = {k: v for k, v in os.environ.items() if not k.startswith("PULSE_")}
    result = subprocess.run(
        [pulse_binary(), *command[1:]],
        cwd=tmp_path,
        env=clean | {"PULSE_PORT": "0"},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    assert result.returncode == 0, result.stderr
    assert "trained" in result.stdout
    assert '"status": "done"' in (tmp_path / "status.json").read_text()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_each_link_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#\s]+)(?:#[\w-]+)?\)", page.read_text()):
        if not target.startswith(("http://", "https://")):
            assert (page.parent / target).exists(), target


def test_each_folder_of_the_layout_is_there() -> None:
    table = README.partition("| folder |")[2].partition("\n\n")[0]
    for folder in re.findall(r"`([A-Za-z/]+?)/?`", table.split("\n", 1)[1]):
        places = [ROOT / folder, ROOT / "Sources" / folder, ROOT / "Tests" / folder]
        assert any(place.exists() for place in places) or folder in ("pulse", "pulse_wrapper"), folder
