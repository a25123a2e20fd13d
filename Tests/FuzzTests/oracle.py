"""PULSE v1 as `json` understands it: a third opinion, made of nothing that Pulse itself is made of.

`json` is lax, so each of its liberties is taken back by a hook or a check. It knows no offsets and
no reasons: it says valid, with the canonical spelling, or not.
"""

from __future__ import annotations

import json
import math
from typing import NamedTuple

SIZE_LIMIT = 65_536
FIELDS = ("status", "epoch", "total_epochs", "loss", "message", "timestamp")
STATES = ("idle", "running", "done", "error")
#: Escaped in canonical spelling, beside what `json` escapes.
ESCAPED = (*range(0x7F, 0xA0), *range(0x2028, 0x202F), *range(0x2066, 0x206A))


class Members(NamedTuple):
    """An object's members, none of them lost."""

    pairs: list[tuple[str, object]]


class Number(NamedTuple):
    """A number as it is spelled."""

    text: str
    is_integer: bool


class Invalid(ValueError):
    """The document is not PULSE v1."""


def canonical(document: bytes) -> str | None:
    """The canonical spelling of a valid document; None of any other."""
    try:
        return _spelling(_values(document))
    except (ValueError, RecursionError):
        return None


def _values(document: bytes) -> dict[str, object]:
    if len(document) > SIZE_LIMIT or document.startswith(b"\xef\xbb\xbf"):
        raise Invalid
    value = json.loads(
        document.decode("utf-8"),
        object_pairs_hook=Members,
        parse_constant=_no_constant,
        parse_int=lambda text: Number(text, is_integer=True),
        parse_float=lambda text: Number(text, is_integer=False),
    )
    if not isinstance(value, Members):
        raise Invalid
    values = dict(value.pairs)
    if len(value.pairs) != len(FIELDS) or set(values) != set(FIELDS):
        raise Invalid
    if values["status"] not in STATES:
        raise Invalid
    for field in ("epoch", "total_epochs", "loss"):
        values[field] = _double(values[field], may_be_negative=field == "loss")
    values["timestamp"] = _timestamp(values["timestamp"])
    message = values["message"]
    if not isinstance(message, str):
        raise Invalid
    # Lone surrogates, which `json` lets through, have no UTF-8: this raises.
    message.encode("utf-8")
    return values


def _double(value: object, *, may_be_negative: bool) -> float:
    if not isinstance(value, Number):
        raise Invalid
    number = float(value.text)
    if not math.isfinite(number) or (number < 0 and not may_be_negative):
        raise Invalid
    return number


def _timestamp(value: object) -> int:
    # A spelling of more digits than 64 bits have is too large, whatever it is.
    if not isinstance(value, Number) or not value.is_integer or len(value.text) > 20:
        raise Invalid
    number = int(value.text)
    if not 0 <= number < 2**63:
        raise Invalid
    return number


def _no_constant(_: str) -> object:
    raise Invalid


def _spelling(values: dict[str, object]) -> str:
    in_order = {field: values[field] for field in FIELDS}
    text = json.dumps(in_order, ensure_ascii=False)
    return text.translate({code: f"\\u{code:04x}" for code in ESCAPED})
