from __future__ import annotations

import fractions
import math
from typing import Any

import pytest

from pulse_wrapper import PulseError, TrainingStatus, calculate_progress


@pytest.mark.parametrize(
    ("epoch", "total", "progress"),
    [
        # The same doubles as the server's: multiplied first, then divided.
        (2.5, 3.0, 83.33333333333333),
        (1.0, 3.0, 33.333333333333336),
        (0.07, 1.0, 7.000000000000001),
        (0.0, 3.0, 0.0),
        (3.0, 3.0, 100.0),
        (4.0, 3.0, 100.0),
        (1.0, 0.0, 0.0),
        (-1.0, 3.0, 0.0),
        (1e308, 1.5e308, 1e308 / 1.5e308 * 100),
        (5e-324, 5e-324, 100.0),
        (2.9999999999999996, 3.0, 99.99999999999999),
    ],
)
def test_progress_is_clamped_percent(epoch: float, total: float, progress: float) -> None:
    assert calculate_progress(epoch, total) == progress


def test_create_gives_exactly_the_six_fields_in_order() -> None:
    status = TrainingStatus.create("running", 1, 3, 2, "text", 17)
    assert list(status.to_dict().items()) == [
        ("status", "running"),
        ("epoch", 1.0),
        ("total_epochs", 3.0),
        ("loss", 2.0),
        ("message", "text"),
        ("timestamp", 17),
    ]
    types = [type(value) for value in status.to_dict().values()]
    assert types == [str, float, float, float, str, int]


def test_other_real_numbers_become_floats() -> None:
    assert TrainingStatus.create("running", fractions.Fraction(5, 2)).epoch == 2.5


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("status", "paused", "unknown_status"),
        ("status", None, "wrong_type"),
        ("epoch", "1", "wrong_type"),
        ("epoch", True, "wrong_type"),
        ("epoch", -0.1, "negative"),
        ("epoch", math.nan, "not_finite"),
        ("total_epochs", math.inf, "not_finite"),
        ("total_epochs", 10**400, "overflow"),
        ("total_epochs", -1, "negative"),
        ("loss", -math.inf, "not_finite"),
        ("loss", None, "wrong_type"),
        ("message", b"bytes", "wrong_type"),
        ("message", "\udc80", "lone_surrogate"),
        ("timestamp", 17.0, "wrong_type"),
        ("timestamp", True, "wrong_type"),
        ("timestamp", -1, "negative"),
        ("timestamp", 2**63, "overflow"),
    ],
)
def test_what_is_no_pulse_v1_is_refused_with_reason_and_field(
    field: str, value: Any, reason: str
) -> None:
    values: dict[str, Any] = {"status": "running", field: value}
    with pytest.raises(PulseError) as refusal:
        TrainingStatus.create(**values)
    assert (refusal.value.reason, refusal.value.field) == (reason, field)


def test_a_loss_may_be_negative() -> None:
    assert TrainingStatus.create("running", loss=-4.5).loss == -4.5
