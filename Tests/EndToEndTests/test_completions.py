"""What a shell offers when somebody presses Tab."""

from __future__ import annotations

import shlex
import subprocess
from pathlib import Path

import pytest
from processes import PATIENCE, pulse_binary

#: As bash calls the function that completes a command: with the line, its words, and the last two.
ASK = """
source <({pulse} --generate-completion-script bash)
COMP_WORDS=({words}) COMP_CWORD={last} COMP_LINE={line} COMP_POINT={point}
_pulse pulse "${{COMP_WORDS[COMP_CWORD]}}" "${{COMP_WORDS[COMP_CWORD - 1]}}"
printf '%s\\n' "${{COMPREPLY[@]}}"
"""


def offers(line: str, directory: Path) -> list[str]:
    words = line.split(" ")
    script = ASK.format(
        pulse=shlex.quote(pulse_binary()),
        words=" ".join(shlex.quote(word) for word in words),
        last=len(words) - 1,
        line=shlex.quote(line),
        point=len(line),
    )
    result = subprocess.run(
        ["bash", "-c", script], cwd=directory, capture_output=True, text=True, timeout=PATIENCE
    )
    assert result.stderr == ""
    return [offer.strip() for offer in result.stdout.splitlines()]


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("pulse he", ["help", "healthcheck"]),
        ("pulse serve --log-level de", ["debug"]),
        ("pulse write ru", ["running"]),
        ("pulse serve --status-file st", ["status.json"]),
        ("pulse serve -s st", ["status.json"]),
        ("pulse serve --public-dir st", ["static"]),
        ("pulse run --trainer-log st", ["status.json"]),
        ("pulse doctor --status-file st", ["status.json"]),
        ("pulse healthcheck --tls-certificate st", ["status.json"]),
        ("pulse check st", ["status.json"]),
        ("pulse watch st", ["status.json"]),
        ("pulse watch --tls-authority st", ["status.json"]),
    ],
)
def test_bash_offers_what_fits(line: str, offered: list[str], tmp_path: Path) -> None:
    (tmp_path / "status.json").touch()
    (tmp_path / "static").mkdir()
    # Where a file is meant, a folder may lead to it.
    found = [offer for offer in offers(line, tmp_path) if "public-dir" in line or offer != "static"]
    assert sorted(found) == sorted(offered)
