"""PULSE v2: the document, by the rules of `docs/PULSE-v2.md`."""

from __future__ import annotations

import json
import math
import pathlib
import re
from typing import Any

import pytest

from pulse_wrapper import PulseDocument, PulseError, RunDetails, TrainingStatus, encode

_PAGE = pathlib.Path(__file__).parents[2] / "docs" / "PULSE-v2.md"


def test_the_spelling_is_that_of_the_page() -> None:
    found = re.search(r"```json\n(.*)\n```", _PAGE.read_text(encoding="utf-8"))
    assert found is not None
    example = json.loads(found[1])
    names = ("status", "epoch", "total_epochs", "loss", "message", "timestamp")
    status = TrainingStatus(*(example[name] for name in names))
    details = RunDetails(
        **{name: value for name, value in example.items() if name not in (*names, "version")}
    )
    assert encode(PulseDocument(status, details)).decode() == found[1]


_FIXTURES = pathlib.Path(__file__).parents[2] / "docs/fixtures/v2"
_VALID = json.loads((_FIXTURES / "index.json").read_text(encoding="utf-8"))["valid"]


@pytest.mark.parametrize("entry", _VALID, ids=lambda entry: entry["file"])
def test_every_valid_document_is_spelled_canonically(entry: dict[str, Any]) -> None:
    told = json.loads((_FIXTURES / entry["file"]).read_bytes())
    names = ("status", "epoch", "total_epochs", "loss", "message", "timestamp")
    has_loss = told["loss"] is not None
    status = TrainingStatus(*({**told, "loss": told["loss"] or 0.0}[name] for name in names))
    details = {name: value for name, value in told.items() if name not in (*names, "version")}
    document = PulseDocument(status, RunDetails(**details), has_loss)
    assert encode(document).decode() == entry["canonical"]


def test_what_is_not_known_is_null() -> None:
    document = PulseDocument(TrainingStatus.create("idle"), RunDetails(), has_loss=False)
    state = json.loads(encode(document))
    assert state.pop("metrics") == {}
    assert state.pop("version") == 2
    known = {"status", "epoch", "total_epochs", "message", "timestamp"}
    assert {name for name, value in state.items() if value is not None} == known


def test_metrics_are_in_the_order_of_their_names() -> None:
    assert list(RunDetails(metrics={"b": 1, "a": 2, "B": 3}).metrics) == ["B", "a", "b"]


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("profile", 7, "wrong_type"),
        ("profile", "é" * 129, "too_long"),
        ("run", "r" * 65, "too_long"),
        ("dataset", "\ud800", "lone_surrogate"),
        ("steps_done", -1, "negative"),
        ("steps_done", 2**53, "overflow"),
        ("steps_done", 1.0, "wrong_type"),
        ("steps_done", True, "wrong_type"),
        ("batch_size", 0, "zero"),
        ("attempt", 0, "zero"),
        ("lr", -0.1, "negative"),
        ("lr", math.nan, "not_finite"),
        ("lr", "fast", "wrong_type"),
        ("metrics", {"a b": 1.0}, "invalid_name"),
        ("metrics", {"": 1.0}, "invalid_name"),
        ("metrics", {"a": math.inf}, "not_finite"),
        ("metrics", {f"m{index}": 1.0 for index in range(65)}, "too_many_metrics"),
    ],
)
def test_each_rule_has_its_reason(field: str, value: Any, reason: str) -> None:
    with pytest.raises(PulseError) as raised:
        RunDetails(**{field: value})
    assert (raised.value.reason, raised.value.field) == (reason, field)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("profile", "é" * 128),
        ("run", "r" * 64),
        ("steps_done", 2**53 - 1),
        ("steps_done", 0),
        ("lr", 0),
        ("batch_size", 1),
        ("metrics", {f"m{index}": -1.0 for index in range(64)}),
    ],
)
def test_the_limits_themselves_are_allowed(field: str, value: Any) -> None:
    assert getattr(RunDetails(**{field: value}), field) == value
