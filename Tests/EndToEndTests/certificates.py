"""Certificates that their own key signs: whoever is given one trusts it."""

from __future__ import annotations

import subprocess
from pathlib import Path


def certify(directory: Path, name: str) -> tuple[Path, Path]:
    """Make a certificate for a host name; give its file and the key's."""
    certificate, key = directory / "certificate.pem", directory / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
        + ["-nodes", "-days", "2", "-subj", f"/CN={name}"]
        + ["-addext", f"subjectAltName=DNS:{name}"]
        + ["-keyout", str(key), "-out", str(certificate)],
        check=True,
        capture_output=True,
    )
    return certificate, key
