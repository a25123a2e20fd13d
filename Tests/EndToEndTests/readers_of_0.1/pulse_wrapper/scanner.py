"""A cursor over the bytes of one JSON document: white space, punctuation, strings, numbers.

``json`` can't be the gate: it takes NaN, duplicate fields and ``17.0`` for an integer, decodes
UTF-16, and keeps no byte offsets. This is the server's own scanner in Python, so that both reject
the same documents for the same reason at the same byte.
"""

from __future__ import annotations

import re

from .errors import PulseError

_WHITE_SPACE = re.compile(rb"[ \t\n\r]*")
_DIGITS = re.compile(rb"[0-9]*")
_HEXADECIMAL = b"0123456789abcdefABCDEF"
_ESCAPED = {
    ord('"'): '"',
    ord("\\"): "\\",
    ord("/"): "/",
    ord("b"): "\b",
    ord("f"): "\f",
    ord("n"): "\n",
    ord("r"): "\r",
    ord("t"): "\t",
}


class Scanner:
    """A position in a document. Each method passes over what it names, or raises `PulseError`."""

    def __init__(self, document: bytes) -> None:
        self.document = document
        #: The next byte to look at.
        self.index = 0

    @property
    def at_end(self) -> bool:
        """Whether all bytes were passed."""
        return self.index == len(self.document)

    def skip_white_space(self) -> None:
        """Pass over the four characters that JSON calls white space (RFC 8259 §2)."""
        self.index = self._end(_WHITE_SPACE)

    def skip(self, text: bytes) -> bool:
        """Pass over `text` when it stands here."""
        if not self.document.startswith(text, self.index):
            return False
        self.index += len(text)
        return True

    def expect(self, text: bytes) -> None:
        """Pass over `text`, which must stand here."""
        if not self.skip(text):
            raise self.unexpected()

    def unexpected(self, field: str | None = None) -> PulseError:
        """The error for a byte that can't stand here."""
        if self.at_end:
            return self.error("truncated", "the document ends too early", field)
        return self.error("syntax", "an unexpected character stands here", field)

    def error(
        self, reason: str, detail: str, field: str | None = None, offset: int | None = None
    ) -> PulseError:
        """An error at this byte, or at the one given."""
        return PulseError(
            reason, detail, field=field, offset=self.index if offset is None else offset
        )

    def string(self, field: str | None = None) -> str:
        """The text of a string whose opening quote was passed."""
        pieces: list[str] = []
        while not self.at_end:
            byte = self.document[self.index]
            if byte == ord('"'):
                self.index += 1
                return "".join(pieces)
            if byte == ord("\\"):
                pieces.append(self._escape(field))
            elif byte < 0x20:
                raise self.error("control_character", "a control character is not escaped", field)
            else:
                pieces.append(self._character(field))
        raise self.unexpected(field)

    def digits(self, field: str) -> None:
        """Pass over one digit or more."""
        end = self._end(_DIGITS)
        if end == self.index:
            raise self.unexpected(field)
        self.index = end

    def _end(self, pattern: re.Pattern[bytes]) -> int:
        match = pattern.match(self.document, self.index)
        return match.end() if match else self.index

    def _character(self, field: str | None) -> str:
        """One character of UTF-8 (RFC 3629)."""
        lead = self.document[self.index]
        length = 1 if lead < 0x80 else 2 if lead < 0xE0 else 3 if lead < 0xF0 else 4
        try:
            character = self.document[self.index : self.index + length].decode("utf-8")
        except UnicodeDecodeError as error:
            if error.reason == "unexpected end of data":
                self.index = len(self.document)
                raise self.unexpected(field) from None
            raise self.error("invalid_utf8", "the text is not UTF-8", field) from None
        self.index += length
        return character

    def _escape(self, field: str | None) -> str:
        """One escape (RFC 8259 §7). A pair of surrogates counts as one."""
        start = self.index
        if start + 1 == len(self.document):
            self.index += 1
            raise self.unexpected(field)
        kind = self.document[start + 1]
        if kind in _ESCAPED:
            self.index += 2
            return _ESCAPED[kind]
        if kind != ord("u"):
            raise self.error("invalid_escape", "an escape is none that JSON knows", field)
        unit = self._code_unit(start, field)
        if not 0xD800 <= unit <= 0xDFFF:
            self.index += 6
            return chr(unit)
        alone = self.error("lone_surrogate", "half of a surrogate pair stands alone", field)
        if unit >= 0xDC00:
            raise alone
        for offset, byte in ((6, ord("\\")), (7, ord("u"))):
            if start + offset >= len(self.document):
                self.index = len(self.document)
                raise self.unexpected(field)
            if self.document[start + offset] != byte:
                raise alone
        low = self._code_unit(start + 6, field)
        if not 0xDC00 <= low <= 0xDFFF:
            raise alone
        self.index += 12
        return chr(0x10000 + ((unit & 0x3FF) << 10) + (low & 0x3FF))

    def _code_unit(self, start: int, field: str | None) -> int:
        """The four hexadecimal digits of the ``\\u`` escape at `start`."""
        digits = self.document[start + 2 : start + 6]
        if any(digit not in _HEXADECIMAL for digit in digits):
            raise self.error("invalid_escape", "an escape lacks hexadecimal digits", field, start)
        if len(digits) < 4:
            self.index = len(self.document)
            raise self.unexpected(field)
        return int(digits, 16)
