"""A real JupyterLab in a browser."""

from __future__ import annotations

import json
import os
import pathlib
import subprocess
import sys
import time

from playwright.sync_api import Page, expect

ROOT = pathlib.Path(__file__).resolve().parents[3]

#: JupyterLab takes its time to load, on a busy machine above all.
PATIENCE = 120.0


class Lab:
    """A JupyterLab below a path, as JupyterHub starts one, and nobody's own settings."""

    base = "/user/ada/"

    def __init__(self, directory: pathlib.Path, *options: str) -> None:
        self.directory = directory
        places = {
            name: str(directory / name.lower())
            for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR")
        }
        # Whether there is news, and a newer JupyterLab, isn't asked of anybody.
        settings = directory / "settings" / "@jupyterlab" / "apputils-extension"
        settings.mkdir(parents=True)
        quiet = {"fetchNews": "false", "checkForUpdates": False}
        (settings / "notification.jupyterlab-settings").write_text(json.dumps(quiet))
        places["JUPYTERLAB_SETTINGS_DIR"] = str(directory / "settings")
        environment = {k: v for k, v in os.environ.items() if not k.startswith("PULSE_")}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"]
            + ["--ServerApp.ip=127.0.0.1", "--ServerApp.port=0", "--IdentityProvider.token=lab"]
            + [f"--ServerApp.base_url={self.base}", f"--ServerApp.root_dir={directory}", *options],
            env=environment
            | places
            | {"IPYTHONDIR": str(directory / "ipython"), "PYTHONPATH": str(ROOT / "python/src")},
            stdout=subprocess.DEVNULL,
            stderr=(directory / "lab.log").open("wb"),
        )
        told = directory / "jupyter_runtime_dir" / f"jpserver-{self.process.pid}.json"
        deadline = time.monotonic() + PATIENCE
        while not (told.exists() and told.stat().st_size):
            assert self.process.poll() is None, (directory / "lab.log").read_text()
            assert time.monotonic() < deadline, "JupyterLab does not start"
            time.sleep(0.1)
        self.origin = f"http://127.0.0.1:{json.loads(told.read_text())['port']}"

    def run(self, page: Page, code: str) -> None:
        """Open a notebook of one cell, and run it."""
        cell = {"cell_type": "code", "source": code, "metadata": {}, "outputs": []}
        notebook = {
            "cells": [cell | {"id": "one", "execution_count": None}],
            "metadata": {
                "kernelspec": {"name": "python3", "display_name": "Python", "language": "python"}
            },
            "nbformat": 4,
            "nbformat_minor": 5,
        }
        (self.directory / "training.ipynb").write_text(json.dumps(notebook))
        page.goto(f"{self.origin}{self.base}lab/tree/training.ipynb?token=lab")
        editor = page.locator(".jp-CodeCell .cm-content").first
        editor.click()
        expect(page.locator(".jp-Notebook-ExecutionIndicator")).to_have_attribute(
            "data-status", "idle"
        )
        # While JupyterLab still builds its page, a key may go nowhere.
        prompt = page.locator(".jp-CodeCell .jp-InputPrompt").first
        deadline = time.monotonic() + PATIENCE
        while "*" not in (told := prompt.inner_text()) and not any(map(str.isdigit, told)):
            assert time.monotonic() < deadline, "the cell isn't run"
            editor.press("Control+Enter")
            page.wait_for_timeout(1000)

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(PATIENCE)
        finally:
            self.process.kill()
