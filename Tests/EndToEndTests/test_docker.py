"""What the Dockerfile relies on; Tests/ContainerTests carries it out, as root."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

from processes import PATIENCE, ROOT, pulse_binary

DOCKERFILE = (ROOT / "Dockerfile").read_text()
STAGES = re.split(r"^FROM ", DOCKERFILE, flags=re.MULTILINE)[1:]


def sources(stage: str) -> list[str]:
    """What a stage copies from the folder that it is built in."""
    return [
        source
        for source, _ in re.findall(r"^COPY (?!--from)(\S+) (\S+)$", stage, re.MULTILINE)
    ]


def test_what_is_copied_is_sent_to_the_engine() -> None:
    rules = (ROOT / ".dockerignore").read_text().split()
    assert rules[0] == "*"
    for source in [source for stage in STAGES for source in sources(stage)]:
        assert f"!{source}" in rules
        assert (ROOT / source).exists()


def test_the_package_is_complete_with_what_is_copied(tmp_path: Path) -> None:
    for source in sources(STAGES[0]):
        if (ROOT / source).is_dir():
            shutil.copytree(ROOT / source, tmp_path / source)
        else:
            shutil.copy(ROOT / source, tmp_path / source)
    result = subprocess.run(
        ["swift", "package", "describe"], cwd=tmp_path, capture_output=True, text=True
    )
    assert result.returncode == 0, result.stderr[-2000:]


def test_its_swift_can_build_the_package() -> None:
    [tools] = re.findall(r"swift-tools-version: (\d+)\.(\d+)", (ROOT / "Package.swift").read_text())
    [named] = re.findall(r"^ARG SWIFT_VERSION=(\d+)\.(\d+)", DOCKERFILE, re.MULTILINE)
    assert tuple(map(int, named)) >= tuple(map(int, tools))


def test_the_image_s_environment_starts_a_healthy_server(tmp_path: Path) -> None:
    settings = dict(re.findall(r"(PULSE_\w+)=(\S+)", STAGES[-1]))
    assert set(settings) > {"PULSE_HOST", "PULSE_PORT", "PULSE_STATUS_FILE"}
    # The same but for what is elsewhere here: the panel, the volume, and the port. It must not be
    # reachable from outside, so this is the one address of all that is tried.
    settings |= {
        "PULSE_HOST": "127.0.0.1",
        "PULSE_PUBLIC_DIR": str(ROOT / "public"),
        "PULSE_STATUS_FILE": str(tmp_path / "status.json"),
        "PULSE_PORT": "0",
    }
    process = subprocess.Popen(
        [pulse_binary(), "serve"], env=os.environ | settings, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    try:
        port = re.search(r":(\d+)/$", process.stdout.readline())
        assert port is not None
        health = subprocess.run(
            [pulse_binary(), "healthcheck"],
            env=os.environ | settings | {"PULSE_HOST": "0.0.0.0", "PULSE_PORT": port[1]},
            timeout=PATIENCE,
        )
        assert health.returncode == 0
    finally:
        process.terminate()
        assert process.wait(PATIENCE) == 0
        process.stdout.close()
