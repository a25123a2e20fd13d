"""Documents to try: made by a grammar, and mutations of those and of the conformance kit."""

from __future__ import annotations

import struct
from pathlib import Path
from random import Random

KIT = Path(__file__).resolve().parents[2] / "docs" / "fixtures"

#: Pieces that have a meaning somewhere in a document, or nearly so.
TOKENS = (
    b'{ } [ ] : , " \\ / - + . e E 0 00 1 9 -0 1e400 1e-400 5e-324 1e308 NaN nan Infinity -inf inf '
    b"true false null True None \\n \\u \\u0000 \\ud83d \\ude00 \\ud83d\\ude00 \\u00e9 // /* */ #"
).split(b" ") + [
    *(b" ", b"\t", b"\n", b"\r", b"\0", b"\x1f", b"\x7f"),
    *(b"\x80", b"\xc3", b"\xff", b"\xc2\x85", b"\xe2\x80\xa8", b"\xe2\x81\xa6"),
    *(b"\xed\xa0\x80", b"\xf0\x9f\x98\x80", b"\xf4\x90\x80\x80", b"\xef\xbb\xbf"),
    *(b'"status": ', b'"epoch": ', b'"lr": 0.1, ', b'"done"'),
    *(b'"version": 2, ', b'"version": 3, ', b'"metrics": {}, ', b'"eval_loss": 1.0, ', b"2"),
    *(b"9223372036854775807", b"9223372036854775808"),
]

STATES = ('"idle"', '"running"', '"done"', '"error"', '"runn\\u0069ng"')
WHITE_SPACE = ("", "", "", " ", " ", "\n", "\t", "\r\n", "  ")


