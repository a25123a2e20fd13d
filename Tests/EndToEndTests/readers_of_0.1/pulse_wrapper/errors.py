"""Why a document is not PULSE v1, or why a status file can't be read."""

from __future__ import annotations

#: Reasons of a document: stable codes, the same ones that the server names in errors and metrics.
DOCUMENT_REASONS = frozenset(
    {
        "empty",
        "too_large",
        "byte_order_mark",
        "wrong_encoding",
        "invalid_utf8",
        "syntax",
        "truncated",
        "trailing_comma",
        "trailing_bytes",
        "not_an_object",
        "unknown_field",
        "missing_field",
        "duplicate_field",
        "wrong_type",
        "not_finite",
        "overflow",
        "negative",
        "unknown_status",
        "control_character",
        "invalid_escape",
        "lone_surrogate",
    }
)

#: Reasons of a file. A file can be ``too_large`` too.
FILE_REASONS = frozenset(
    {"missing", "not_regular", "permission_denied", "too_large", "changing", "io_error"}
)


class PulseError(ValueError):
    """A state or a document that is not PULSE v1, or a status file that can't be read.

    Example:
        >>> from pulse_wrapper import PulseError, TrainingStatus
        >>> try:
        ...     TrainingStatus.create("running", loss=float("nan"))
        ... except PulseError as error:
        ...     print(error.reason, error.field)
        not_finite loss
    """

    def __init__(
        self,
        reason: str,
        detail: str,
        *,
        field: str | None = None,
        offset: int | None = None,
    ) -> None:
        super().__init__(detail if offset is None else f"{detail} (byte {offset})")
        #: The stable code of the reason, such as ``not_finite``.
        self.reason = reason
        #: The field concerned, where there is one.
        self.field = field
        #: The byte of the document where the problem shows, from 0.
        self.offset = offset
