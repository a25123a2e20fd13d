"""How a Dockerfile is read, and what the one of this tree says."""

from __future__ import annotations

from pathlib import Path

import pytest
from dockerfile import Context, Dockerfile, Instruction
from toolchain import Toolchain

TEXT = """\
# syntax=docker/dockerfile:1
ARG VERSION=1.2

FROM base:${VERSION}-x AS first
# A comment.
RUN one \\
    # inside
    && two
COPY --from=other --chown=a a b ./

FROM second
HEALTHCHECK --interval=1s CMD ["a", "b c"]
"""


def test_its_stages_are_read(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text(TEXT)
    first, second = Dockerfile(tmp_path / "Dockerfile").stages
    assert (first.image, first.name, second.image, second.name) == (
        *("base:1.2-x", "first"),
        *("second", "1"),
    )
    run, copy = first.instructions
    assert run == Instruction("RUN", "one && two")
    assert copy.flags == {"from": "other", "chown": "a"}
    assert copy.words == ["a", "b", "./"]
    [health] = second.instructions
    assert health.words[0] == "CMD"
    assert health.array == ["a", "b c"]


def test_only_what_is_sent_can_be_copied(tmp_path: Path) -> None:
    (tmp_path / ".dockerignore").write_text("*\n!Sources\n")
    context = Context(tmp_path)
    assert context.path("Sources") == tmp_path / "Sources"
    with pytest.raises(AssertionError, match="Tests is not sent"):
        context.path("Tests")


def test_its_swift_is_the_one_that_is_proven_here(dockerfile: Dockerfile) -> None:
    named = dockerfile.arguments["SWIFT_VERSION"]
    assert f"{Toolchain().version}.".startswith(f"{named}."), (
        "another Swift than the Dockerfile's proves nothing of it"
    )