class Inputs:
    """An endless row of documents, the same for the same seed."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)
        kit = [path.read_bytes() for path in sorted(KIT.glob("**/*valid/*.json"))]
        # The large ones are tried by the unit tests: here they would take all the time.
        self._seeds = [document for document in kit if len(document) < 2_048]

    def next(self) -> bytes:
        """The next document: a third are well-formed in JSON, most of the rest nearly so."""
        random = self._random
        document = self._generated() if random.random() < 0.6 else random.choice(self._seeds)
        if random.random() < 0.6:
            for _ in range(random.choice((1, 1, 1, 2, 3, 5))):
                document = self._mutated(document)
        return document

    def _generated(self) -> bytes:
        random = self._random
        members = [
            ('"status"', random.choice(STATES)),
            ('"epoch"', self._number()),
            ('"total_epochs"', self._number()),

            ('"message"', self._text()),
            ('"timestamp"', str(random.getrandbits(random.choice((1, 31, 31, 41, 63, 64))))),
        ]
        if random.random() < 0.5:
            # Sometimes without the version: what it has is an unknown field then.
            number = "2" if random.random() < 0.97 else random.choice(("3", "1", '"2"', "2.0"))
            members = [('"version"', number)][: random.random() < 0.95] + members + self._details()
            if random.random() < 0.3:
                members = [(name, "null" if "loss" in name else value) for name, value in members]
            if random.random() < 0.2:
                members = members[1:] + members[:1]
        if random.random() < 0.3:
            random.shuffle(members)
        if random.random() < 0.02:
            members.append(random.choice(members))
        if random.random() < 0.02:
            members.pop()

        def space() -> str:
            return random.choice(WHITE_SPACE)

        text = ",".join(
            f"{space()}{name}{space()}:{space()}{value}{space()}" for name, value in members
        )
        return (space() + "{" + text + "}" + space()).encode()

    def _details(self) -> list[tuple[str, str]]:
        """What version 2 adds, most of it valid."""

        def or_null(value: str) -> str:
            return "null" if self._random.random() < 0.2 else value

        return [
            ('"run"', or_null(self._text())),
            ('"profile"', or_null(self._text())),
            ('"dataset"', or_null(self._text())),
            ('"steps_done"', or_null(self._integer())),
            ('"total_steps"', or_null(self._integer())),
            ('"lr"', or_null(self._number())),
            ('"batch_size"', or_null(self._integer())),
            ('"attempt"', or_null(self._integer())),
            ('"gpu_memory_usage"', or_null(self._integer())),
            ('"metrics"', self._metrics()),
        ]

    def _integer(self) -> str:
        random = self._random
        if random.random() < 0.03:
            return random.choice(("0", "-0", "-1", str(2**53 - 1), str(2**53), "1.0", "1e3"))
        return str(random.getrandbits(random.choice((1, 8, 40, 53))) + 1)

    def _metrics(self) -> str:
        random = self._random
        count = random.choice((0, 1, 2, 3, 3, 63, 64, 65)) if random.random() < 0.3 else 2
        forms = ("m{}", "eval/{}@k", "a{}.b")
        names = [random.choice(forms).format(index) for index in range(count)]
        if names and random.random() < 0.05:
            names[-1] = random.choice((names[0], "", "a b", "é", "n" * 64, "n" * 65))
        random.shuffle(names)
        return "{" + ", ".join(f'"{name}": {self._number()}' for name in names) + "}"

    def _number(self) -> str:
        random = self._random
        kind = random.randrange(8)
        if kind == 0:
            return str(random.randrange(1_000))
        if kind == 1:
            return repr(random.random() * 10 ** random.randrange(-8, 8))
        if kind == 2:
            bits = struct.pack("<Q", random.getrandbits(63))
            number = struct.unpack("<d", bits)[0]
            return repr(number) if number == number and number != float("inf") else "1e400"
        if kind == 3:
            digits = "".join(random.choices("0123456789", k=random.randrange(1, 40)))
            return f"{random.randrange(10)}.{digits}e{random.randrange(-350, 350)}"
        if kind == 4:
            # Half way between two doubles, or a hair off.
            half = random.getrandbits(54) | 1 << 53 | 1
            return f"{half}{random.choice(('', '.0', '.00000000000000000001'))}"
        if kind == 5:
            # Around the bounds where the spelling of a number changes.
            bound = random.choice((2.0**53, 1e16, 2.0**54, 1e17, 1e-4, 1e-5, 1e22, 2.0**63))
            return repr(bound * (1 + random.randrange(-8, 9) * 2.0**-52))
        if kind == 6:
            return f"{random.getrandbits(64)}e{random.randrange(-30, 30)}"
        return random.choice(("0", "0.0", "1E5", "1e+5", "1e-5", "12.50", "0e0", "3.0"))

    def _text(self) -> str:
        random = self._random
        pieces = []
        for _ in range(random.randrange(12)):
            kind = random.randrange(6)
            code = random.getrandbits(random.choice((7, 8, 11, 14, 16, 20)))
            if kind == 0:
                pieces.append(
                    random.choice(('\\"', "\\\\", "\\/", "\\b", "\\f", "\\n", "\\r", "\\t"))
                )
            elif kind == 1:
                pieces.append(f"\\u{code & 0xFFFF:04x}")
            elif kind == 2:
                pieces.append(f"\\u{0xD800 | code & 0x3FF:04X}\\u{0xDC00 | code >> 10 & 0x3FF:04x}")
            elif code >= 0x20 and code not in (0x22, 0x5C) and not 0xD800 <= code < 0xE000:
                pieces.append(chr(code))
        return '"' + "".join(pieces) + '"'

    def _mutated(self, document: bytes) -> bytes:
        random = self._random
        start = random.randrange(len(document) + 1)
        end = min(len(document), start + random.choice((1, 1, 2, 4, 8, 32)))
        kind = random.randrange(9)
        if kind == 0:
            return document[:start] + document[end:]
        if kind == 1:
            return document[:start] + document[start:end] * 2 + document[end:]
        if kind == 2:
            return document[:start] + random.choice(TOKENS) + document[start:]
        if kind == 3:
            return document[:start] + random.choice(TOKENS) + document[end:]
        if kind == 4:
            return document[:start] + bytes([random.randrange(256)]) + document[end:]
        if kind == 5 and start < len(document):
            flipped = document[start] ^ 1 << random.randrange(8)
            return document[:start] + bytes([flipped]) + document[start + 1 :]
        if kind == 6:
            return document[:start]
        if kind == 7:
            other = random.choice(self._seeds)
            return document[:start] + other[random.randrange(len(other) + 1) :]
        members = document.split(b",")
        random.shuffle(members)
        return b",".join(members)
