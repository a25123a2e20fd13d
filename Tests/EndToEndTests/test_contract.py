"""The contract is what it says: OpenAPI and JSON Schema against the running server."""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urljoin

import pytest
from contract import PUBLIC, Contract
from event_stream import EventStream
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate
from processes import ROOT, PulseServer, StatusFile, pulse_binary, wait_until
from reply import ask

CONTRACT = Contract()
FIXTURES = ROOT / "docs" / "fixtures"
TOKEN = "0123456789abcdef-~"
ORIGIN = "https://panel.example.org"


# The documents


def test_the_document_is_openapi() -> None:
    validate(CONTRACT.api, base_uri=(PUBLIC / "openapi.json").as_uri())


def test_the_schema_is_json_schema() -> None:
    Draft202012Validator.check_schema(CONTRACT.pulse)
    assert CONTRACT.pulse["$schema"] == Draft202012Validator.META_SCHEMA["$id"]


def test_the_version_is_that_of_the_binary() -> None:
    told = subprocess.run(
        [pulse_binary(), "--version"], capture_output=True, text=True, check=True
    ).stdout
    assert CONTRACT.api["info"]["version"] == told.strip()


def test_every_part_of_the_contract_is_used() -> None:
    text = json.dumps(CONTRACT.api)
    for kind in ["schemas", "parameters", "headers", "responses"]:
        for name in CONTRACT.api["components"][kind]:
            # These four answer what no operation of the document asks for.
            if name not in ["MethodNotAllowed", "NotFound", "Options", "Preflight"]:
                assert f'"#/components/{kind}/{name}"' in text


@pytest.mark.parametrize("name", CONTRACT.api["components"]["responses"])
def test_the_examples_keep_the_contract(name: str) -> None:
    keys = ("components", "responses", name, "content")
    for media_type in CONTRACT.api["components"]["responses"][name].get("content", {}):
        content, _ = CONTRACT.resolved(*keys, media_type)
        for example in content.get("examples", {}).values():
            CONTRACT.validator(*keys, media_type, "schema").validate(example["value"])


@pytest.mark.parametrize("name", CONTRACT.api["components"]["parameters"])
def test_the_examples_of_parameters_keep_the_contract(name: str) -> None:
    keys = ("components", "parameters", name)
    parameter, _ = CONTRACT.resolved(*keys)
    CONTRACT.validator(*keys, "schema").validate(parameter["example"])


def test_the_examples_of_the_schema_are_valid(tmp_path: Path) -> None:
    for example in CONTRACT.pulse["examples"]:
        Draft202012Validator(CONTRACT.pulse).validate(example)
        (tmp_path / "example.json").write_text(json.dumps(example))
        subprocess.run([pulse_binary(), "check", str(tmp_path / "example.json")], check=True)


@pytest.mark.parametrize("name", ["openapi.json", "pulse-v1.schema.json", "pulse-v2.schema.json"])
def test_pulse_serves_its_contract(server: PulseServer, name: str) -> None:
    reply = ask(server, f"/{name}")
    assert reply.status == 200
    assert reply.field("content-type") == "application/json"
    assert reply.body == (PUBLIC / name).read_bytes()


# The schema and the decoder

#: What no JSON parser lets through, if it is strict about UTF-8 and about NaN.
REFUSED_BY_PARSERS = {
    "byte_order_mark",
    "control_character",
    "empty",
    "invalid_escape",
    "invalid_utf8",
    "not_finite",
    "syntax",
    "trailing_bytes",
    "trailing_comma",
    "truncated",
    "wrong_encoding",
}

#: What a schema can see of a value.
REFUSED_BY_THE_SCHEMA = {
    "missing_field",
    "negative",
    "not_an_object",
    "overflow",
    "unknown_field",
    "unknown_status",
    "wrong_type",
}

#: What is gone when a document has been parsed: only a decoder of its bytes can see it.
SEEN_BY_THE_DECODER_ALONE = {"duplicate_field", "lone_surrogate", "too_large"}


def refusal(document: bytes) -> str | None:
    """Why a strict parser or the schema refuses a document; None when neither does."""

    def no_constant(name: str) -> float:
        raise ValueError(f"{name} is no JSON")

    try:
        value = json.loads(document.decode("utf-8"), parse_constant=no_constant)
    except ValueError:
        return "parser"
    return None if Draft202012Validator(CONTRACT.pulse).is_valid(value) else "schema"


def fixtures(kind: str) -> list[dict]:
    return json.loads((FIXTURES / "index.json").read_text())[kind]


