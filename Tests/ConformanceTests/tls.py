"""sslyze: everything that it looks for in a server's TLS, and Mozilla's "intermediate" profile."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

from certificates import certify
from server import serving
from suite import Case, Suite

#: Protocols that must be refused, and those that must be spoken.
OLD = ["ssl_2_0", "ssl_3_0", "tls_1_0", "tls_1_1"]
NEW = ["tls_1_2", "tls_1_3"]


def scan(port: int, directory: Path) -> tuple[dict, str]:
    """What sslyze has found, and its verdict by the profile in words."""
    report = directory / "report.json"
    sslyze = str(Path(sys.executable).with_name("sslyze"))
    said = subprocess.run(
        [sslyze, "--mozilla_config=intermediate", "--early_data", "--resum", "--http_headers"]
        + ["--json_out", str(report), f"localhost:{port}"],
        capture_output=True,
        text=True,
        timeout=300,
    ).stdout
    document = json.loads(report.read_text())
    [found] = document["server_scan_results"]
    return found["scan_result"] or {}, said


def suites(found: dict, protocol: str) -> Iterator[Case]:
    """A case for each cipher suite: with forward secrecy and AEAD it is taken, else refused."""
    result = found[f"{protocol}_cipher_suites"]["result"]
    for entry in result["accepted_cipher_suites"]:
        name = entry["cipher_suite"]["name"]
        is_sound = protocol in NEW and re.search(
            r"^TLS_(AES|CHACHA20|ECDHE_.*(GCM|CHACHA20))", name
        )
        yield Case(f"{protocol} {name}", None if is_sound else "taken")
    for entry in result["rejected_cipher_suites"]:
        yield Case(f"{protocol} {entry['cipher_suite']['name']}")
    if protocol in NEW and not result["accepted_cipher_suites"]:
        yield Case(protocol, "not spoken")


def weaknesses(found: dict) -> Iterator[Case]:
    """The attacks that sslyze tries."""
    expected: dict[str, tuple[str, object]] = {
        "tls_compression": ("supports_compression", False),
        "tls_1_3_early_data": ("supports_early_data", False),
        "openssl_ccs_injection": ("is_vulnerable_to_ccs_injection", False),
        "tls_fallback_scsv": ("supports_fallback_scsv", True),
        "heartbleed": ("is_vulnerable_to_heartbleed", False),
        "robot": ("robot_result", "NOT_VULNERABLE_RSA_NOT_SUPPORTED"),
        "session_renegotiation": ("supports_secure_renegotiation", True),
        "tls_extended_master_secret": ("supports_ems_extension", True),
    }
    for name, (key, right) in expected.items():
        said = found[name]["result"][key]
        yield Case(name, None if said == right else f"{key} is {said}")
    said = found["session_renegotiation"]["result"]["is_vulnerable_to_client_renegotiation_dos"]
    yield Case("client renegotiation", "vulnerable" if said else None)


def curves(found: dict) -> Iterator[Case]:
    """Curves that a safe profile has (RFC 9325 §4.2.1), and no other."""
    result = found["elliptic_curves"]["result"]
    for curve in result["supported_curves"]:
        is_sound = curve["name"] in ("X25519", "secp256r1", "prime256v1", "secp384r1")
        yield Case(f"curve {curve['name']}", None if is_sound else "taken")
    for curve in result["rejected_curves"]:
        yield Case(f"curve {curve['name']}")


def run(directory: Path) -> Iterator[Case]:
    for kind in ("ec", "rsa"):
        place = directory / kind
        place.mkdir()
        certificate, key = certify(place, "localhost", kind=kind)
        flags = ["--tls-certificate", str(certificate), "--tls-key", str(key)]
        with serving(place, *flags) as server:
            found, said = scan(server.port, place)
        if not found:
            yield Case("sslyze", said[-2_000:])
            continue
        for protocol in OLD + NEW:
            yield from suites(found, protocol)
        yield from weaknesses(found)
        yield from curves(found)
        verdict = said.partition("COMPLIANCE")[2]
        for fault in re.findall(r"^ +\* (\w+): (.*)$", verdict, re.MULTILINE):
            yield Case(f"Mozilla's profile, {kind}, {fault[0]}", fault[1])
        if ": OK - Compliant" in verdict:
            yield Case(f"Mozilla's profile, {kind}")


SUITE = Suite(
    "sslyze",
    "sslyze, Mozilla",
    lambda: version("sslyze"),
    run,
    judged={
        r"certificate_path_validation": "the tests' own certificate is signed by nobody else",
    },
)
