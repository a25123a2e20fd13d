from __future__ import annotations

import pytest

from pulse_wrapper import PulseError, TrainingStatus, decode
from pulse_wrapper.encoder import SIZE_LIMIT

_GOOD = (
    b'{"status": "running", "epoch": 2.5, "total_epochs": 3.0, "loss": 0.42, '
    b'"message": "half", "timestamp": 1732800000}'
)


def test_a_document_is_read() -> None:
    assert decode(_GOOD) == TrainingStatus("running", 2.5, 3.0, 0.42, "half", 1732800000)


def test_order_white_space_and_escapes_are_free() -> None:
    document = (
        b'\n{ "timestamp":17,"message" : "\\u0041\\ud83d\\ude00\\n","loss":-1E-2,'
        b'"epoch":1,"total_epochs":0,\t"status":"\\u0069dle" }\r\n'
    )
    assert decode(document) == TrainingStatus("idle", 1.0, 0.0, -0.01, "A\U0001f600\n", 17)


@pytest.mark.parametrize(
    ("old", "new", "reason", "field"),
    [
        (b"2.5", b"NaN", "not_finite", "epoch"),
        (b"0.42", b"-Infinity", "not_finite", "loss"),
        (b"0.42", b"1e999", "overflow", "loss"),
        (b"0.42", b"true", "wrong_type", "loss"),
        (b"0.42", b"null", "wrong_type", "loss"),
        (b"0.42", b'"0.42"', "wrong_type", "loss"),
        (b"0.42", b".42", "syntax", "loss"),
        (b"0.42", b"00.42", "syntax", "loss"),
        (b"0.42", b"0.", "syntax", "loss"),
        (b"2.5", b"-2.5", "negative", "epoch"),
        (b"1732800000", b"17.0", "wrong_type", "timestamp"),
        (b"1732800000", b"9223372036854775808", "overflow", "timestamp"),
        (b"1732800000", b"1" * 5000, "overflow", "timestamp"),
        (b"1732800000", b"-1", "negative", "timestamp"),
        (b'"running"', b'"paused"', "unknown_status", "status"),
        (b'"half"', b"7", "wrong_type", "message"),
        (b"half", b"\xff", "invalid_utf8", "message"),
        (b"half", b"\xed\xa0\x80", "invalid_utf8", "message"),
        (b"half", b"\n", "control_character", "message"),
        (b"half", b"\\x", "invalid_escape", "message"),
        (b"half", b"\\u12g4", "invalid_escape", "message"),
        (b"half", b"\\ud800", "lone_surrogate", "message"),
        (b"half", b"\\udc00", "lone_surrogate", "message"),
        (b'"loss": 0.42, ', b"", "missing_field", "loss"),
        (b'"loss": 0.42', b'"loss": 0.42, "loss": 0.42', "duplicate_field", "loss"),
        (b'"loss": 0.42', b'"loss": 0.42, "lr": 1', "unknown_field", None),
        (b"1732800000}", b"1732800000,}", "trailing_comma", None),
        (b"1732800000}", b"1732800000} {", "trailing_bytes", None),
        (b"1732800000}", b"17328", "truncated", "timestamp"),
        (b"1732800000}", b"1732800000", "truncated", "timestamp"),
        (b"1732800000}", b"1732800000 ", "truncated", None),
        (_GOOD, b"", "empty", None),
        (_GOOD, b" \n", "empty", None),
        (_GOOD, b"[]", "not_an_object", None),
        (b'{"status"', b'\xef\xbb\xbf{"status"', "byte_order_mark", None),
        (_GOOD, _GOOD.decode().encode("utf-16"), "wrong_encoding", None),
        (_GOOD, _GOOD.decode().encode("utf-16-le"), "wrong_encoding", None),
        (b"half", b"x" * SIZE_LIMIT, "too_large", None),
    ],
)
def test_a_bad_document_is_rejected_with_its_reason(
    old: bytes, new: bytes, reason: str, field: str | None
) -> None:
    assert old in _GOOD
    with pytest.raises(PulseError) as rejection:
        decode(_GOOD.replace(old, new))
    assert (rejection.value.reason, rejection.value.field) == (reason, field)
    assert rejection.value.offset is not None


def test_the_offset_is_the_byte_where_the_problem_shows() -> None:
    with pytest.raises(PulseError, match=r"\(byte 31\)$") as rejection:
        decode(b'{"status": "running", "epoch": NaN}')
    assert rejection.value.offset == 31


@pytest.mark.parametrize("end", range(len(_GOOD)))
def test_every_torn_document_is_rejected(end: int) -> None:
    with pytest.raises(PulseError):
        decode(_GOOD[:end])