@pytest.mark.parametrize("fixture", fixtures("valid"), ids=lambda fixture: fixture["file"])
def test_the_schema_takes_what_the_decoder_takes(fixture: dict) -> None:
    assert refusal((FIXTURES / fixture["file"]).read_bytes()) is None


@pytest.mark.parametrize("fixture", fixtures("invalid"), ids=lambda fixture: fixture["file"])
def test_the_schema_refuses_what_the_decoder_refuses(fixture: dict) -> None:
    document = (FIXTURES / fixture["file"]).read_bytes()
    found = refusal(document)
    if fixture["reason"] in REFUSED_BY_PARSERS:
        assert found == "parser"
    elif is_integer_in_another_spelling(fixture, document):
        assert found is None
    elif fixture["reason"] in REFUSED_BY_THE_SCHEMA:
        assert found is not None
    else:
        assert fixture["reason"] in SEEN_BY_THE_DECODER_ALONE


def is_integer_in_another_spelling(fixture: dict, document: bytes) -> bool:
    """Whether the timestamp is written like 17.0 or 1e3: an integer to JSON Schema."""
    if fixture["reason"] != "wrong_type" or fixture.get("field") != "timestamp":
        return False
    value = re.search(rb'"timestamp":\s*([0-9]+(?:\.[0-9]+)?(?:[eE]\+?[0-9]+)?)\s*[,}]', document)
    return value is not None and float(value[1]).is_integer()


@pytest.mark.parametrize("reason", sorted(SEEN_BY_THE_DECODER_ALONE))
def test_the_list_of_what_a_schema_cannot_see_is_no_excuse(reason: str) -> None:
    documents = [f["file"] for f in fixtures("invalid") if f["reason"] == reason]
    assert any(refusal((FIXTURES / name).read_bytes()) is None for name in documents)


# The server in all its states

State = Callable[[Callable[..., PulseServer], StatusFile], PulseServer]


def missing(serve: Callable[..., PulseServer], file: StatusFile) -> PulseServer:
    return serve()


def idle(serve: Callable[..., PulseServer], file: StatusFile) -> PulseServer:
    file.idle()
    return serve()


def running(serve: Callable[..., PulseServer], file: StatusFile) -> PulseServer:
    file.running(1.0, message='näxt "line"\n\t\u2028 \x7f 𝛼')
    server = serve()
    for epoch in [1.5, 2.0, 2.5]:
        file.running(epoch, loss=-epoch)
        wait_until(lambda: server.get("/status").json()["epoch"] == epoch, "it is served")  # noqa: B023
    return server


def done(serve: Callable[..., PulseServer], file: StatusFile) -> PulseServer:
    file.done()
    return serve()


def error(serve: Callable[..., PulseServer], file: StatusFile) -> PulseServer:
    file.error(1.5)
    return serve()


def stale(serve: Callable[..., PulseServer], file: StatusFile) -> PulseServer:
    file.document(timestamp=int(time.time()) - 86_400)
    server = serve()
    assert server.get("/progress").json()["liveness"] == "stale"
    return server


def invalid(serve: Callable[..., PulseServer], file: StatusFile) -> PulseServer:
    server = running(serve, file)
    file.document(loss=float("nan"))
    wait_until(lambda: server.get("/progress").json()["source"] == "invalid", "it is invalid")
    return server


def gone(serve: Callable[..., PulseServer], file: StatusFile) -> PulseServer:
    server = running(serve, file)
    file.remove()
    wait_until(lambda: server.get("/progress").json()["source"] == "missing", "it is missing")
    return server


def unreadable(serve: Callable[..., PulseServer], file: StatusFile) -> PulseServer:
    file.path.mkdir()
    return serve()


def never_valid(serve: Callable[..., PulseServer], file: StatusFile) -> PulseServer:
    file.raw(b'{"status": "running",}')
    return serve()


def earlier(serve: Callable[..., PulseServer], file: StatusFile) -> PulseServer:
    """A run that is over, behind the one that is on."""
    file.done()
    server = serve()
    file.running(0.5)
    wait_until(lambda: server.get("/runs?current=false").json()["total"] == 1, "it is archived")
    return server


def unreadable_curves(serve: Callable[..., PulseServer], file: StatusFile) -> PulseServer:
    """The same, with an archive that somebody has taken the curves from."""
    archive = file.path.with_name("archive.db")
    server = earlier(lambda *flags: serve("--archive", str(archive), *flags), file)
    with sqlite3.connect(archive) as database:
        database.execute("ALTER TABLE point RENAME TO elsewhere")
    return server


