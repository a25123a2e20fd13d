#!/usr/bin/env python3
"""Tries the decoder against two other opinions on documents of all kinds.

On each document must agree: the Swift decoder of version 1, the Python package's decoder to the
reason, field and byte, and `json` with strict rules on whether it is valid; and of both versions the
Swift decoder, two readings that know one version each, and `json`. On a valid one all three must
spell it the same. A decoder that crashes is found as well.
"""

from __future__ import annotations

import argparse
import collections
import subprocess
import sys
import time
from pathlib import Path

from inputs import Inputs
from oracle import canonical

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "python" / "src"))

import version2  # noqa: E402
from pulse_wrapper.decoder import decode  # noqa: E402
from pulse_wrapper.encoder import encode  # noqa: E402
from pulse_wrapper.errors import PulseError  # noqa: E402

BATCH = 5_000
#: So many disagreements say enough.
ENOUGH = 10


def main() -> int:
    """Try as many documents as asked for; 1 when a verdict differs."""
    arguments = _arguments()
    inputs = Inputs(arguments.seed)
    verdicts: collections.Counter[str] = collections.Counter()
    disagreements = 0
    start = time.monotonic()
    left = arguments.inputs
    while left > 0 and disagreements < ENOUGH:
        batch = [inputs.next() for _ in range(min(left, BATCH))]
        left -= len(batch)
        first, both = (_swift(arguments.verdicts, batch, version) for version in "12")
        for document, verdict, verdict_of_both in zip(batch, first, both):
            verdicts[verdict_of_both.split(" ", 1)[0]] += 1
            problem = _disagreement(document, verdict) or _disagreement_of_both(
                document, verdict_of_both
            )
            if problem:
                disagreements += 1
                print(f"{document!r}\n  {problem}", file=sys.stderr)
    seconds = time.monotonic() - start
    tried = sum(verdicts.values())
    print(f"{tried} documents in {seconds:.0f} s, seed {arguments.seed}")
    for verdict, count in verdicts.most_common():
        print(f"{count:10} {verdict}")
    print(f"{tried - disagreements} passed, {disagreements} failed")
    return 1 if disagreements else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--inputs", type=int, default=20_000, help="documents to try")
    parser.add_argument("--seed", type=int, default=1, help="another seed, other documents")
    parser.add_argument(
        "--verdicts", default=str(ROOT / ".build" / "debug" / "Verdicts"), help="the binary"
    )
    return parser.parse_args()


def _swift(binary: str, documents: list[bytes], version: str) -> list[str]:
    """The verdict on each document of the Swift decoder that knows versions up to this one."""
    framed = b"".join(len(document).to_bytes(4, "little") + document for document in documents)
    answer = subprocess.run([binary, version], input=framed, stdout=subprocess.PIPE, check=True, timeout=600)
    lines = answer.stdout.decode("utf-8").split("\n")
    assert len(lines) == len(documents) + 1, "a verdict is missing"
    return lines[:-1]


def _disagreement(document: bytes, swift: str) -> str | None:
    """What the opinions differ in; None when they agree."""
    spelling = canonical(document)
    by_json = None if spelling is None else f"valid {spelling}"
    by_swift = swift if swift.startswith(("valid ", "unstable ")) else None
    if by_json != by_swift:
        return f"swift: {swift}\n  json: {by_json}"
    package = _package(document)
    if package is not None and package != swift:
        return f"swift: {swift}\n  python: {package}"
    return None


def _disagreement_of_both(document: bytes, swift: str) -> str | None:
    """The same, of those who know both versions."""
    spelling = canonical(document, knows_version_2=True)
    by_json = None if spelling is None else f"valid {spelling}"
    by_swift = swift if swift.startswith(("valid ", "unstable ")) else None
    if by_json != by_swift:
        return f"swift, both versions: {swift}\n  json: {by_json}"
    by_readings = version2.verdict(document)
    if by_readings is not None and by_readings != swift:
        return f"swift, both versions: {swift}\n  two readings: {by_readings}"
    return None


def _package(document: bytes) -> str | None:
    """The Python package's verdict; None where it has none: of a spelling too large to write."""
    try:
        status = decode(document)
    except PulseError as error:
        return f"{error.reason} {error.field or '-'} {error.offset}"
    try:
        return f"valid {encode(status).decode()}"
    except PulseError:
        return None


if __name__ == "__main__":
    sys.exit(main())
