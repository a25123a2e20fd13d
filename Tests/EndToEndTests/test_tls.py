"""HTTPS: who may speak it, what is wrong with a pair of files, and what happens when one is renewed."""

from __future__ import annotations

import os
import signal
import socket
import ssl
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from certificates import certify
from processes import PATIENCE, PulseServer, StatusFile, pulse_binary, wait_until
from received import receive

TOKENS = ("0123456789abcdef", "fedcba9876543210")


def pair(directory: Path, name: str = "localhost") -> tuple[Path, Path]:
    directory.mkdir(exist_ok=True)
    return certify(directory, name)


def flags(files: tuple[Path, Path]) -> list[str]:
    return ["--tls-certificate", str(files[0]), "--tls-key", str(files[1])]


def served(port: int) -> str:
    """The certificate that a new connection is shown."""
    return ssl.get_server_certificate(("127.0.0.1", port), timeout=PATIENCE).strip()


def is_served(server: PulseServer, certificate: Path) -> Callable[[], bool]:
    return lambda: served(server.port) == certificate.read_text().strip()


def context(**options: object) -> ssl.SSLContext:
    """A client that believes anybody, and offers whatever it can."""
    client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    client.check_hostname, client.verify_mode = False, ssl.CERT_NONE
    for name, value in options.items():
        setattr(client, name, value)
    return client


def connect(port: int, client: ssl.SSLContext) -> ssl.SSLSocket:
    return client.wrap_socket(socket.create_connection(("127.0.0.1", port), PATIENCE))


def rsa(directory: Path) -> tuple[Path, Path]:
    directory.mkdir(exist_ok=True)
    return certify(directory, "localhost", kind="rsa")


def openssl(*arguments: str) -> None:
    subprocess.run(["openssl", *arguments], check=True, capture_output=True)


CIPHERS = subprocess.run(
    ["openssl", "ciphers", "-s", "-tls1_2", "ALL:@SECLEVEL=0"], capture_output=True, text=True, check=True
).stdout.strip().split(":")  # fmt: skip


@pytest.mark.parametrize("make", [pair, rsa])
def test_only_forward_secrecy_and_authenticated_encryption_are_taken(
    serve: Callable[..., PulseServer],
    tmp_path: Path,
    make: Callable[[Path], tuple[Path, Path]],
) -> None:
    server = serve(*flags(make(tmp_path / "tls")))
    taken = set()
    for cipher in CIPHERS:
        client = context(maximum_version=ssl.TLSVersion.TLSv1_2)
        client.set_ciphers(f"{cipher}:@SECLEVEL=0")
        try:
            with connect(server.port, client) as connection:
                taken.add(connection.cipher()[0])
        except (ssl.SSLError, ConnectionError):
            pass
    kind = "ECDSA" if make is pair else "RSA"
    assert taken == {
        f"ECDHE-{kind}-AES256-GCM-SHA384",
        f"ECDHE-{kind}-AES128-GCM-SHA256",
        f"ECDHE-{kind}-CHACHA20-POLY1305",
    }


def test_the_server_chooses_and_not_the_client(
    serve: Callable[..., PulseServer], tmp_path: Path
) -> None:
    server = serve(*flags(rsa(tmp_path / "tls")))
    client = context(maximum_version=ssl.TLSVersion.TLSv1_2)
    client.set_ciphers(
        "AES256-SHA:ECDHE-RSA-AES128-SHA:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-AES256-GCM-SHA384"
        ":@SECLEVEL=0"
    )
    with connect(server.port, client) as connection:
        assert connection.cipher()[0] == "ECDHE-RSA-AES256-GCM-SHA384"


ALERT, CLIENT_HELLO = 0x15, 0x16


@pytest.mark.parametrize(
    "options",
    [
        {"maximum_version": ssl.TLSVersion.TLSv1_1},
        {"maximum_version": ssl.TLSVersion.TLSv1_2, "ciphers": "AES128-SHA"},
        {"maximum_version": ssl.TLSVersion.TLSv1_2, "ciphers": "ECDHE+AESCCM"},
    ],
)
def test_a_handshake_that_fails_ends_with_an_alert(
    serve: Callable[..., PulseServer], tmp_path: Path, options: dict
) -> None:
    """RFC 8446 §6.2."""
    server = serve(*flags(pair(tmp_path / "tls")))
    ciphers = options.pop("ciphers", "ALL")
    client = context(**{"minimum_version": ssl.TLSVersion.TLSv1} | options)
    client.set_ciphers(f"{ciphers}:@SECLEVEL=0")
    with pytest.raises(ssl.SSLError, match="alert (protocol version|handshake failure)"):
        connect(server.port, client)


