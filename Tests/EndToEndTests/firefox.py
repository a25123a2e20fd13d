"""Firefox, as Debian has it, driven over WebDriver BiDi, which it speaks by itself."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from processes import PATIENCE, wait_until
from websockets.sync.client import connect

FIREFOX = os.environ.get("FIREFOX") or shutil.which("firefox-esr") or shutil.which("firefox")


class Firefox:
    """One browser with a profile of its own, and one tab (https://www.w3.org/TR/webdriver-bidi)."""

    def __init__(self, directory: Path) -> None:
        profile, log = directory / "profile", directory / "firefox.log"
        profile.mkdir(parents=True)
        command = [FIREFOX, "--headless", "--no-remote", "--profile", str(profile)]
        environment = os.environ | {"HOME": str(directory), "LANGUAGE": "en"}
        with log.open("wb") as output:
            self._process = subprocess.Popen(
                [*command, "--remote-debugging-port", "0"],
                stdout=output, stderr=output, env=environment,
            )  # fmt: skip
        try:
            announced = re.compile(r"WebDriver BiDi listening on (ws://127\.0\.0\.1:\d+)")
            wait_until(lambda: announced.search(log.read_text()), "Firefox listens")
            address = announced.search(log.read_text())[1]
            self._connection = ExitStack()
            self._socket = self._connection.enter_context(
                connect(f"{address}/session", max_size=None, open_timeout=PATIENCE)
            )
            self._count = 0
            self._ask("session.new", capabilities={})
            self._tab = self._ask("browsingContext.getTree")["contexts"][0]["context"]
        except BaseException:
            self._process.kill()
            self._process.wait()
            raise

    def close(self) -> None:
        self._connection.close()
        self._process.kill()
        self._process.wait(PATIENCE)

    def open(self, url: str) -> None:
        self._ask("browsingContext.navigate", context=self._tab, url=url, wait="complete")

    def get(self, expression: str) -> Any:
        """The value of an expression of JavaScript in the page, as JSON; None where it throws."""
        answer = self._ask(
            "script.evaluate", expression=f"JSON.stringify({expression})",
            target={"context": self._tab}, awaitPromise=True,
        )  # fmt: skip
        return json.loads(answer.get("result", {}).get("value", "null"))

    def expect(self, expression: str, value: object) -> None:
        """Wait until the expression has the value."""
        try:
            wait_until(lambda: self.get(expression) == value, f"{expression} is {value}")
        except AssertionError as error:
            raise AssertionError(f"{error}: it is {self.get(expression)}") from None

    def _ask(self, method: str, **parameters: object) -> dict:
        self._count += 1
        question = {"id": self._count, "method": method, "params": parameters}
        self._socket.send(json.dumps(question))
        while True:
            answer = json.loads(self._socket.recv(PATIENCE))
            if answer.get("id") == self._count:
                assert answer["type"] == "success", answer
                return answer["result"]
