"""Certificates that their own key signs: whoever is given one trusts it."""

from __future__ import annotations

import subprocess
from pathlib import Path


#: What openssl is told to make a key of each kind.
KINDS = {"ec": ["ec", "-pkeyopt", "ec_paramgen_curve:P-256"], "rsa": ["rsa:2048"]}


def certify(directory: Path, name: str, kind: str = "ec", days: int = 90) -> tuple[Path, Path]:
    """Make a certificate for a host name; give its file and the key's."""
    certificate, key = directory / "certificate.pem", directory / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", *KINDS[kind]]
        + ["-nodes", "-days", str(days), "-subj", f"/CN={name}"]
        + ["-addext", f"subjectAltName=DNS:{name}"]
        + ["-keyout", str(key), "-out", str(certificate)],
        check=True,
        capture_output=True,
    )
    return certificate, key
