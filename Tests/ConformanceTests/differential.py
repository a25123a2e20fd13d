"""h11 as a second judge of request heads: thousands of mutations, and each difference explained."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import h11
from server import exchange, serving, statuses
from suite import Case, Suite

COUNT = 20_000
SEED = 11

HEADS = [
    b"GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"HEAD /status?a=b&c HTTP/1.1\r\nHost: 127.0.0.1:80\r\nAccept: */*\r\n\r\n",
    b"GET /livez HTTP/1.0\r\n\r\n",
    b"OPTIONS * HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
    b"GET http://localhost/livez HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b'GET /livez HTTP/1.1\r\nhost: localhost\r\nCookie: a=b; c=d\r\nIf-None-Match: "x"\r\n\r\n',
    b"GET /livez HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\nX-A: \xff y\r\n\r\n",
    b"POST /livez HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
]
#: Ends whatever head is unfinished, and asks for something that ends the connection.
END = b"\r\n\r\nGET /end HTTP/1.0\r\n\r\n"
#: The bytes that parsers mix up, and some that they don't.
BYTES = b'\0\t\n\r !"(),./0:;=?@A[]{}\x7f\x80\xff'
PIECES = [
    b"\r\n",
    b"\n",
    b"\r",
    b"\r\n ",
    b": ",
    b"Host: x\r\n",
    b"Content-Length: 1\r\n",
    b"HTTP/1.1",
]


def mutations() -> Iterator[bytes]:
    """Heads with one to three changes each; the same for everybody."""
    source = random.Random(SEED)
    yield from HEADS
    for _ in range(COUNT):
        head = bytearray(source.choice(HEADS))
        for _ in range(source.choice([1, 1, 1, 2, 3])):
            place = source.randrange(len(head))
            match source.randrange(5):
                case 0:
                    head[place] = source.choice(BYTES)
                case 1:
                    head.insert(place, source.choice(BYTES))
                case 2:
                    del head[place : place + source.choice([1, 1, 2, 8])]
                case 3:
                    head[place:place] = source.choice(PIECES)
                case 4:
                    other = source.randrange(len(head))
                    first, second = sorted((place, other))
                    head[second:second] = head[first:second]
            if not head:
                head = bytearray(b"\r\n")
        yield bytes(head)


def judged_by_h11(sent: bytes) -> str:
    """`taken` or `refused`: what h11 says of the first request."""
    connection = h11.Connection(h11.SERVER, max_incomplete_event_size=1 << 20)
    connection.receive_data(sent)
    try:
        event = connection.next_event()
    except h11.RemoteProtocolError:
        return "refused"
    return "taken" if isinstance(event, h11.Request) else f"waits: {event}"


def judged_by_pulse(sent: bytes, port: int) -> str:
    found = statuses(exchange(port, sent))
    if not found or found[0] in (400, 413, 414, 431, 501, 505):
        return "refused"
    # Whoever is told that the method isn't allowed is not read on where a body was announced.
    return "refused" if found == [405] and announces_body(sent) else "taken"


def announces_body(sent: bytes) -> bool:
    head = re.split(rb"\r?\n\r?\n", sent.lstrip(b"\r\n"))[0]
    return re.search(rb"(?im)^(content-length|transfer-encoding):", head) is not None


#: RFC 9110 §7.2, RFC 3986 §3.2.2, with the blanks around it.
HOST = rb"[ \t]*(\[[0-9A-Fa-f:.]+\]|([\w.~!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*)(:[0-9]*)?[ \t]*"


def kind(sent: bytes) -> str:
    """What the head has that the two may see in different ways."""
    head = re.split(rb"\r?\n\r?\n", sent.lstrip(b"\r\n"))[0]
    line, *fields = re.split(rb"\r?\n", head)
    method, _, rest = line.partition(b" ")
    target = rest.strip().partition(b" ")[0]
    if any(field[:1] in (b" ", b"\t") for field in fields):
        return "folded line"
    if rest.startswith(b" "):
        return "several spaces before the target"
    if not sent.startswith(line):
        return "empty line before the request"
    if re.search(rb"[\x80-\xff]", target):
        return "byte from 0x80 on in the target"
    is_own_form = target == b"*" if method == b"OPTIONS" else method == b"CONNECT"
    if not is_own_form and not re.match(rb"(?i)/|[a-z][a-z0-9+.-]*://", target):
        return "target in no form that goes with the method"
    authorities = [f.partition(b":")[2] for f in fields if f.lower().startswith(b"host:")]
    authorities += re.findall(rb"(?i)^https?://([^/?]*)", target)
    if not all(re.fullmatch(HOST, authority) for authority in authorities):
        return "host that can be none"
    if re.search(rb"HTTP/0\.\d$", line):
        return "HTTP/0.x"
    if re.search(rb"(?i)^https?://(:[0-9]*)?([/?]|$)", target):
        return "no host in the target"
    if announces_body(sent):
        return "body announced"
    if b"\x7f" in b"".join(fields):
        return "DEL in a value"
    return "grammar"


def run(directory: Path) -> Iterator[Case]:
    with serving(directory) as server:
        for sent in mutations():
            sent += END
            theirs, ours = judged_by_h11(sent), judged_by_pulse(sent, server.port)
            name = f"h11 {theirs}, Pulse {ours}, {kind(sent)}"
            yield Case(name, None if theirs == ours else repr(sent))


SUITE = Suite(
    "h11",
    "h11",
    lambda: version("h11"),
    run,
    judged={
        "h11 taken, Pulse refused, folded line": "a server may refuse it (RFC 9112 §5.2)",
        "h11 taken, Pulse refused, host that can be none": "h11 leaves Host to its user; 400 (RFC 9112 §3.2)",
        "h11 taken, Pulse refused, target in no form": "h11 leaves targets to its user; 400 (RFC 9112 §3.2)",
        "h11 taken, Pulse refused, DEL in a value": "no character of a value (RFC 9110 §5.5)",
        "h11 taken, Pulse refused, no host in the target": "400 (RFC 9110 §4.2.1)",
        "h11 taken, Pulse refused, HTTP/0.x": "another protocol (RFC 9110 §2.5)",
        "h11 taken, Pulse refused, body announced": "Pulse takes no bodies",
        "h11 refused, Pulse taken, empty line": "a bare LF ends a line, also an empty one (RFC 9112 §2.2)",
        "h11 refused, Pulse taken, several spaces": "a lenient reading that the RFC names (RFC 9112 §3)",
        "h11 refused, Pulse taken, byte from 0x80": "curl sends paths as they are typed; they are compared byte by byte",
    },
)
