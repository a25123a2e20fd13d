"""A real JupyterLab, a real server, and Chromium."""

from __future__ import annotations

import os
import pathlib
import re
import subprocess
from collections.abc import Iterator
from typing import Any, Callable

import pytest
from jupyter_lab import PATIENCE, ROOT, Lab
from playwright.sync_api import Page, expect, sync_playwright

_PULSE = os.environ.get("PULSE_BINARY", str(ROOT / ".build" / "debug" / "pulse"))

expect.set_options(timeout=PATIENCE * 1000)


@pytest.fixture
def lab(tmp_path: pathlib.Path) -> Iterator[Callable[..., Lab]]:
    """Starts one with these options more."""
    labs: list[Lab] = []

    def start(*options: str) -> Lab:
        labs.append(Lab(tmp_path, *options))
        return labs[-1]

    yield start
    for one in labs:
        one.stop()


@pytest.fixture
def serve(tmp_path: pathlib.Path) -> Iterator[Callable[..., str]]:
    """Starts `pulse serve` of the status file with these options more, and gives its URL."""
    processes: list[subprocess.Popen[str]] = []

    def start(*options: str) -> str:
        command = [_PULSE, "serve", str(tmp_path / "status.json"), "--port", "0", "--no-archive"]
        command += ["--public-dir", str(ROOT / "public"), *options]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        processes.append(process)
        assert process.stdout
        line = process.stdout.readline()
        match = re.search(r"http://\S+/", line)
        assert match, line
        return match[0]

    yield start
    for process in processes:
        process.terminate()
        process.communicate(timeout=PATIENCE)


@pytest.fixture
def page() -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser: Any = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"), args=["--no-sandbox"]
        )
        page = browser.new_page(viewport={"width": 1280, "height": 1000})
        page.set_default_timeout(PATIENCE * 1000)
        yield page
        browser.close()
