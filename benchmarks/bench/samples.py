"""What was measured: every sample of every quantity, and where."""

from __future__ import annotations

import json
import platform
import statistics
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Samples:
    """Samples by name, one for each round; a name says what, of whom, in which unit."""

    values: dict[str, list[float]] = field(default_factory=dict)
    machine: dict[str, str] = field(default_factory=dict)

    def add(self, name: str, *values: float) -> None:
        """Note what one round brought."""
        self.values.setdefault(name, []).extend(values)

    def median(self, name: str) -> float | None:
        """Give the median of all rounds; None when it was never measured."""
        values = self.values.get(name)
        return statistics.median(values) if values else None

    def percentile(self, name: str, share: float) -> float | None:
        """Give the nearest-rank percentile of all rounds' samples together."""
        values = sorted(self.values.get(name, []))
        return values[min(int(share * len(values)), len(values) - 1)] if values else None

    def save(self, path: Path) -> None:
        """Write everything as JSON."""
        path.parent.mkdir(parents=True, exist_ok=True)
        document = {"machine": self.machine, "samples": self.values}
        path.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, path: Path) -> Samples:
        """Read what `save` wrote."""
        document = json.loads(path.read_text(encoding="utf-8"))
        return cls(document["samples"], document["machine"])


def describe_machine() -> dict[str, str]:
    """Tell what the figures depend on."""
    model = "unknown processor"
    cpuinfo = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    processors = [line.partition(":")[2].strip() for line in cpuinfo if "model name" in line]
    if processors:
        model = processors[0]
    return {
        "cores": str(len(processors) or 1),
        "processor": model,
        "kernel": platform.release().split("-")[0],
        "machine": platform.machine(),
    }