@pytest.mark.parametrize(
    "sent",
    [
        b"GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n" * 100,
        bytes([CLIENT_HELLO, 3, 1, 0, 4, 1, 0, 0, 0]),
        bytes([CLIENT_HELLO, 3, 1, 0, 4, 2, 0, 0, 0]) + bytes(5_000),
        bytes([0x17, 3, 3, 0, 1, 0]),
    ],
)
def test_what_is_no_handshake_is_told_so(
    serve: Callable[..., PulseServer], tmp_path: Path, sent: bytes
) -> None:
    server = serve(*flags(pair(tmp_path / "tls")))
    with socket.create_connection(("127.0.0.1", server.port), PATIENCE) as client:
        client.sendall(sent)
        answer = b""
        while data := client.recv(65_536):
            answer += data
    # One fatal alert, two bytes long.
    assert answer[0] == ALERT and answer[3:6] == b"\0\2\2"
    assert len(answer) == 7


def mismatched(directory: Path) -> tuple[Path, Path]:
    return pair(directory / "one")[0], pair(directory / "two")[1]


def swapped(directory: Path) -> tuple[Path, Path]:
    certificate, key = pair(directory / "one")
    return key, certificate


def encrypted(directory: Path, command: str = "pkey") -> tuple[Path, Path]:
    certificate, key = pair(directory / "one")
    locked = Path(f"{key}2")
    openssl(command, "-in", str(key), "-aes128", "-passout", "pass:secret", "-out", str(locked))
    return certificate, locked


def encrypted_as_of_old(directory: Path) -> tuple[Path, Path]:
    return encrypted(directory, "ec")


def certificate_of(content: bytes) -> Callable[[Path], tuple[Path, Path]]:
    def make(directory: Path) -> tuple[Path, Path]:
        certificate, key = pair(directory / "one")
        certificate.write_bytes(content)
        return certificate, key

    return make


def certificate_behind(content: bytes) -> Callable[[Path], tuple[Path, Path]]:
    def make(directory: Path) -> tuple[Path, Path]:
        certificate, key = pair(directory / "one")
        certificate.write_bytes(certificate.read_bytes() + content)
        return certificate, key

    return make


def key_of(content: bytes) -> Callable[[Path], tuple[Path, Path]]:
    def make(directory: Path) -> tuple[Path, Path]:
        certificate, key = pair(directory / "one")
        key.write_bytes(content)
        return certificate, key

    return make


def without(which: int, put: Callable[[Path], object]) -> Callable[[Path], tuple[Path, Path]]:
    def make(directory: Path) -> tuple[Path, Path]:
        files = pair(directory / "one")
        files[which].unlink()
        put(files[which])
        return files

    return make


def dsa(directory: Path) -> tuple[Path, Path]:
    certificate, key, parameters = (directory / name for name in ("c.pem", "k.pem", "p.pem"))
    openssl("dsaparam", "-out", str(parameters), "1024")
    openssl("gendsa", "-out", str(key), str(parameters))
    openssl("req", "-x509", "-key", str(key), "-subj", "/CN=x", "-out", str(certificate))
    return certificate, key


JUNK = b"-----BEGIN %b-----\nAAAA\n-----END %b-----\n"