def extreme(serve: Callable[..., PulseServer], file: StatusFile) -> PulseServer:
    largest = sys.float_info.max
    file.document(epoch=largest, total_epochs=5e-324, loss=-largest, timestamp=2**63 - 1)
    return serve()


def open_to_origins(serve: Callable[..., PulseServer], file: StatusFile) -> PulseServer:
    file.running(1.0)
    return serve("--cors-origin", ORIGIN)


def guarded(serve: Callable[..., PulseServer], file: StatusFile) -> PulseServer:
    file.running(1.0)
    file.path.with_name("token").write_text(TOKEN + "\n")
    return serve("--token-file", str(file.path.with_name("token")))


def several(serve: Callable[..., PulseServer], file: StatusFile) -> PulseServer:
    """A directory of runs, one of which turned out to be an earlier one, resumed."""
    runs = file.path.with_name("runs")
    runs.mkdir()
    for name in ["broken", "done", "joined", "gone"]:
        StatusFile(runs / f"{name}.json").running(1.0, message='näxt "line"')
    StatusFile(runs / "done.json").done()
    server = serve("--runs-dir", str(runs), "--poll-interval", "200ms")
    joined = StatusFile(runs / "joined.json")
    start = int(time.time())
    for second, epoch in enumerate([50.0, 0.0, 40.0, 41.0], 1):
        joined.document(epoch=epoch, total_epochs=100.0, timestamp=start + second)
        wait_until(lambda: server.get("/runs/joined").json()["epoch"] == epoch, "it is served")  # noqa: B023
        if epoch == 0:
            JOINED[server.port] = server.get("/runs/joined").json()["id"]
    assert server.get("/runs/joined").json()["id"] != JOINED[server.port]
    StatusFile(runs / "gone.json").remove()
    StatusFile(runs / "broken.json").raw(b"{")
    for name, state in [("gone", "missing"), ("broken", "invalid")]:
        wait_until(
            lambda: server.get(f"/runs/{name}").json()["source_state"] == state,  # noqa: B023
            f"{name} is {state}",
        )
    return server


#: Of each server of several runs, by its port, the id that is another one's now.
JOINED: dict[int, str] = {}


def place(server: PulseServer, path: str, **headers: str) -> str:
    """The path of an operation, with a run that the server has where one is to be named.

    One that is over goes before one that is on.
    """
    if "{id}" not in path:
        return path
    runs = server.get("/runs", **headers).json().get("runs") or [{"id": "nobody", "current": True}]
    return path.replace("{id}", min(runs, key=lambda run: run["current"])["id"])


STATES = [missing, idle, running, done, error, stale, invalid, gone, unreadable, never_valid]
STATES += [several, earlier, extreme, open_to_origins, guarded]
#: Those that differ in what a request can be answered with.
DIFFERENT = [missing, running, invalid, never_valid, several, earlier, open_to_origins]

#: There is nothing true to serve in these.
STATELESS = [unreadable, never_valid]


def schemathesis(location: str, directory: Path, *flags: str) -> subprocess.CompletedProcess[str]:
    """Run schemathesis on every operation that the flags leave, with all of its checks."""
    return subprocess.run(
        [str(Path(sys.executable).with_name("schemathesis")), "run", location]
        + ["--checks", "all", "--max-redirects", "0", "--request-timeout", "20"]
        + ["--max-examples", "5", "--seed", "16", "--continue-on-failure", "--no-color", *flags],
        # It leaves its memory of examples in the directory that it runs in.
        cwd=directory,
        capture_output=True,
        text=True,
        timeout=300,
    )


#: A stream has no end that schemathesis could wait for.
THAT_END = ["--exclude-path-regex", "/events$"]

#: Where 503 is the truth, it is no failure.
WITH_503 = ["--exclude-checks", "not_a_server_error"]


def assert_passed(run: subprocess.CompletedProcess[str]) -> None:
    assert run.returncode == 0, run.stdout + run.stderr
    tested = re.search(r"(\d+) generated, (\d+) passed", run.stdout)
    assert tested is not None, run.stdout
    assert tested[1] == tested[2]
    assert int(tested[1]) > 20


