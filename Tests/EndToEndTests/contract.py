"""The published contract as a judge of answers: `openapi.json` with the PULSE v1 schema."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import quote

from jsonschema import Draft202012Validator
from processes import ROOT
from referencing import Registry
from referencing.jsonschema import DRAFT202012
from reply import Reply

PUBLIC = ROOT / "public"

#: Where the documents stand for each other: side by side, as Pulse serves them.
BASE = "http://pulse.test/"

#: Header fields that any answer has, whatever it says.
OF_HTTP = {"connection", "content-length", "content-type", "date", "transfer-encoding"}


def _pointer(*keys: str) -> str:
    """A JSON Pointer as a URI fragment (RFC 6901 §6)."""
    return "".join("/" + quote(key.replace("~", "~0").replace("/", "~1")) for key in keys)


class Contract:
    """Judges answers by what the contract says of a path and a method."""

    def __init__(self, directory: Path = PUBLIC) -> None:
        self.api = json.loads((directory / "openapi.json").read_bytes())
        self.pulse = json.loads((directory / "pulse-v1.schema.json").read_bytes())
        version_2 = json.loads((directory / "pulse-v2.schema.json").read_bytes())
        self._registry = Registry().with_resources(
            (BASE + name, DRAFT202012.create_resource(document))
            for name, document in [
                ("openapi.json", self.api),
                ("pulse-v1.schema.json", self.pulse),
                ("pulse-v2.schema.json", version_2),
            ]
        )

    def validator(self, *keys: str) -> Draft202012Validator:
        """The validator of the schema at a place in `openapi.json`."""
        reference = {"$ref": f"{BASE}openapi.json#{_pointer(*keys)}"}
        return Draft202012Validator(reference, registry=self._registry)

    def resolved(self, *keys: str) -> tuple[dict, tuple[str, ...]]:
        """The object at a place, and where it really stands when it is a reference."""
        node = self.api
        for key in keys:
            node = node[key]
        if "$ref" in node:
            return self.resolved(*node["$ref"].removeprefix("#/").split("/"))
        return node, keys

    def operations(self) -> list[tuple[str, str]]:
        """Every path with every method."""
        return [(path, method) for path, item in self.api["paths"].items() for method in item]

    def responses(self, path: str, method: str) -> dict[str, dict]:
        return self.api["paths"][path][method]["responses"]

    def check(self, path: str, method: str, reply: Reply) -> None:
        """Fail unless the answer is one that the contract announces."""
        status = str(reply.status)
        assert status in self.responses(path, method), f"{method} {path} isn't to answer {status}"
        self.check_response(("paths", path, method, "responses", status), reply, method)

    def check_response(self, keys: tuple[str, ...], reply: Reply, method: str = "get") -> None:
        """Fail unless the answer is the response that stands at a place in `openapi.json`."""
        response, keys = self.resolved(*keys)
        for name in response["headers"]:
            self._check_header(name, (*keys, "headers", name), reply)
        told = {name for name, _ in reply.lines} - OF_HTTP
        assert told <= {name.lower() for name in response["headers"]}
        if method == "head" or "content" not in response:
            assert reply.body == b""
            return
        media_type = (reply.field("content-type") or "").split(";")[0]
        assert media_type in response["content"], media_type
        text = reply.body.decode()
        body = json.loads(text) if media_type.endswith("json") else text
        if media_type != "text/event-stream":
            self.validator(*keys, "content", media_type, "schema").validate(body)

    def _check_header(self, name: str, keys: tuple[str, ...], reply: Reply) -> None:
        header, keys = self.resolved(*keys)
        value = reply.field(name.lower())
        if value is None:
            assert not header.get("required"), f"{name} is missing"
            return
        is_number = header["schema"].get("type") == "integer"
        self.validator(*keys, "schema").validate(int(value) if is_number else value)
