"""Event streams, and what a client has to read in them: the classes of the platform's tests for
EventSource (`format-*`), written anew after WHATWG HTML §9.2.5 and §9.2.6.

The data of an event are a document here, or a part of one, so that `pulse watch` shows what it has
read. `{1}` stands for the whole document with the message "1".
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field

LONG = ":" + "x" * 2_000


def document(message: str) -> str:
    """A document on one line, as a server would send it."""
    return json.dumps(
        {"status": "running", "epoch": 1.0, "total_epochs": 3.0, "loss": 0.5, "message": message}
        | {"timestamp": 1_700_000_000}
    )


@dataclass(frozen=True)
class Vector:
    name: str
    stream: str
    #: The messages of the documents that are read, in turn.
    messages: list[str] = field(default_factory=list)
    #: What the client says it saw last when it comes back; None where it must say nothing.
    last_id: str | None = None

    @property
    def content(self) -> bytes:
        filled = re.sub(r"\{(\w+)\}", lambda match: document(match[1]), self.stream)
        return filled.encode("utf-8", "surrogateescape")


# A row is a line, however long it is.
# fmt: off
EVENT = "event: status\n"
BEGIN, END = document("1")[:30], document("1")[30:]

VECTORS = [
    Vector("bom", "\ufeffevent: status\ndata: {1}\n\n", ["1"]),
    Vector("bom, twice", "\ufeff\ufeffevent: status\ndata: {1}\n\nevent: status\ndata: {2}\n\n", ["2"]),
    Vector("bom, before a later event", EVENT + "data: {1}\n\n\ufeffevent: status\ndata: {2}\n\n", ["1"]),
    Vector("comments", f": a\n{EVENT}:b\n{LONG}\ndata: {{1}}\n:\n: {{2}}\n\n", ["1"]),
    Vector("comment of NUL", EVENT + ":\0\ndata: {1}\n\n", ["1"]),
    Vector("comments alone", ":\n\n:a\n\n", []),
    Vector("data before the final empty line", EVENT + "data: {1}\n\n" + EVENT + "data: {2}\n", ["1"]),
    Vector("data without a line's end", EVENT + "data: {1}\n\n" + EVENT + "data: {2}", ["1"]),
    Vector("no data", EVENT + "\n" + EVENT + "data: {1}\n\n", ["1"]),
    Vector("empty data", EVENT + "data:\n\n" + EVENT + "data\n\n" + EVENT + "data: {1}\n\n", ["1"]),
    Vector("data in two lines", f"{EVENT}data: {BEGIN[:21]}\ndata: {document('1')[21:]}\n\n", ["1"]),
    Vector("data in two lines, parted by others", f"{EVENT}data: {BEGIN[:21]}\n: c\nid: 7\ndata: {document('1')[21:]}\n\n", ["1"], "7"),
    Vector("empty lines of data around", EVENT + "data\ndata: {1}\ndata:\n\n", ["1"]),
    Vector("event, last one counts", "event: other\nevent: status\ndata: {1}\n\n", ["1"]),
    Vector("event, emptied", EVENT + "event:\ndata: {1}\n\n" + EVENT + "data: {2}\n\n", ["2"]),
    Vector("event, for one event alone", EVENT + "data: {1}\n\ndata: {2}\n\n", ["1"]),
    Vector("event, unknown", "event: foobar\ndata: {1}\n\n" + EVENT + "data: {2}\n\n", ["2"]),
    Vector("event, behind its data", "data: {1}\nevent: status\n\n", ["1"]),
    Vector("event, in capitals", "event: Status\ndata: {1}\n\n" + EVENT + "data: {2}\n\n", ["2"]),
    Vector("event, with two blanks", "event:  status\ndata: {1}\n\n" + EVENT + "data: {2}\n\n", ["2"]),
    Vector("event, with a blank behind", "event: status \ndata: {1}\n\n" + EVENT + "data: {2}\n\n", ["2"]),
    Vector("event, default", "data: {1}\n\n" + EVENT + "data: {2}\n\n", ["2"]),
    Vector("id", EVENT + "id: a-1\ndata: {1}\n\n", ["1"], "a-1"),
    Vector("id, without a blank", EVENT + "id:a-1\ndata: {1}\n\n", ["1"], "a-1"),
    Vector("id, two blanks", EVENT + "id:  a\ndata: {1}\n\n", ["1"], " a"),
    Vector("id, beyond ASCII", EVENT + "id: …\ndata: {1}\n\n", ["1"], "…"),
    Vector("id, kept by later events", EVENT + "id: a\ndata: {1}\n\n" + EVENT + "data: {2}\n\n", ["1", "2"], "a"),
    Vector("id, without data", "id: a\n\n" + EVENT + "data: {1}\n\n", ["1"], "a"),
    Vector("id, emptied", EVENT + "id: a\ndata: {1}\n\n" + EVENT + "id\ndata: {2}\n\n", ["1", "2"]),
    Vector("id, emptied with a colon", EVENT + "id: a\ndata: {1}\n\n" + EVENT + "id:\ndata: {2}\n\n", ["1", "2"]),
    Vector("id, with NUL", EVENT + "id: a\ndata: {1}\n\n" + EVENT + "id: b\0c\ndata: {2}\n\n", ["1", "2"], "a"),
    Vector("id, NUL alone", EVENT + "id: a\nid: \0\ndata: {1}\n\n", ["1"], "a"),
    Vector("id, last one counts", EVENT + "id: a\nid: b\ndata: {1}\n\n", ["1"], "b"),
    Vector("id, of an event that isn't finished", EVENT + "id: a\ndata: {1}\n\nid: b\n", ["1"], "a"),
    Vector("names, another case", EVENT + "Data: {2}\nDATA: {2}\ndata: {1}\n\n", ["1"]),
    Vector("names, with a blank before", EVENT + " data: {2}\n\tdata: {2}\ndata: {1}\n\n", ["1"]),
    Vector("names, with a blank before the colon", EVENT + "data : {2}\ndata: {1}\n\n", ["1"]),
    Vector("names, with NUL", EVENT + "da\0ta: {2}\n\0data: {2}\ndata\0: {2}\ndata: {1}\n\n", ["1"]),
    Vector("names, unknown", EVENT + "foo: {2}\nfoo\ndata_: {2}\nda-ta: {2}\ndatax\ndata: {1}\n\n", ["1"]),
    Vector("names, none", EVENT + "{2}\ndata: {1}\n\n", ["1"]),
    Vector("retry", "retry: 10\n" + EVENT + "data: {1}\n\n", ["1"]),
    Vector("retry, with zeros", "retry: 0010\n" + EVENT + "data: {1}\n\n", ["1"]),
    Vector("retry, bogus", "retry: 10\nretry: 10x\nretry: -1\nretry: 1.5\n" + EVENT + "data: {1}\n\n", ["1"]),
    Vector("retry, empty", "retry\nretry:\n" + EVENT + "data: {1}\n\n", ["1"]),
    Vector("retry, digits of other scripts", "retry: ١٠\nretry: １０\n" + EVENT + "data: {1}\n\n", ["1"]),
    Vector("retry, larger than numbers are", f"retry: {'9' * 40}\nretry: 10\n{EVENT}data: {{1}}\n\n", ["1"]),
    Vector("blank, none", "event:status\ndata:{1}\n\n", ["1"]),
    Vector("blank, a tab is data", "event:\tstatus\ndata: {1}\n\nevent: status\ndata:\t{2}\n\n", ["2"]),
    Vector("lines end in LF", EVENT + "data: {1}\n\n", ["1"]),
    Vector("lines end in CRLF", "event: status\r\ndata: {1}\r\n\r\n", ["1"]),
    Vector("lines end in CR", "event: status\rdata: {1}\r\r", ["1"]),
    Vector("lines end in all three", "event: status\r\ndata: {1}\n\revent: status\rdata: {2}\r\r\n", ["1", "2"]),
    Vector("LF and CR is two ends", "event: status\ndata: {1}\n\r", ["1"]),
    Vector("no other character ends a line", f"{EVENT}x: \x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029data: {{2}}\ndata: {{1}}\n\n", ["1"]),
    Vector("NUL in data", EVENT + "data: {1}\0\n\n" + EVENT + "data: {2}\n\n", ["2"]),
    Vector("UTF-8", EVENT + "data: {ok…}\n\n".replace("{ok…}", document("ok…")), ["ok…"]),
    Vector("not UTF-8", EVENT + "x: \udcff\udcfe\udcc3\ndata: {1}\n\n", ["1"]),
    Vector("many empty lines", "\n\n\n\r\n\r\r" + EVENT + "data: {1}\n\n\n\n", ["1"]),
    Vector("long line", f"x: {'y' * 60_000}\n{EVENT}data: {{1}}\n\n", ["1"]),
    Vector("many events", "".join(f"{EVENT}data: {{{n}}}\n\n" for n in range(1, 41)), [str(n) for n in range(1, 41)]),
]
