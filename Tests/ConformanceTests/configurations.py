"""The files in deploy/, as the programs judge them that they are for."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from certificates import certify
from processes import ROOT, pulse_binary
from suite import Case, Suite

DEPLOY = ROOT / "deploy"


def said(*command: str | Path) -> str | None:
    """What a program complains of; None when it is content."""
    run = subprocess.run([*map(str, command)], capture_output=True, text=True)
    return None if run.returncode == 0 else (run.stdout + run.stderr)[-2_000:]


def first_line(*command: str) -> str:
    run = subprocess.run(command, capture_output=True, text=True)
    found = re.search(r"v?(\d+\.\d[\w.]*|\b\d{3}\b)", run.stdout + run.stderr)
    return found[1] if found else "?"


def nginx(directory: Path) -> Iterator[Case]:
    """`nginx -t` on the server as it is deployed, in the frame that Debian gives it."""
    certify(directory, "pulse.example.org")
    text = (DEPLOY / "nginx" / "pulse.conf").read_text()
    text = re.sub(r"(ssl_certificate)\s[^;]*;", rf"\1 {directory}/certificate.pem;", text)
    text = re.sub(r"(ssl_certificate_key)\s[^;]*;", rf"\1 {directory}/key.pem;", text)
    (directory / "pulse.conf").write_text(text)
    (directory / "nginx.conf").write_text(
        f"pid {directory}/pid; error_log {directory}/error.log; events {{}}\n"
        f"http {{ access_log off; include {directory}/pulse.conf; }}\n"
    )
    fault = said("nginx", "-t", "-p", directory, "-c", directory / "nginx.conf")
    yield Case("nginx -t", fault)


def unit(directory: Path) -> Iterator[Case]:
    """The unit, installed: what systemd says of each line, and of what the service may do."""
    installed = directory / "pulse.service"
    binary = directory / "bin" / "pulse"
    binary.parent.mkdir()
    shutil.copy(pulse_binary(), binary)
    text = (DEPLOY / "systemd" / "pulse.service").read_text().replace("@PREFIX@", str(directory))
    installed.write_text(text)
    run = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(installed)], capture_output=True, text=True
    )
    # It speaks of the machine's other units as well.
    own = [line for line in (run.stdout + run.stderr).splitlines() if "pulse.service" in line]
    yield Case("systemd-analyze verify", "\n".join(own) or None)
    # In tenths: 1.5 of 10, where 10 is a service without any protection.
    yield Case(
        "systemd-analyze security",
        said(
            "systemd-analyze",
            "security",
            "--offline=true",
            "--threshold=15",
            "--no-pager",
            installed,
        ),
    )


def run(directory: Path) -> Iterator[Case]:
    yield from nginx(directory)
    yield Case(
        "caddy validate",
        said(
            "caddy",
            "validate",
            "--adapter",
            "caddyfile",
            "--config",
            DEPLOY / "caddy" / "Caddyfile",
        ),
    )
    yield Case(
        "promtool check config",
        said("promtool", "check", "config", DEPLOY / "prometheus" / "prometheus.yml"),
    )
    yield Case(
        "promtool check rules",
        said(
            "promtool", "check", "rules", "--lint-fatal", DEPLOY / "prometheus" / "pulse.rules.yml"
        ),
    )
    yield from unit(directory)


SUITE = Suite(
    "configurations",
    "nginx, caddy, promtool, systemd",
    lambda: ", ".join(
        [first_line("nginx", "-v"), first_line("caddy", "version")]
        + [first_line("promtool", "--version"), first_line("systemd-analyze", "--version")]
    ),
    run,
)
