"""The canonical spelling of PULSE v1: the same state is the same bytes, whoever writes it."""

from __future__ import annotations

import json

from .errors import PulseError
from .status import TrainingStatus

#: Bytes that a document may have at most.
SIZE_LIMIT = 65_536

# Made once: `json.dumps` with arguments makes one for each call.
_JSON = json.JSONEncoder(ensure_ascii=False, allow_nan=False)

#: What ``json`` leaves raw and the canonical spelling escapes, since a terminal or a log obeys it
#: instead of showing it: DEL and C1, line separators, bidirectional controls.
_ESCAPES = {
    code: f"\\u{code:04x}"
    for code in (*range(0x7F, 0xA0), *range(0x2028, 0x202F), *range(0x2066, 0x206A))
}


def encode(status: TrainingStatus) -> bytes:
    """The bytes of a document: one line, six fields in order, no newline.

    Example:
        >>> encode(TrainingStatus("running", 2.5, 3, 0.42, "half", 1732800000)).decode()
        '{"status": "running", "epoch": 2.5, "total_epochs": 3.0, "loss": 0.42, \
"message": "half", "timestamp": 1732800000}'

    Raises:
        PulseError: ``too_large``, when the message is longer than a document can be.
    """
    text = _JSON.encode(status.to_dict())
    document = text.translate(_ESCAPES).encode("utf-8")
    if len(document) > SIZE_LIMIT:
        raise PulseError("too_large", f"the document is over {SIZE_LIMIT} bytes", offset=0)
    return document