@pytest.mark.parametrize("state", DIFFERENT, ids=lambda state: state.__name__)
def test_schemathesis_finds_nothing(
    serve: Callable[..., PulseServer], status_file: StatusFile, tmp_path: Path, state: State
) -> None:
    server = state(serve, status_file)
    flags = THAT_END + (WITH_503 if state in STATELESS else [])
    assert_passed(schemathesis(f"{server.url}/openapi.json", tmp_path, *flags))


@pytest.mark.parametrize("has_token", [True, False])
def test_schemathesis_finds_nothing_on_a_guarded_server(
    serve: Callable[..., PulseServer], status_file: StatusFile, tmp_path: Path, has_token: bool
) -> None:
    server = guarded(serve, status_file)
    flags = [*THAT_END, "--url", server.url]
    if has_token:
        flags += ["--header", f"Authorization: Bearer {TOKEN}"]
    assert_passed(schemathesis(str(PUBLIC / "openapi.json"), tmp_path, *flags))


def test_schemathesis_finds_nothing_when_all_streams_are_taken(
    serve: Callable[..., PulseServer], tmp_path: Path
) -> None:
    server = serve("--max-streams", "1")
    with EventStream(server.port):
        flags = ["--include-path", "/events", *WITH_503]
        assert_passed(schemathesis(f"{server.url}/openapi.json", tmp_path, *flags))


def test_schemathesis_finds_what_breaks_the_contract(
    serve: Callable[..., PulseServer], status_file: StatusFile, tmp_path: Path
) -> None:
    """The tool would see it: a server that keeps another contract than it publishes."""
    public = tmp_path / "public"
    shutil.copytree(PUBLIC, public)
    text = (public / "openapi.json").read_text()
    text = text.replace('["waiting", "live", "stale", "finished"]', '["alive", "dead"]')
    (public / "openapi.json").write_text(text)
    status_file.running(1.0)
    server = serve("--public-dir", str(public))
    run = schemathesis(f"{server.url}/openapi.json", tmp_path, "--include-path", "/progress")
    assert run.returncode == 1
    assert "Response violates schema" in run.stdout
    assert "/properties/liveness" in run.stdout


# Each answer of the contract


@pytest.fixture
def answers(
    serve: Callable[..., PulseServer], status_file: StatusFile
) -> Iterator[Callable[[str, str, str], object]]:
    """Brings about the answer with a status code, and checks it."""
    with ExitStack() as stack:

        def bring(operation: str, method: str, status: str) -> None:
            path = operation
            query, headers = "", {}
            if status == "401":
                server = guarded(serve, status_file)
            elif status == "404":
                server, path = serve(), path.replace("{id}", "nobody")
            elif status == "308":
                server = several(serve, status_file)
                path = path.replace("{id}", JOINED[server.port])
            elif status == "503" and path.endswith("/events"):
                status_file.running(1.0)
                server = serve("--max-streams", "1")
                stack.enter_context(EventStream(server.port))
            elif status == "503" and "{id}/history" in path:
                server = unreadable_curves(serve, status_file)
            elif status == "503":
                server = never_valid(serve, status_file)
            elif status == "303":
                server = guarded(serve, status_file)
                query = f"?token={TOKEN}"
            else:
                server = running(serve, status_file)
                headers = {
                    "304": {"If-None-Match": "*"},
                    "412": {"If-Match": '"another"'},
                    "421": {"Host": "example.org"},
                }.get(status, {})
                query = "?x=%" if status == "400" else ""
            authorization = {"Authorization": f"Bearer {TOKEN}"}
            asked = place(server, path, **authorization) + query
            reply = ask(server, asked, method.upper(), headers=headers)
            assert str(reply.status) == status
            CONTRACT.check(operation, method, reply)
            if status == "308":
                # Relative: it leads on from where it was asked for.
                moved = urljoin(server.url + asked, reply.field("location"))
                assert ask(server, moved.removeprefix(server.url), method.upper()).status == 200

        yield bring


@pytest.mark.parametrize(
    ("path", "method", "status"),
    [
        (path, method, status)
        for path, method in CONTRACT.operations()
        for status, response in CONTRACT.responses(path, method).items()
        # When they come is short or rare, and has tests of its own, WireTests' among them.
        if not response["$ref"].endswith(("/Stalled", "/Stopping"))
    ],
)
def test_each_answer_is_given(
    answers: Callable[[str, str, str], object], path: str, method: str, status: str
) -> None:
    answers(path, method, status)


@pytest.mark.parametrize("state", STATES[:-1], ids=lambda state: state.__name__)
def test_every_state_keeps_the_contract(
    serve: Callable[..., PulseServer], status_file: StatusFile, state: State
) -> None:
    server = state(serve, status_file)
    for path, method in CONTRACT.operations():
        CONTRACT.check(path, method, ask(server, place(server, path), method.upper()))