@pytest.mark.parametrize(
    ("make", "cause"),
    [
        (mismatched, "/two/key.pem is not the key of the first certificate in "),
        (swapped, "/one/key.pem holds no certificate in PEM"),
        (encrypted, "/one/key.pem2 is encrypted: "),
        (encrypted_as_of_old, "/one/key.pem2 is encrypted: "),
        (dsa, "is of a kind that can't be served"),
        (certificate_of(b""), "/one/certificate.pem holds no certificate in PEM"),
        (
            certificate_of(b"\x00\xff" * 99),
            "/one/certificate.pem holds no certificate in PEM",
        ),
        (
            certificate_of(JUNK.replace(b"%b", b"CERTIFICATE")),
            "/one/certificate.pem holds no certificate in PEM",
        ),
        (
            certificate_behind(JUNK.replace(b"%b", b"CERTIFICATE")),
            "/one/certificate.pem holds a certificate, and behind it what is none",
        ),
        (certificate_of(b"x" * (2 << 20)), "/one/certificate.pem is over 1 MiB"),
        (key_of(b""), "/one/key.pem holds no private key in PEM"),
        (key_of(b"\x00\xff" * 99), "/one/key.pem holds no private key in PEM"),
        (
            key_of(JUNK.replace(b"%b", b"PRIVATE KEY")),
            "/one/key.pem holds no private key in PEM",
        ),
        (without(0, Path.mkdir), "cannot read"),
        (without(0, Path.mkdir), "/one/certificate.pem: is a directory"),
        (without(1, Path.mkdir), "/one/key.pem: is a directory"),
        (
            without(0, lambda path: None),
            "/one/certificate.pem: no such file or directory",
        ),
        (without(1, lambda path: None), "/one/key.pem: no such file or directory"),
        (
            without(1, lambda path: path.symlink_to(path)),
            "/one/key.pem: too many levels",
        ),
    ],
)
def test_what_is_wrong_with_a_pair_is_in_the_last_line(
    tmp_path: Path, make: Callable[[Path], tuple[Path, Path]], cause: str
) -> None:
    started = subprocess.run(
        [pulse_binary(), "serve", "--port", "0", *flags(make(tmp_path))],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    assert started.returncode == 1
    assert cause in started.stderr.splitlines()[-1]


def certify_for(directory: Path, begin: str, end: str) -> None:
    """Put another certificate for the key there, valid from one date to another."""
    (directory / "index").touch()
    (directory / "serial").write_text("01")
    configuration = directory / "ca.cnf"
    configuration.write_text(
        f"[ca]\ndefault_ca=d\n[d]\ndatabase={directory}/index\nserial={directory}/serial\n"
        f"new_certs_dir={directory}\ndefault_md=sha256\npolicy=p\n[p]\ncommonName=supplied\n"
    )
    key, request = directory / "key.pem", directory / "request"
    openssl("req", "-new", "-key", str(key), "-subj", "/CN=localhost", "-out", str(request))
    begin, end = (date.replace("-", "") + "000000Z" for date in (begin, end))
    openssl(
        *[
            "ca",
            "-batch",
            "-selfsign",
            "-config",
            str(configuration),
            "-keyfile",
            str(key),
        ],
        *["-in", str(request), "-out", str(directory / "certificate.pem"), "-notext"],
        *["-startdate", begin, "-enddate", end],
    )


@pytest.mark.parametrize(
    ("begin", "end", "says"),
    [
        (
            "2020-01-01",
            "2020-03-01",
            "has expired: it was valid until 2020-03-01T00:00:00Z",
        ),
        (
            "2099-01-01",
            "2099-03-01",
            "is not valid yet: it will be from 2099-01-01T00:00:00Z on",
        ),
    ],
)
def test_a_certificate_out_of_its_time_is_a_warning_with_the_date(
    tmp_path: Path, begin: str, end: str, says: str
) -> None:
    certificate, key = pair(tmp_path)
    certify_for(tmp_path, begin, end)
    log = tmp_path / "log"
    server = PulseServer(tmp_path / "status.json", *flags((certificate, key)), log=log)
    try:
        assert served(server.port) == certificate.read_text().strip()
        (line,) = [line for line in log.read_text().splitlines() if "certificate" in line]
        assert says in line and "warning" in line.lower()
    finally:
        server.stop()


EXPIRY = "pulse_tls_certificate_expiry_timestamp_seconds"


def end_of(certificate: Path) -> float:
    decoded = ssl._ssl._test_decode_cert(str(certificate))
    return ssl.cert_time_to_seconds(decoded["notAfter"])


def metrics(server: PulseServer) -> dict[str, float]:
    with connect(server.port, context()) as client:
        client.sendall(b"GET /metrics HTTP/1.0\r\n\r\n")
        answer = b""
        while data := client.recv(65_536):
            answer += data
    lines = [line.rpartition(" ") for line in answer.decode().splitlines()]
    return {name: float(value) for name, _, value in lines if name == EXPIRY}


def test_the_end_of_a_certificate_is_a_metric_and_a_warning_in_time(
    serve: Callable[..., PulseServer], tmp_path: Path
) -> None:
    served_pair = tmp_path / "served"
    served_pair.mkdir()
    files = certify(served_pair, "localhost", days=90)
    server = serve(*flags(files))
    assert metrics(server) == {EXPIRY: end_of(files[0])}
    assert "expires" not in server.log.read_text()
    fresh = tmp_path / "fresh"
    fresh.mkdir()
    short = certify(fresh, "localhost", days=3)
    replace(files[0], short[0].read_bytes())
    replace(files[1], short[1].read_bytes())
    wait_until(lambda: "expires at" in server.log.read_text(), "the log says when it ends")
    assert metrics(server) == {EXPIRY: end_of(short[0])}
    lines = [line for line in server.log.read_text().splitlines() if "expires at" in line]
    assert len(lines) == 1 and "warning" in lines[0] and str(files[0]) in lines[0]


def test_without_tls_there_is_no_such_metric(server: PulseServer) -> None:
    assert EXPIRY not in server.get("/metrics").body.decode()


def replace(file: Path, content: bytes) -> None:
    temporary = file.with_name(f".{file.name}.new")
    temporary.write_bytes(content)
    os.replace(temporary, file)


def test_a_renewed_pair_is_served_and_open_streams_live_on(
    serve: Callable[..., PulseServer], status_file: StatusFile, tmp_path: Path
) -> None:
    status_file.running(1.0, message="before")
    files = pair(tmp_path / "served")
    server = serve(*flags(files))
    stream = connect(server.port, context())
    stream.sendall(b"GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n")
    receive(stream, b"before")
    for number in range(3):
        fresh = pair(tmp_path / f"fresh{number}")
        # One half after the other, as many tools do it.
        replace(files[0], fresh[0].read_bytes())
        replace(files[1], fresh[1].read_bytes())
        wait_until(is_served(server, fresh[0]), "the renewed certificate is served")
    status_file.running(2.0, message="after")
    receive(stream, b"after")
    stream.close()
    said = "the certificate was read again, and is valid until 20"
    wait_until(lambda: server.log.read_text().count(said) == 3, "each renewal is logged")
    assert "stays as it was" not in server.log.read_text()


@pytest.mark.parametrize("style", ["kubernetes", "certbot"])
def test_a_renamed_link_is_a_change(
    serve: Callable[..., PulseServer], tmp_path: Path, style: str
) -> None:
    old, new = pair(tmp_path / "1"), pair(tmp_path / "2")
    live = tmp_path / "live"
    live.mkdir()
    if style == "kubernetes":
        (live / "..data").symlink_to(tmp_path / "1")
        for file in old:
            (live / file.name).symlink_to(Path("..data") / file.name)
    else:
        for file in old:
            (live / file.name).symlink_to(file)
    server = serve(*flags((live / old[0].name, live / old[1].name)))
    assert is_served(server, old[0])()
    if style == "kubernetes":
        (live / "..data_tmp").symlink_to(tmp_path / "2")
        os.replace(live / "..data_tmp", live / "..data")
    else:
        for file in new:
            (live / file.name).unlink()
            (live / file.name).symlink_to(file)
    wait_until(is_served(server, new[0]), "the certificate behind the new link is served")


def put_pipe(files: tuple[Path, Path], fresh: tuple[Path, Path]) -> None:
    files[1].unlink()
    os.mkfifo(files[1])


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        (lambda files, fresh: replace(files[0], fresh[0].read_bytes()), "is not the key of"),
        (lambda files, fresh: replace(files[0], b""), "holds no certificate"),
        (lambda files, fresh: files[0].write_bytes(files[0].read_bytes()[:99]), "holds no certificate"),
        (lambda files, fresh: files[1].unlink(), "no such file"),
        (put_pipe, "not a regular file"),
    ],
)  # fmt: skip
def test_a_broken_pair_leaves_the_old_one_and_says_so_once(
    serve: Callable[..., PulseServer], tmp_path: Path, broken: Callable, reason: str
) -> None:
    files, fresh = pair(tmp_path / "served"), pair(tmp_path / "fresh")
    server = serve(*flags(files))
    first = served(server.port)
    broken(files, fresh)
    wait_until(lambda: "stays as it was" in server.log.read_text(), "the log says it")
    assert served(server.port) == first
    for file, new in zip(files, fresh, strict=True):
        replace(file, new.read_bytes())
    wait_until(is_served(server, fresh[0]), "what is whole again is served")
    (line,) = [line for line in server.log.read_text().splitlines() if "stays as it was" in line]
    assert reason in line


