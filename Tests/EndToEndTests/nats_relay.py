"""A `pulse relay` process."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from nats_server import nats_binary
from processes import PATIENCE

ENVIRONMENT = {k: v for k, v in os.environ.items() if not k.startswith("PULSE_")}


class Relay:
    """`announcement` is its first line: it sends from then on."""

    def __init__(self, status_file: Path, url: str, *flags: str, log: Path) -> None:
        self.log = log
        command = [nats_binary(), "relay", "-s", str(status_file), "--to", url, *flags]
        with log.open("ab") as errors:
            self.process = subprocess.Popen(
                command, stdout=subprocess.PIPE, stderr=errors, text=True, env=ENVIRONMENT
            )
        assert self.process.stdout is not None
        self.announcement = self.process.stdout.readline()

    def kill(self) -> None:
        self.process.kill()
        self.wait()

    def stop(self) -> int:
        self.process.terminate()
        return self.wait()

    def wait(self) -> int:
        assert self.process.stdout is not None
        self.process.stdout.close()
        return self.process.wait(PATIENCE)
