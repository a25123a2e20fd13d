"""The image of the Dockerfile: what is in it, and containers of it at work."""

from __future__ import annotations

import re
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import ROOT, write
from container import Container, wait_until
from debian_tree import Mount
from image import Build
from layers import Layer

Run = Callable[..., Container]

URL = "http://127.0.0.1:8080"
PANEL = sorted(
    str(path.relative_to(ROOT / "public"))
    for path in (ROOT / "public").rglob("*")
    if path.is_file()
)


def test_the_binary_finds_every_library_and_brings_swift_along(build: Build) -> None:
    libraries = build.image.tree.run(["ldd", "/usr/local/bin/pulse"])
    assert "libmicrohttpd.so.12 => /" in libraries
    assert "not found" not in libraries
    assert "libswift" not in libraries


def test_nothing_is_left_of_making_it(build: Build) -> None:
    tree = build.image.tree.path
    assert [path for path in (tree / "var/lib/apt/lists").rglob("*") if path.is_file()] == []
    assert list(tree.glob("var/cache/apt/archives/*.deb")) == []
    assert not (tree / "source").exists()


def test_it_has_the_size_that_the_documentation_tells(build: Build) -> None:
    text = (ROOT / "docs/DEPLOYMENT.md").read_text()
    base, *own = build.image.layers
    for layer in (Layer.sum("Debian", [base]), Layer.sum("Pulse", own)):
        row = re.search(rf"^\| {layer.what} .*", text, re.MULTILINE)
        assert row is not None
        told = [float(figure) * 1e6 for figure in re.findall(r"([\d.]+) MB", row[0])]
        assert told == pytest.approx(layer.sizes, rel=0.1), layer


def test_it_serves_the_mounted_file(run: Run, status: Path) -> None:
    container = run()
    line = container.line("Pulse is serving")
    assert line == "Pulse is serving /status/status.json at http://0.0.0.0:8080/"
    assert '"epoch": 1.5' in container.curl(f"{URL}/status")
    write(status, 2.5)
    wait_until(lambda: '"epoch": 2.5' in container.curl(f"{URL}/status"), "the new state is served")


def test_it_serves_the_panel(serve: Run) -> None:
    container = serve()
    assert container.curl(f"{URL}/") == (ROOT / "public/index.html").read_text()
    for name in PANEL:
        assert container.curl(f"{URL}/{name}") == (ROOT / "public" / name).read_text(), name


def test_it_is_not_root(serve: Run) -> None:
    users = (Path("/proc") / str(serve().pid) / "status").read_text()
    uid = next(line for line in users.splitlines() if line.startswith("Uid:")).split()[1:]
    assert "0" not in uid


def test_its_health_is_the_server_s(serve: Run) -> None:
    container = serve()
    container.wait_until_healthy()
    container.signal(signal.SIGSTOP)
    assert not container.is_healthy()
    container.signal(signal.SIGCONT)
    container.wait_until_healthy()


def test_without_a_server_it_is_unhealthy(run: Run) -> None:
    container = run("healthcheck")
    assert container.line("pulse: ").endswith("on port 8080: connection refused")
    assert container.end() == 1


def test_sigterm_ends_it_well(serve: Run) -> None:
    assert serve().stop() == 0


def test_the_healthcheck_finds_a_server_with_tls(run: Run, tmp_path: Path) -> None:
    tls = tmp_path / "tls"
    tls.mkdir()
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
        + ["-nodes", "-days", "2", "-subj", "/CN=pulse.example.org"]
        + ["-keyout", str(tls / "key.pem"), "-out", str(tls / "chain.pem")],
        check=True,
        capture_output=True,
    )
    (tls / "key.pem").chmod(0o644)
    files = {"PULSE_TLS_CERTIFICATE": "/tls/chain.pem", "PULSE_TLS_KEY": "/tls/key.pem"}
    container = run(mounts=(Mount(tls, "/tls"),), variables=files)
    assert container.line("Pulse is serving").endswith(" at https://0.0.0.0:8080/")
    container.wait_until_healthy()


def test_a_token_can_be_mounted(serve: Run, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.mkdir()
    (secret / "token").write_text("0123456789abcdef\n")
    variables = {"PULSE_TOKEN_FILE": "/secret/token"}
    container = serve(mounts=(Mount(secret, "/secret"),), variables=variables)
    with pytest.raises(AssertionError, match="401"):
        container.curl(f"{URL}/status")
    container.curl(f"{URL}/status", "--header", "Authorization: Bearer 0123456789abcdef")
    container.wait_until_healthy()


def test_it_takes_other_commands(run: Run) -> None:
    container = run("check", "/status/status.json")
    container.line("valid PULSE v1")
    assert container.end() == 0
