"""Event files of TensorBoard, made without its packages (`tsl/lib/io/record_writer.h`, `event.proto`)."""

from __future__ import annotations

import struct

#: Unix seconds of each event: later than any test's run began.
_TIME = 4e9


def event_file(steps: dict[int, dict[str, float]]) -> bytes:
    """The file of a writer that logged these scalars, by step and tag."""
    return b"".join(
        _record(_event(step, tag, value))
        for step, scalars in steps.items()
        for tag, value in scalars.items()
    )


def _event(step: int, tag: str, value: float) -> bytes:
    scalar = _bytes(1, tag.encode()) + b"\x15" + struct.pack("<f", value)
    return b"\x09" + struct.pack("<d", _TIME) + b"\x10" + bytes([step]) + _bytes(5, _bytes(1, scalar))


def _bytes(field: int, content: bytes) -> bytes:
    """A field of less than 128 bytes."""
    return bytes([field << 3 | 2, len(content)]) + content


def _record(data: bytes) -> bytes:
    length = struct.pack("<Q", len(data))
    return length + _checksum(length) + data + _checksum(data)


def _checksum(data: bytes) -> bytes:
    register = 0xFFFFFFFF
    for byte in data:
        register ^= byte
        for _ in range(8):
            register = register >> 1 ^ (0x82F63B78 if register & 1 else 0)
    checksum = register ^ 0xFFFFFFFF
    masked = (checksum >> 15 | checksum << 17) + 0xA282EAD8 & 0xFFFFFFFF
    return struct.pack("<I", masked)
