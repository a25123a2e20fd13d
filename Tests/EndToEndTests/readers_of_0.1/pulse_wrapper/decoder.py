"""The strict decoder: a document is PULSE v1, or it is rejected with the first problem in it."""

from __future__ import annotations

import math
import re

from .encoder import SIZE_LIMIT
from .errors import PulseError
from .scanner import Scanner
from .status import LATEST_TIMESTAMP, STATES, TrainingStatus

_FIELDS = ("status", "epoch", "total_epochs", "loss", "message", "timestamp")
_VALUE_START = re.compile(rb'["{\[0-9-]|true|false|null')
# Python writes NaN and -Infinity, C writes nan and -inf.
_NOT_FINITE = re.compile(rb"(?i:-?(?:(nan)|inf))")


def decode(document: bytes) -> TrainingStatus:
    """Read one document.

    Example:
        >>> decode(b'{"status": "idle", "epoch": 0, "total_epochs": 0, "loss": 0, '
        ...        b'"message": "", "timestamp": 1732800000}').epoch
        0.0
        >>> try:
        ...     decode(b'{"loss": NaN}')
        ... except PulseError as error:
        ...     print(error.reason, error.field, error.offset, error)
        not_finite loss 9 loss is NaN, which JSON does not have (byte 9)

    Raises:
        PulseError: with reason, byte offset, and the field where there is one.
    """
    if len(document) > SIZE_LIMIT:
        raise PulseError("too_large", f"the document is over {SIZE_LIMIT} bytes", offset=0)
    _check_encoding(document)
    scanner = Scanner(document)
    scanner.skip_white_space()
    if scanner.at_end:
        raise PulseError("empty", "the document is empty", offset=0)
    if not scanner.skip(b"{"):
        raise scanner.error("not_an_object", "the document is not a JSON object")
    values = _members(scanner)
    end = scanner.index - 1
    for field in _FIELDS:
        if field not in values:
            raise scanner.error("missing_field", f"{field} is missing", field, end)
    scanner.skip_white_space()
    if not scanner.at_end:
        raise scanner.error("trailing_bytes", "something follows the document")
    return TrainingStatus(**values)


def _check_encoding(document: bytes) -> None:
    """JSON is UTF-8 without a mark (RFC 8259 §8.1). The others show in the first bytes."""
    if document.startswith(b"\xef\xbb\xbf"):
        raise PulseError("byte_order_mark", "the document begins with a byte order mark", offset=0)
    if len(document) >= 2 and (document[:2] in (b"\xfe\xff", b"\xff\xfe") or 0 in document[:2]):
        raise PulseError(
            "wrong_encoding", "the document is UTF-16 or UTF-32; UTF-8 is needed", offset=0
        )


def _members(scanner: Scanner) -> dict[str, str | float | int]:
    values: dict[str, str | float | int] = {}
    scanner.skip_white_space()
    if scanner.skip(b"}"):
        return values
    while True:
        start = scanner.index
        scanner.expect(b'"')
        field = scanner.string()
        if field not in _FIELDS:
            raise scanner.error("unknown_field", "a field is not one of the six", offset=start)
        if field in values:
            raise scanner.error("duplicate_field", f"{field} stands twice", field, start)
        scanner.skip_white_space()
        scanner.expect(b":")
        scanner.skip_white_space()
        values[field] = _value(scanner, field)
        scanner.skip_white_space()
        if scanner.skip(b"}"):
            return values
        comma = scanner.index
        scanner.expect(b",")
        scanner.skip_white_space()
        if scanner.skip(b"}"):
            raise scanner.error(
                "trailing_comma", "a comma stands before the closing brace", offset=comma
            )


def _value(scanner: Scanner, field: str) -> str | float | int:
    start = scanner.index
    if field not in ("status", "message"):
        return _number(scanner, field)
    if not scanner.skip(b'"'):
        raise _not_a("string", scanner, field)
    text = scanner.string(field)
    if field == "status" and text not in STATES:
        raise scanner.error(
            "unknown_status", "status is not idle, running, done or error", field, start
        )
    return text


def _number(scanner: Scanner, field: str) -> float | int:
    """A number (RFC 8259 §6); for the timestamp an integer in spelling too."""
    start = scanner.index
    text, is_integer = _number_text(scanner, field)
    if field == "timestamp":
        return _integer(text, is_integer, scanner, start)
    value = float(text)
    if math.isinf(value):
        raise scanner.error("overflow", f"{field} is too large for a double", field, start)
    if value < 0 and field != "loss":
        raise scanner.error("negative", f"{field} is below 0", field, start)
    return value


def _number_text(scanner: Scanner, field: str) -> tuple[bytes, bool]:
    start = scanner.index
    is_negative = scanner.skip(b"-")
    if not scanner.document[scanner.index : scanner.index + 1].isdigit():
        literal = _NOT_FINITE.match(scanner.document, start)
        if literal:
            name = "NaN" if literal[1] else "-Infinity" if is_negative else "Infinity"
            raise scanner.error(
                "not_finite", f"{field} is {name}, which JSON does not have", field, start
            )
        raise scanner.unexpected(field) if is_negative else _not_a("number", scanner, field)
    # 01 is no number: what can't belong there is the digit behind the zero.
    if not scanner.skip(b"0"):
        scanner.digits(field)
    elif scanner.document[scanner.index : scanner.index + 1].isdigit():
        raise scanner.unexpected(field)
    integer_end = scanner.index
    if scanner.skip(b"."):
        scanner.digits(field)
    if scanner.skip(b"e") or scanner.skip(b"E"):
        scanner.skip(b"+") or scanner.skip(b"-")
        scanner.digits(field)
    # Nothing ends a number but what follows it: this one may have been cut.
    if scanner.at_end:
        raise scanner.unexpected(field)
    return scanner.document[start : scanner.index], scanner.index == integer_end


def _integer(text: bytes, is_integer: bool, scanner: Scanner, start: int) -> int:
    field = "timestamp"
    if not is_integer:
        raise scanner.error("wrong_type", f"{field} is not written as an integer", field, start)
    if text.startswith(b"-") and text != b"-0":
        raise scanner.error("negative", f"{field} is below 0", field, start)
    # The length first: Python refuses to convert thousands of digits.
    if len(text) > len(str(LATEST_TIMESTAMP)) or int(text) > LATEST_TIMESTAMP:
        raise scanner.error("overflow", f"{field} is too large for 64 bits", field, start)
    return int(text)


def _not_a(expected: str, scanner: Scanner, field: str) -> PulseError:
    """The error for a value of another type, or for what is no value at all."""
    if not _VALUE_START.match(scanner.document, scanner.index):
        return scanner.unexpected(field)
    return scanner.error("wrong_type", f"{field} is not a {expected}", field)
