"""A real Prometheus, started from `deploy/prometheus/`."""

from __future__ import annotations

import json
import shutil
import subprocess
import urllib.parse
import urllib.request
from pathlib import Path

from deployment import end, replaced
from processes import PATIENCE, ROOT, free_port, wait_until

DEPLOY = ROOT / "deploy" / "prometheus"


class PrometheusServer:
    """Scrapes one target on loopback by the deployed configuration, but every second."""

    def __init__(self, directory: Path, target_port: int, settings: dict[str, str]) -> None:
        config = replaced(
            (DEPLOY / "prometheus.yml").read_text(),
            {
                "scrape_interval: 15s": "scrape_interval: 1s",
                "evaluation_interval: 15s": "evaluation_interval: 1s",
                "127.0.0.1:8080": f"127.0.0.1:{target_port}",
            }
            | settings,
        )
        directory.mkdir()
        (directory / "prometheus.yml").write_text(config)
        shutil.copy(DEPLOY / "pulse.rules.yml", directory)
        self.log = directory / "prometheus.log"
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                ["prometheus", f"--config.file={directory / 'prometheus.yml'}"]
                + [f"--storage.tsdb.path={directory / 'data'}"]
                + [f"--web.listen-address=127.0.0.1:{port}"],
                stdout=log,
                stderr=log,
            )
        wait_until(self._is_ready, "Prometheus is ready")

    def _is_ready(self) -> bool:
        assert self.process.poll() is None, self.log.read_text()
        try:
            with urllib.request.urlopen(f"{self.url}/-/ready", timeout=PATIENCE):
                return True
        except OSError:
            return False

    def ask(self, path: str, **parameters: str) -> dict:
        """The data of an answer of its HTTP interface."""
        url = f"{self.url}/api/v1/{path}?{urllib.parse.urlencode(parameters)}"
        with urllib.request.urlopen(url, timeout=PATIENCE) as reply:
            answer = json.load(reply)
        assert answer["status"] == "success"
        return answer["data"]

    def value(self, query: str) -> float | None:
        """The value of an instant query; None when it finds nothing."""
        result = self.ask("query", query=query)["result"]
        assert len(result) < 2, result
        return float(result[0]["value"][1]) if result else None

    def alerts(self) -> dict[str, str]:
        """The alerts that are pending or firing, by name."""
        return {a["labels"]["alertname"]: a["state"] for a in self.ask("alerts")["alerts"]}

    def stop(self) -> None:
        assert end(self.process) == 0, self.log.read_text()
