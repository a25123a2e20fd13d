"""PULSE as `json` understands it: a third opinion, made of nothing that Pulse itself is made of.

`json` is lax, so each of its liberties is taken back by a hook or a check. It knows no offsets and
no reasons: it says valid, with the canonical spelling, or not.
"""

from __future__ import annotations

import json
import math
import re
from typing import NamedTuple

SIZE_LIMIT = 65_536
FIELDS = ("status", "epoch", "total_epochs", "loss", "message", "timestamp")
STATES = ("idle", "running", "done", "error")
#: Escaped in canonical spelling, beside what `json` escapes.
ESCAPED = (*range(0x7F, 0xA0), *range(0x2028, 0x202F), *range(0x2066, 0x206A))


FIELDS_OF_VERSION_2 = (
    *("version", *FIELDS, "profile", "dataset", "steps_done", "total_steps", "lr", "batch_size"),
    *("gpu_memory_usage", "metrics", "run", "attempt"),
)
LARGEST = 2**53 - 1
#: Bytes of each text, and the least of each integer.
TEXTS = {"profile": 256, "dataset": 256, "run": 64}
INTEGERS = {"steps_done": 0, "total_steps": 0, "batch_size": 1, "gpu_memory_usage": 0, "attempt": 1}
NAME = re.compile(r"[A-Za-z0-9_./@:-]{1,64}", re.ASCII)


class Members(NamedTuple):
    """An object's members, none of them lost."""

    pairs: list[tuple[str, object]]


class Number(NamedTuple):
    """A number as it is spelled."""

    text: str
    is_integer: bool


class Invalid(ValueError):
    """The document is not PULSE."""


def canonical(document: bytes, *, knows_version_2: bool = False) -> str | None:
    """The canonical spelling of a valid document; None of any other."""
    try:
        return _spelling(_values(document, knows_version_2))
    except (ValueError, RecursionError):
        return None


def _values(document: bytes, knows_version_2: bool) -> dict[str, object]:
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
    is_version_2 = knows_version_2 and "version" in values
    fields = FIELDS_OF_VERSION_2 if is_version_2 else FIELDS
    if len(value.pairs) != len(fields) or set(values) != set(fields):
        raise Invalid
    if is_version_2:
        _check_version_2(values)
    if values["status"] not in STATES:
        raise Invalid
    for field in ("epoch", "total_epochs", "loss"):
        if is_version_2 and field == "loss" and values[field] is None:
            continue
        values[field] = _double(values[field], may_be_negative=field == "loss")
    values["timestamp"] = _timestamp(values["timestamp"])
    message = values["message"]
    if not isinstance(message, str):
        raise Invalid
    # Lone surrogates, which `json` lets through, have no UTF-8: this raises.
    message.encode("utf-8")
    return values


def _check_version_2(values: dict[str, object]) -> None:
    if values["version"] != Number("2", is_integer=True):
        raise Invalid
    for field, limit in TEXTS.items():
        text = values[field]
        if text is not None and (not isinstance(text, str) or len(text.encode("utf-8")) > limit):
            raise Invalid
    for field, least in INTEGERS.items():
        if values[field] is not None:
            values[field] = _timestamp(values[field])
            if not least <= values[field] <= LARGEST:
                raise Invalid
    if values["lr"] is not None:
        values["lr"] = _double(values["lr"], may_be_negative=False)
    metrics = values["metrics"]
    if not isinstance(metrics, Members) or len(metrics.pairs) > 64:
        raise Invalid
    numbers = {name: _double(value, may_be_negative=True) for name, value in metrics.pairs}
    if len(numbers) != len(metrics.pairs) or not all(map(NAME.fullmatch, numbers)):
        raise Invalid
    values["metrics"] = dict(sorted(numbers.items()))


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
    fields = FIELDS_OF_VERSION_2 if "version" in values else FIELDS
    in_order = {field: values[field] for field in fields}
    if "version" in values:
        in_order["version"] = 2
    text = json.dumps(in_order, ensure_ascii=False)
    return text.translate({code: f"\\u{code:04x}" for code in ESCAPED})