def test_sighup_reads_again_and_says_what_came_of_it(
    serve: Callable[..., PulseServer], tmp_path: Path
) -> None:
    files = pair(tmp_path / "served")
    (tmp_path / "token").write_text(TOKENS[0])
    server = serve(*flags(files), "--token-file", str(tmp_path / "token"))

    def hang_up(line: str) -> None:
        count = server.log.read_text().count(line)
        server.process.send_signal(signal.SIGHUP)
        wait_until(lambda: server.log.read_text().count(line) > count, f"the log says: {line}")

    hang_up("the certificate was read again, and is the same")
    token = "the access token was read again, and is the same"
    wait_until(lambda: token in server.log.read_text(), "the log says it of the token")
    files[1].unlink()
    hang_up("the certificate stays as it was: cannot read")
    hang_up("the certificate stays as it was: cannot read")
    assert server.process.poll() is None


def test_a_new_token_is_taken_and_the_old_one_is_not(
    serve: Callable[..., PulseServer], status_file: StatusFile, tmp_path: Path
) -> None:
    status_file.running(1.0)
    token = tmp_path / "token"
    token.write_text(TOKENS[0])
    server = serve("--token-file", str(token))

    def status(secret: str) -> int:
        return server.get("/status", Authorization=f"Bearer {secret}").status

    assert [status(secret) for secret in TOKENS] == [200, 401]
    replace(token, TOKENS[1].encode())
    wait_until(lambda: status(TOKENS[1]) == 200, "the new token is taken")
    assert status(TOKENS[0]) == 401
    replace(token, b"short")
    wait_until(lambda: "stays as it was" in server.log.read_text(), "the log says it")
    assert status(TOKENS[1]) == 200
    log = server.log.read_text()
    assert not any(secret in log for secret in (*TOKENS, "short"))