def test_the_answers_to_what_is_not_in_the_document(
    serve: Callable[..., PulseServer], status_file: StatusFile
) -> None:
    server = open_to_origins(serve, status_file)
    for path, method, name in [
        ("/nothing-here", "GET", "NotFound"),
        ("/status", "POST", "MethodNotAllowed"),
        ("/status", "OPTIONS", "Preflight"),
    ]:
        reply = ask(server, path, method, headers={"Origin": ORIGIN})
        CONTRACT.check_response(("components", "responses", name), reply)
    reply = ask(serve(), "/status", "OPTIONS")
    CONTRACT.check_response(("components", "responses", "Options"), reply)


# The event stream


@pytest.mark.parametrize("state", STATES[:-1], ids=lambda state: state.__name__)
def test_the_events_keep_the_contract(
    serve: Callable[..., PulseServer], status_file: StatusFile, state: State
) -> None:
    def serve_with_quick_heartbeats(*flags: str) -> PulseServer:
        return serve("--heartbeat-interval", "100ms", *flags)

    server = state(serve_with_quick_heartbeats, status_file)
    announced = CONTRACT.api["paths"]["/events"]["get"]["x-events"]
    seen = set()
    with EventStream(server.port) as stream:
        while "heartbeat" not in seen:
            event = stream.next()
            assert event.type in announced
            keys = ("paths", "/events", "get", "x-events", event.type)
            CONTRACT.validator(*keys).validate(json.loads(event.data))
            seen.add(event.type)
            if event.type in ["status", "progress"]:
                assert event.data == ask(server, f"/{event.type}").body
    has_state = state not in STATELESS
    assert seen - {"heartbeat"} == ({"status", "progress"} if has_state else {"problem"})


def test_the_events_of_all_runs_keep_the_contract(
    serve: Callable[..., PulseServer], status_file: StatusFile
) -> None:
    def serve_with_quick_heartbeats(*flags: str) -> PulseServer:
        return serve("--heartbeat-interval", "100ms", "--no-archive", *flags)

    server = several(serve_with_quick_heartbeats, status_file)
    keys = ("paths", "/runs/events", "get", "x-events")
    announced = CONTRACT.api["paths"]["/runs/events"]["get"]["x-events"]
    seen = set()
    with EventStream(server.port, path="/runs/events") as stream:
        while not {"heartbeat", "gone"} <= seen:
            event = stream.next()
            assert event.type in announced
            document = json.loads(event.data)
            CONTRACT.validator(*keys, event.type).validate(document)
            seen.add(event.type)
            if event.type == "run" and "ready" not in seen:
                assert event.data == ask(server, f"/runs/{document['id']}").body
            if event.type == "ready":
                # Another run of this source: the one that is listed now is gone.
                StatusFile(status_file.path.with_name("runs") / "done.json").running(0.5)
    assert seen == {"run", "ready", "gone", "heartbeat"}


def test_the_events_of_a_run_that_is_over_keep_the_contract(
    serve: Callable[..., PulseServer], status_file: StatusFile
) -> None:
    server = earlier(serve, status_file)
    (run,) = server.get("/runs?current=false").json()["runs"]
    path = f"/runs/{run['id']}/events"
    blocks = [block.splitlines() for block in ask(server, path).body.decode().split("\n\n")[:-1]]
    events = {block[-2].removeprefix("event: "): block[-1] for block in blocks}
    assert list(events) == ["status", "progress", "end"]
    for type, data in events.items():
        keys = ("paths", "/runs/{id}/events", "get", "x-events", type)
        CONTRACT.validator(*keys).validate(json.loads(data.removeprefix("data: ")))
    id = blocks[0][0].removeprefix("id: ")
    again = ask(server, path, headers={"Last-Event-ID": id})
    assert again.body == b"event: end\ndata: {}\n\n"


def test_a_run_in_a_list_is_the_same_as_by_its_name(
    serve: Callable[..., PulseServer], status_file: StatusFile
) -> None:
    server = several(serve, status_file)
    for run in server.get("/runs").json()["runs"]:
        for name in (run["id"], run["source"]) if run["current"] else (run["id"],):
            assert ask(server, f"/runs/{name}").body == ask(server, f"/runs/{run['id']}").body
            assert server.get(f"/runs/{name}").json() == run
