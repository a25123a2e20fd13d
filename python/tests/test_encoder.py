from __future__ import annotations

import json
import math

import pytest

from pulse_wrapper import PulseError, TrainingStatus, decode, encode
from pulse_wrapper.encoder import SIZE_LIMIT


def _status(loss: float = 0.5, message: str = "") -> TrainingStatus:
    return TrainingStatus("running", 2.5, 3, loss, message, 1732800000)


def test_a_document_is_one_line_of_six_fields_in_order() -> None:
    assert encode(_status(message="half")) == (
        b'{"status": "running", "epoch": 2.5, "total_epochs": 3.0, "loss": 0.5, '
        b'"message": "half", "timestamp": 1732800000}'
    )


@pytest.mark.parametrize(
    ("message", "spelling"),
    [
        ('"\\/', rb"\"\\/"),
        ("\n\t\x00\x1f", rb"\n\t\u0000\u001f"),
        ("\x7f\u2028\u2029", rb"\u007f\u2028\u2029"),
        ("é 😀", "é 😀".encode()),
    ],
)
def test_text_has_one_spelling(message: str, spelling: bytes) -> None:
    assert b'"message": "' + spelling + b'", ' in encode(_status(message=message))


@pytest.mark.parametrize(
    "loss", [0.1, -0.0, 1e16, 123456789012345680.0, 5e-324, math.pi, 1.7976931348623157e308]
)
def test_what_is_written_is_read_back_as_the_same(loss: float) -> None:
    status = _status(loss, "\u00e9\u2028\x7f😀\x00")
    assert decode(encode(status)) == status
    assert json.loads(encode(status)) == status.to_dict()


def test_a_message_that_no_document_can_hold_is_refused() -> None:
    assert len(encode(_status(message="x" * (SIZE_LIMIT - 200)))) <= SIZE_LIMIT
    with pytest.raises(PulseError) as refusal:
        encode(_status(message="x" * SIZE_LIMIT))
    assert refusal.value.reason == "too_large"
