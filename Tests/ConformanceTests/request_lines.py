"""Requests that must be refused, and such that mustn't: what the lists of llhttp and gunicorn try,
written anew after RFC 9110 and RFC 9112. Each has the section that decides.

A row is the bytes, the statuses that may answer, and why. Where the connection has to stay open, a
second request follows in the same bytes, and its answer counts.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

# A row is a line, however long it is.
# fmt: off
HOST = b"Host: localhost\r\n"
#: What mustn't be taken for a request when the one before it is refused.
NEXT = b"GET /next HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"

BAD = {400}
GOOD = {200}


@dataclass(frozen=True)
class Row:
    name: str
    sent: bytes
    #: The statuses that the first answer may have; an empty set where none may come.
    statuses: frozenset[int]
    #: Whether the connection goes on, so that what follows is answered as well; None where it may.
    goes_on: bool | None


def row(name: str, sent: bytes, statuses: set[int]) -> Row:
    """The connection goes on after a success, and ends where the framing is in doubt."""
    return Row(name, sent, frozenset(statuses), statuses in (GOOD, {204}))


def either(name: str, sent: bytes, statuses: set[int]) -> Row:
    """The same where the framing is sound: the connection may go on after a refusal."""
    return Row(name, sent, frozenset(statuses), None)


def request(line: bytes = b"GET /livez HTTP/1.1", fields: bytes = HOST, end: bytes = b"\r\n") -> bytes:
    return line + b"\r\n" + fields + end


def lines() -> Iterator[Row]:
    """Request lines: RFC 9112 §3."""
    for method in (b"G\0T", b"GE(", b"G,T", b"G:T", b"G@T", b'G"T', b"G{T", b"G\x7fT", b"G\xc3\xa9T"):
        yield row(f"method {method!r} is no token (RFC 9110 §9.1)", request(method + b" /livez HTTP/1.1"), BAD)
    yield row("method in lower case is another one", request(b"get /livez HTTP/1.1"), {405})
    yield row("method that nobody knows", request(b"BREW /livez HTTP/1.1"), {405, 501})
    yield row("method of all the characters of a token", request(b"!#$%&'*+-.^_`|~09Az /livez HTTP/1.1"), {405, 501})
    yield row("no method", request(b" /livez HTTP/1.1"), BAD)
    yield row("no target", request(b"GET HTTP/1.1"), BAD)
    yield row("no target, two spaces", request(b"GET  HTTP/1.1"), BAD)
    yield row("no version (HTTP/0.9)", request(b"GET /livez"), BAD)
    yield row("space before the method", request(b" GET /livez HTTP/1.1"), BAD)
    yield row("tab for the first space", request(b"GET\t/livez HTTP/1.1"), BAD)
    yield row("tab for the second space", request(b"GET /livez\tHTTP/1.1"), BAD)
    yield row("vertical tab for a space", request(b"GET\x0b/livez HTTP/1.1"), BAD)
    yield row("form feed for a space", request(b"GET /livez\x0cHTTP/1.1"), BAD)
    yield row("no-break space for a space", request(b"GET\xc2\xa0/livez HTTP/1.1"), BAD)
    yield row("space behind the version", request(b"GET /livez HTTP/1.1 "), BAD)
    yield row("word behind the version", request(b"GET /livez HTTP/1.1 x"), BAD)
    yield row("two spaces before the version", request(b"GET /livez  HTTP/1.1"), BAD)
    yield row("space in the target", request(b"GET /livez x HTTP/1.1"), BAD)
    for version in (
        *(b"HTTP/1", b"HTTP/1.", b"HTTP/.1", b"HTTP/11", b"HTTP/1.1.1", b"HTTP/1,1", b"HTTP/1.01"),
        *(b"HTTP/1.10", b"HTTP/-1.1", b"HTTP/+1.1", b"HTTP/1.x", b"HTTP/x.1", b"HTTP/1. 1"),
        *(b"http/1.1", b"Http/1.1", b"HTTP 1.1", b"HTTP\\1.1", b"HTTP:1.1", b"HTTPS/1.1", b"XTTP/1.1"),
        *(b"ICE/1.0", b"RTSP/1.0", b"SIP/2.0", b"HTTP/1.\xc2\xb9", b"HTTP/\xef\xbc\x91.1", b"HTTP/1.1\0"),
    ):
        yield row(f"version {version!r} (RFC 9112 §2.3)", request(b"GET /livez " + version), BAD)
    for version in (b"HTTP/0.9", b"HTTP/01.1", b"HTTP/2.0", b"HTTP/3.0", b"HTTP/9.9", b"HTTP/0.0"):
        yield row(f"version {version!r} is another protocol (RFC 9110 §15.6.6)", request(b"GET /livez " + version), {400, 505})
    for version in (b"HTTP/1.2", b"HTTP/1.9"):
        yield row(f"version {version!r} is read as HTTP/1.1 (RFC 9110 §2.5)", request(b"GET /livez " + version), GOOD)
    yield either("HTTP/1.0", request(b"GET /livez HTTP/1.0"), GOOD)
    yield either("HTTP/1.0 without Host", request(b"GET /livez HTTP/1.0", b""), GOOD)
    yield row("HTTP/2's preface", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", {400, 505})
    yield row("a TLS handshake", bytes.fromhex("16030100f4010000f00303") + bytes(64), BAD)
    yield row("PROXY, version 1", b"PROXY TCP4 127.0.0.1 127.0.0.1 1 2\r\n" + request(), BAD)
    yield row("PROXY, version 2", b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c" + bytes(12) + request(), BAD)
    for empty in (b"\r\n", b"\n", b"\r\n\r\n"):
        yield row(f"empty lines before a request, {empty!r} (RFC 9112 §2.2)", empty + request(), GOOD)
    yield row("CR alone before a request", b"\r" + request(), BAD)
    yield row("NUL before a request", b"\0" + request(), BAD)


def targets() -> Iterator[Row]:
    """Request targets: RFC 9112 §3.2, RFC 3986."""
    for character in (*range(0x01, 0x20), 0x7F):
        if character in (0x0A, 0x0D):
            continue
        yield row(f"control character {character:#04x} in a target", request(b"GET /livez?%c HTTP/1.1" % character), BAD)
    yield row("NUL in a target", request(b"GET /livez\0 HTTP/1.1"), BAD)
    yield row("CR in a target", request(b"GET /liv\rez HTTP/1.1"), BAD)
    yield either("encoded NUL in a path", request(b"GET /livez%00 HTTP/1.1"), {400, 404})
    yield row("asterisk with GET", request(b"GET * HTTP/1.1"), BAD)
    yield row("asterisk with OPTIONS (RFC 9110 §9.3.7)", request(b"OPTIONS * HTTP/1.1"), {204})
    yield row("asterisk and more", request(b"OPTIONS *x HTTP/1.1"), BAD)
    yield row("authority-form with GET", request(b"GET localhost:80 HTTP/1.1"), BAD)
    yield row("authority-form with CONNECT", request(b"CONNECT localhost:80 HTTP/1.1"), {400, 405, 501})
    yield row("relative target", request(b"GET livez HTTP/1.1"), BAD)
    yield row("relative target with dots", request(b"GET ../livez HTTP/1.1"), BAD)
    yield row("query alone", request(b"GET ?x HTTP/1.1"), BAD)
    yield row("absolute-form (RFC 9112 §3.2.2)", request(b"GET http://localhost/livez HTTP/1.1"), GOOD)
    yield row("absolute-form, scheme in capitals", request(b"GET HTTP://localhost/livez HTTP/1.1"), GOOD)
    yield either("absolute-form without a host (RFC 9110 §4.2.1)", request(b"GET http:///livez HTTP/1.1"), BAD)
    yield either("absolute-form with a user", request(b"GET http://u@localhost/livez HTTP/1.1"), BAD)
    yield either("absolute-form of another scheme", request(b"GET ftp://localhost/livez HTTP/1.1"), {400, 404, 421})
    yield row("query with all that may stand in one", request(b"GET /livez?!$&'()*+,;=:@/?-._~%20 HTTP/1.1"), GOOD)
    yield row("long target (RFC 9110 §15.5.15)", request(b"GET /" + b"a" * 100_000 + b" HTTP/1.1"), {414})
    yield row("many parameters", request(b"GET /livez?" + b"&".join([b"a"] * 5_000) + b" HTTP/1.1"), {400, 414})


def fields() -> Iterator[Row]:
    """Field lines: RFC 9112 §5."""
    for name in (
        *(b"X Y", b"X\tY", b"X\0Y", b"X\x7fY", b"X\xc3\xa9", b"X(Y", b"X)Y", b"X<Y", b"X>Y", b"X@Y", b"X,Y"),
        *(b"X;Y", b'X"Y', b"X/Y", b"X[Y", b"X]Y", b"X?Y", b"X=Y", b"X{Y", b"X}Y", b"X\\Y", b"X\rY", b"X\x0bY"),
    ):
        yield row(f"name {name!r} is no token", request(fields=HOST + name + b": z\r\n"), BAD)
    for blank in (b" ", b"\t", b"  "):
        yield row(f"{blank!r} before a colon (RFC 9112 §5.1)", request(fields=HOST + b"X" + blank + b": z\r\n"), BAD)
        yield row(f"{blank!r} before the first name (RFC 9112 §2.2)", request(fields=blank + HOST), BAD)
        yield row(f"folded line, {blank!r} (RFC 9112 §5.2)", request(fields=HOST + b"X: y\r\n" + blank + b"z\r\n"), BAD)
        yield row(f"line of {blank!r} alone", request(fields=HOST + b"X: y\r\n" + blank + b"\r\n"), BAD)
    yield row("no name", request(fields=HOST + b": z\r\n"), BAD)
    yield row("no colon", request(fields=HOST + b"X\r\n"), BAD)
    yield row("two colons", request(fields=HOST + b"X:: z\r\n"), GOOD)
    yield row("no value", request(fields=HOST + b"X:\r\n"), GOOD)
    yield row("blanks for a value", request(fields=HOST + b"X: \t \r\n"), GOOD)
    yield row("all the characters of a token", request(fields=HOST + b"!#$%&'*+-.^_`|~09Az: z\r\n"), GOOD)
    for character in (*range(0x00, 0x20), 0x7F):
        if character in (0x09, 0x0A):
            continue
        sent = request(fields=HOST + b"X: a%cb\r\n" % character)
        yield row(f"control character {character:#04x} in a value (RFC 9110 §5.5)", sent, BAD)
    yield row("bytes from 0x80 on in a value", request(fields=HOST + b"X: \x80\xff\r\n"), GOOD)
    yield row("bare LF at a line's end (RFC 9112 §2.2)", request().replace(b"\r\n", b"\n"), GOOD)
    yield row("CR alone at a line's end", request(fields=HOST + b"X: y\rZ: z\r\n"), BAD)
    yield row("CR twice at a line's end", request(fields=HOST + b"X: y\r\r\n"), BAD)
    yield row("CR twice at the end", request(end=b"\r\r\n"), BAD)
    yield either("LF and CR exchanged", request(fields=HOST + b"X: y\n\r\n"), {200, 400})
    yield row("long name", request(fields=HOST + b"X" * 100_000 + b": y\r\n"), {431})
    yield row("long value", request(fields=HOST + b"X: " + b"y" * 100_000 + b"\r\n"), {431})
    yield row("many fields", request(fields=HOST + b"X: y\r\n" * 5_000), {431})


def hosts() -> Iterator[Row]:
    """`Host`: RFC 9112 §3.2, RFC 9110 §7.2."""
    yield row("no Host", request(fields=b""), BAD)
    yield row("no Host, but another field", request(fields=b"X: y\r\n"), BAD)
    yield row("two of one value", request(fields=HOST * 2), BAD)
    yield row("two of two values", request(fields=HOST + b"Host: 127.0.0.1\r\n"), BAD)
    yield row("two, one in capitals", request(fields=HOST + b"HOST: localhost\r\n"), BAD)
    for value in (
        *(b"a b", b"a,b", b"a/b", b"u@a", b"a?b", b"a#b", b"[::1", b"::1]", b"[::1]x", b"a:b", b"a:80:80"),
        *(b"a:-1", b"http://a", b"a\\b", b"a%zz", b"<a>", b'"a"', b"a:99999999", b"[]", b"[::g]"),
    ):
        # A name with a port that no one has is a name; it isn't ours.
        yield either(f"Host {value!r}", request(b"GET /status HTTP/1.1", b"Host: " + value + b"\r\n"), {400, 421})
    for value in (b"LocalHost", b"localhost:1", b"127.0.0.1", b"[::1]", b"[::1]:65535"):
        yield row(f"Host {value!r}", request(fields=b"Host: " + value + b"\r\n"), GOOD)
    for value in (b"", b" ", b"localhost ", b" localhost", b"\tlocalhost\t"):
        sent = request(fields=b"Host:" + value + b"\r\n")
        is_name = bool(value.strip())
        yield (row if is_name else either)(f"Host {value!r}", sent, GOOD if is_name else {200, 400})


def bodies() -> Iterator[Row]:
    """Announced bodies: RFC 9112 §6. Pulse takes none, so that each is refused before it is read."""
    refused = {400, 405, 411, 413, 501}
    for value in (
        *(b"1", b"5", b"-1", b"+1", b"0x1", b"1e1", b"1.0", b"1 1", b"1,1", b"1, 2", b"0, 0", b"0,0", b"a"),
        *(b"00000000000000000000000000000000001", b"18446744073709551616", b"9223372036854775808"),
        *(b"99999999999999999999", b"", b" ", b"\xc2\xb9", b"\xef\xbc\x91", b"1_0", b'"1"', b"1;", b"1\t1"),
    ):
        sent = request(fields=HOST + b"Content-Length: " + value + b"\r\n") + b"hello"
        yield row(f"Content-Length {value!r}", sent, refused)
        sent = request(b"POST /livez HTTP/1.1", HOST + b"Content-Length: " + value + b"\r\n") + b"hello"
        yield row(f"POST, Content-Length {value!r}", sent, refused)
    yield row("Content-Length 0", request(fields=HOST + b"Content-Length: 0\r\n"), GOOD)
    yield either("Content-Length twice", request(fields=HOST + b"Content-Length: 0\r\n" * 2), {200, 400})
    yield row("Content-Length twice, unequal", request(fields=HOST + b"Content-Length: 0\r\nContent-Length: 5\r\n") + b"hello", refused)
    for value in (
        *(b"chunked", b"Chunked", b" chunked", b"chunked ", b"\tchunked", b"identity", b"gzip", b"xchunked"),
        *(b"chunked, chunked", b"chunked, identity", b"identity, chunked", b"gzip, chunked", b"chunked;q=1"),
        *(b"chunked,", b",chunked", b"", b'"chunked"', b"\x0bchunked", b"chunk", b"cow", b"x\x80"),
    ):
        sent = request(fields=HOST + b"Transfer-Encoding: " + value + b"\r\n") + b"0\r\n\r\n"
        yield row(f"Transfer-Encoding {value!r}", sent, refused)
        sent = request(b"POST /livez HTTP/1.1", HOST + b"Transfer-Encoding: " + value + b"\r\n") + b"0\r\n\r\n"
        yield row(f"POST, Transfer-Encoding {value!r}", sent, refused)
    both = HOST + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"
    yield row("both (RFC 9112 §6.3)", request(fields=both) + b"0\r\n\r\n", refused)
    yield row("both, with Content-Length 0", request(fields=both.replace(b"5", b"0")) + b"0\r\n\r\n", refused)
    for name in (b"Transfer_Encoding", b"Transfer-Encoding\x0b", b"Transfer Encoding", b" Transfer-Encoding", b"Transfer-Encoding "):
        good = name == b"Transfer_Encoding"
        yield row(f"{name!r}: chunked", request(fields=HOST + name + b": chunked\r\n"), GOOD if good else BAD)
    yield row("Transfer-Encoding over HTTP/1.0", request(b"GET /livez HTTP/1.0", HOST + b"Transfer-Encoding: chunked\r\n") + b"0\r\n\r\n", refused)
    yield either("Expect without a body (RFC 9110 §10.1.1)", request(fields=HOST + b"Expect: 100-continue\r\n"), {200, 417})
    yield either("Expect of something else", request(fields=HOST + b"Expect: tea\r\n"), {200, 417})
    yield either("Upgrade to h2c is passed over", request(fields=HOST + b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n"), GOOD)
    yield either("Upgrade to WebSocket is passed over", request(fields=HOST + b"Connection: Upgrade\r\nUpgrade: websocket\r\n"), GOOD)


def rows() -> list[Row]:
    return [*lines(), *targets(), *fields(), *hosts(), *bodies()]
