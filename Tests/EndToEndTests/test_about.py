"""`/about`: what is served, from where, and who may know it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from processes import PulseServer, StatusFile, wait_until
from reply import ask
from served_runs import Runs

TOKEN = "0123456789abcdef-~"


def about(server: PulseServer, **headers: str) -> dict:
    return server.get("/about", **headers).json()


def test_it_names_the_file_before_there_is_one(
    serve: Callable[..., PulseServer], status_file: StatusFile
) -> None:
    told = about(serve("--no-archive"))
    assert list(told) == ["version", "kind", "path", "sources", "archive"]
    path = str(status_file.path)
    assert told["kind"] == "file"
    assert told["path"] == path
    assert told["sources"] == [{"name": status_file.path.parent.name, "path": path}]
    assert told["archive"] is None


def test_it_names_the_sources_of_a_directory(runs: Callable[..., Runs]) -> None:
    some = runs()
    some.start()
    directory = str(some.directory)
    told = about(some.server)
    assert (told["kind"], told["path"], told["sources"]) == ("directory", directory, [])
    first = ask(some.server, "/about")
    some.write("b/status.json")
    some.write("a.json")
    some.wait_for("a", state="stale")
    some.wait_for("b", state="stale")
    assert about(some.server)["sources"] == [
        {"name": "a", "path": f"{directory}/a.json"},
        {"name": "b", "path": f"{directory}/b/status.json"},
    ]
    second = ask(some.server, "/about")
    assert first.field("etag") != second.field("etag")
    # What its runs do changes nothing of it.
    some.write("a.json", epoch=2.0, timestamp=1_700_000_060)
    some.wait_for("a", epoch=2.0)
    fields = {"If-None-Match": second.field("etag") or ""}
    assert ask(some.server, "/about", headers=fields).status == 304
    assert ask(some.server, "/about", "HEAD").field("etag") == second.field("etag")


def test_it_follows_the_mode_and_not_the_count_of_files(runs: Callable[..., Runs]) -> None:
    some = runs()
    some.write("only.json")
    some.start()
    assert about(some.server)["kind"] == "directory"
    assert len(about(some.server)["sources"]) == 1


@pytest.mark.parametrize(
    ("flags", "is_told"),
    [
        ([], True), (["--cors-origin", "https://example.org"], True),
        (["--allowed-host", "gpu1"], False), (["--token-file", "TOKEN"], True),
        (["--token-file", "TOKEN", "--allowed-host", "gpu1"], True),
    ],
)
def test_who_may_know_where_things_are(
    tmp_path: Path, status_file: StatusFile, flags: list[str], is_told: bool
) -> None:
    token = tmp_path / "token"
    token.write_text(TOKEN + "\n")
    given = [str(token) if flag == "TOKEN" else flag for flag in flags]
    server = PulseServer(
        status_file.path, *given, log=tmp_path / "log", state=str(tmp_path / "s")
    )
    try:
        headers = {"Authorization": f"Bearer {TOKEN}"} if "TOKEN" in flags else {}
        told = about(server, **headers)
        paths = [told["path"], told["sources"][0]["path"], told["archive"]["path"]]
        archive = str(tmp_path / "s" / "pulse" / "pulse.db")
        where = str(status_file.path)
        assert paths == ([where, where, archive] if is_told else [None] * 3)
        assert told["archive"]["up"] is True
        assert told["sources"][0]["name"]
    finally:
        server.stop()


def test_it_says_when_the_archive_is_not_written(
    serve: Callable[..., PulseServer], tmp_path: Path
) -> None:
    (tmp_path / "directory").mkdir()
    told = about(serve("--archive", str(tmp_path / "directory")))
    assert told["archive"] == {"up": False, "path": str(tmp_path / "directory")}


def test_a_link_to_the_directory_is_what_it_leads_to(runs: Callable[..., Runs]) -> None:
    some = runs()
    link = some.directory.with_name("link")
    link.symlink_to(some.directory)
    real, some.directory = some.directory, link
    some.start()
    assert about(some.server)["path"] == str(real)
    some.directory = real


def test_a_run_that_is_given_up_is_told_no_more(runs: Callable[..., Runs]) -> None:
    some = runs("--max-runs", "1")
    some.write("a.json")
    some.start()
    assert [source["name"] for source in about(some.server)["sources"]] == ["a"]
    os.remove(some.directory / "a.json")
    some.write("b.json")
    wait_until(
        lambda: [source["name"] for source in about(some.server)["sources"]] == ["b"],
        "the one that is there is told",
    )
    shutil.rmtree(some.directory)
