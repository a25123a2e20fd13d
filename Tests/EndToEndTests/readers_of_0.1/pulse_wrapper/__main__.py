"""The order's own tests: ``python -m pulse_wrapper`` (Order 16.2-FINAL, block 2.3)."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from typing import Any, Callable

import pulse_wrapper as pulse

_FIELDS = {"status", "epoch", "total_epochs", "loss", "message", "timestamp"}


def _require(condition: bool, claim: str) -> None:
    # Not `assert`: python -O would let everything pass.
    if not condition:
        raise AssertionError(claim)


def _stored(path: str) -> dict[str, Any]:
    with open(path, encoding="utf-8") as file:
        document: dict[str, Any] = json.load(file)
    return document


def _idle(path: str) -> None:
    pulse.write_idle_status(path)
    document = _stored(path)
    _require(document["status"] == "idle", "status is idle")
    _require(document["message"] == "Waiting to start...", "the message is the default one")
    _require(document["epoch"] == document["loss"] == 0.0, "nothing has happened yet")
    _require(abs(document["timestamp"] - time.time()) < 60, "the timestamp is now")


def _running(path: str) -> None:
    pulse.write_running_status(path, 2.5, 3.0, 0.42, "epoch 2.5 of 3")
    document = _stored(path)
    _require(document["status"] == "running", "status is running")
    _require((document["epoch"], document["total_epochs"]) == (2.5, 3.0), "epochs are as written")
    progress = pulse.calculate_progress(document["epoch"], document["total_epochs"])
    _require(f"{progress:.1f}" == "83.3", f"2.5 of 3.0 is 83.3 %, not {progress}")


def _done(path: str) -> None:
    pulse.write_done_status(path, 3.0, 3.0, 0.31)
    document = _stored(path)
    _require(document["status"] == "done", "status is done")
    _require(document["epoch"] == document["total_epochs"] == 3.0, "all epochs are done")
    _require(document["message"] == "Training completed", "the message is the default one")


def _error(path: str) -> None:
    pulse.write_error_status(path, 1.2, 3.0, 0.9, "out of memory")
    document = _stored(path)
    _require(document["status"] == "error", "status is error")
    _require(document["message"] == "out of memory", "the reason is in the message")
    for loss in (float("nan"), float("inf")):
        try:
            pulse.write_error_status(path, 1.2, 3.0, loss, "diverged")
        except pulse.PulseError as error:
            _require(error.reason == "not_finite", "the refusal says why")
        else:
            raise AssertionError(f"a loss of {loss} is refused")
    _require(_stored(path) == document, "a refused write leaves the file as it was")


def _types(path: str) -> None:
    pulse.write_running_status(path, 1, 3, 2, "integers are taken as floats")
    types = {field: type(value) for field, value in _stored(path).items()}
    expected = dict(zip(types, (str, float, float, float, str, int)))
    _require(types == expected, f"the types are those of block 1, not {types}")
    for field, value in (("status", "paused"), ("epoch", "1"), ("loss", True), ("timestamp", 17.0)):
        values: dict[str, Any] = {"status": "running", field: value}
        try:
            pulse.TrainingStatus.create(**values)
        except pulse.PulseError:
            continue
        raise AssertionError(f"{field} as {value!r} is refused")


def _no_extra_keys(path: str) -> None:
    pulse.write_idle_status(path)
    _require(set(_stored(path)) == _FIELDS, "a file has the six fields and no other")
    created = pulse.TrainingStatus.create("idle").to_dict()
    _require(set(created) == _FIELDS, "create() gives the six fields and no other")


def _safe_read(path: str) -> None:
    pulse.write_running_status(path, 1.0, 3.0, 0.5, "good")
    good = pulse.safe_read_status(path)
    _require(good is not None and good.message == "good", "a good document is read")
    with open(path, "w", encoding="utf-8") as file:
        file.write('{"status": "running", "epoch": 1.')
    _require(pulse.safe_read_status(path, last=good) == good, "the last good state stays")
    _require(pulse.safe_read_status(path) is None, "without one there is nothing to give")


_CHECKS: list[tuple[str, Callable[[str], None]]] = [
    ("idle", _idle),
    ("running", _running),
    ("done", _done),
    ("error", _error),
    ("types", _types),
    ("no extra keys", _no_extra_keys),
    ("safe read", _safe_read),
]


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """The checks read broken files on purpose: their warnings would look like failures."""
    logger = logging.getLogger("pulse_wrapper")
    logger.disabled = True
    try:
        yield
    finally:
        logger.disabled = False


def main() -> int:
    """Run all checks. Gives the exit code."""
    with tempfile.TemporaryDirectory() as directory, _quiet():
        for name, check in _CHECKS:
            try:
                check(os.path.join(directory, "status.json"))
            except Exception as error:  # Whatever fails, its check is named.
                print(f"FAILED: {name}: {error or type(error).__name__}")
                return 1
            print(f"passed: {name}")
    print("=== ALL TESTS PASSED (PULSE v1 COMPLIANT) ===")
    return 0


if __name__ == "__main__":
    sys.exit(main())
