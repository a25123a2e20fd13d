"""PULSE v2 judged in another way than the decoder does: two readings, one for each version.

The rules of one version are read by themselves, to reason, field and byte; which of the two verdicts
holds follows from where `version` stands (docs/PULSE-v2.md §2). The primitives are those of the
Python package.
"""

from __future__ import annotations

import json
import math
import re
from typing import Any

from pulse_wrapper import decoder, encoder
from pulse_wrapper.errors import PulseError
from pulse_wrapper.scanner import Scanner

FIELDS = (
    *("version", "status", "epoch", "total_epochs", "loss", "message", "timestamp"),
    *("profile", "dataset", "steps_done", "total_steps", "lr", "batch_size"),
    *("gpu_memory_usage", "metrics", "run", "attempt"),
)
LARGEST = 2**53 - 1
TEXTS = {"profile": 256, "dataset": 256, "run": 64}
#: The integers, with the least of each.
INTEGERS = {"steps_done": 0, "total_steps": 0, "batch_size": 1, "gpu_memory_usage": 0, "attempt": 1}
NAME = re.compile(r"[A-Za-z0-9_./@:-]{1,64}", re.ASCII)


def verdict(document: bytes) -> str | None:
    """`valid` with the canonical spelling, or reason, field and offset.

    None where there is none: of a spelling of version 1 that is too large to write.
    """
    reading = _Reading(document)
    try:
        values = reading.values()
    except PulseError as error:
        if reading.names_version:
            return f"{error.reason} {error.field or '-'} {error.offset}"
    else:
        if reading.names_version:
            return f"valid {_spelling(values)}"
    try:
        return f"valid {encoder.encode(decoder.decode(document)).decode()}"
    except PulseError as error:
        if error.offset is None:
            return None
        return f"{error.reason} {error.field or '-'} {error.offset}"


def _spelling(values: dict[str, Any]) -> str:
    in_order = {field: values[field] for field in FIELDS}
    in_order["metrics"] = dict(sorted(values["metrics"].items()))
    escaped = (*range(0x7F, 0xA0), *range(0x2028, 0x202F), *range(0x2066, 0x206A))
    text = json.dumps(in_order, ensure_ascii=False)
    return text.translate({code: f"\\u{code:04x}" for code in escaped})


class _Reading:
    """One reading by the rules of version 2, which finds whether a version is named."""

    def __init__(self, document: bytes) -> None:
        self._scanner = Scanner(document)
        self.names_version = False

    def values(self) -> dict[str, Any]:
        scanner = self._scanner
        document = scanner.document
        if len(document) > encoder.SIZE_LIMIT:
            raise PulseError("too_large", "", offset=0)
        decoder._check_encoding(document)
        scanner.skip_white_space()
        if scanner.at_end:
            raise PulseError("empty", "", offset=0)
        if not scanner.skip(b"{"):
            raise scanner.error("not_an_object", "")
        values = self._object(self._member, None)
        end = scanner.index - 1
        if self.names_version:
            for field in FIELDS:
                if field not in values:
                    raise scanner.error("missing_field", "", field, end)
        scanner.skip_white_space()
        if not scanner.at_end:
            raise scanner.error("trailing_bytes", "")
        return values

    def _object(self, member: Any, field: str | None) -> dict[str, Any]:
        """What stands behind an opening brace, which was read."""
        scanner = self._scanner
        values: dict[str, Any] = {}
        scanner.skip_white_space()
        if scanner.skip(b"}"):
            return values
        while True:
            member(values)
            scanner.skip_white_space()
            if scanner.skip(b"}"):
                return values
            comma = scanner.index
            self._expect(b",", field)
            scanner.skip_white_space()
            if scanner.skip(b"}"):
                raise scanner.error("trailing_comma", "", field, comma)

    def _expect(self, character: bytes, field: str | None) -> None:
        if not self._scanner.skip(character):
            raise self._scanner.unexpected(field)

    def _member(self, values: dict[str, Any]) -> None:
        scanner = self._scanner
        start = scanner.index
        self._expect(b'"', None)
        field = scanner.string()
        if field not in FIELDS:
            raise scanner.error("unknown_field", "", offset=start)
        self.names_version |= field == "version"
        if field in values:
            raise scanner.error("duplicate_field", "", field, start)
        scanner.skip_white_space()
        self._expect(b":", None)
        scanner.skip_white_space()
        values[field] = self._value(field)

    def _value(self, field: str) -> Any:
        scanner = self._scanner
        start = scanner.index
        if field == "version":
            return self._version(start)
        if field == "metrics":
            if not scanner.skip(b"{"):
                raise decoder._not_a("object", scanner, field)
            return self._object(self._metric, field)
        if field in ("status", "epoch", "total_epochs", "message", "timestamp"):
            return decoder._value(scanner, field)
        if self._null(field):
            return None
        if field in TEXTS:
            if not scanner.skip(b'"'):
                raise decoder._not_a("string", scanner, field)
            text = scanner.string(field)
            if len(text.encode()) > TEXTS[field]:
                raise scanner.error("too_long", "", field, start)
            return text
        if field in INTEGERS:
            return self._integer(field, start)
        return decoder._number(scanner, field)

    def _null(self, field: str) -> bool:
        scanner = self._scanner
        rest = scanner.document[scanner.index :]
        if rest.startswith(b"null"):
            scanner.index += 4
            return True
        # Before a version has come, a cut is for version 1 to judge.
        if rest and b"null".startswith(rest) and self.names_version:
            raise scanner.error("truncated", "", field, len(scanner.document))
        return False

    def _version(self, start: int) -> int:
        text, is_integer = decoder._number_text(self._scanner, "version")
        if not is_integer:
            raise self._scanner.error("wrong_type", "", "version", start)
        if text != b"2":
            raise self._scanner.error("unsupported_version", "", "version", start)
        return 2

    def _integer(self, field: str, start: int) -> int:
        scanner = self._scanner
        text, is_integer = decoder._number_text(scanner, field)
        if not is_integer:
            raise scanner.error("wrong_type", "", field, start)
        if text.startswith(b"-") and text != b"-0":
            raise scanner.error("negative", "", field, start)
        if len(text) > 20 or int(text) > LARGEST:
            raise scanner.error("overflow", "", field, start)
        if int(text) < INTEGERS[field]:
            raise scanner.error("zero", "", field, start)
        return int(text)

    def _metric(self, values: dict[str, float]) -> None:
        scanner = self._scanner
        start = scanner.index
        self._expect(b'"', "metrics")
        name = scanner.string("metrics")
        if not NAME.fullmatch(name):
            raise scanner.error("invalid_name", "", "metrics", start)
        if name in values:
            raise scanner.error("duplicate_name", "", "metrics", start)
        if len(values) == 64:
            raise scanner.error("too_many_metrics", "", "metrics", start)
        scanner.skip_white_space()
        self._expect(b":", "metrics")
        scanner.skip_white_space()
        start = scanner.index
        number = float(decoder._number_text(scanner, "metrics")[0])
        if math.isinf(number):
            raise scanner.error("overflow", "", "metrics", start)
        values[name] = number
