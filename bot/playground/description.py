"""Holds what went over the wire against the platform's published description (OpenAPI 3.1), in both directions.

The description says which fields there are, and of what shape; it says nothing of behaviour. Objects are closed before
they are used, so that a field which it does not know is found. `jsonschema` and `referencing` are needed for this
alone, and only where tests run, so they are imported here and nowhere else.
"""

from __future__ import annotations

import copy
import functools
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
from jsonschema.exceptions import ValidationError  # type: ignore[import-untyped]
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from bot.playground.deviations import CORRECTIONS, surprising
from bot.playground.frames import objects
from bot.playground.recording import Exchange, Frame, Record

_ROOT = "urn:description"
_JSON = "application/json"
_PART, _OPEN = "__part", "x-stays-open"


class Description:
    """The published description, ready to be asked."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._document = _prepared(document)
        resource = DRAFT202012.create_resource(self._document)
        self._registry: Registry[Any] = Registry().with_resource(_ROOT, resource)
        self._validators: dict[str, Draft202012Validator] = {}
        self._settled: set[tuple[str, str]] = set()  # what has been found right before

    @classmethod
    def read(cls, path: Path) -> Description:
        """The one in this file. Whoever asks again gets the same one, which remembers what it has found right."""
        return _read(path)

    def check(self, record: Record) -> list[str]:
        """One sentence for each difference, each once; known deviations (`deviations`) are left out."""
        found: dict[str, None] = {}
        for exchange in record.exchanges:
            for difference in self._check(exchange):
                found[difference] = None
        for frame in record.frames:
            for difference in self._check_frame(frame):
                found[difference] = None
        return list(found)

    def _check_frame(self, frame: Frame) -> Iterator[str]:
        """The gateway is not described; but what its events consist of is."""
        for schema, value in objects(frame):
            yield from self._compare(f"{frame.name}", None, f"components/schemas/{schema}", value)

    def _check(self, exchange: Exchange) -> Iterator[str]:
        if exchange.template is None:
            yield f"{exchange.method} {exchange.path}: there is no such route in the stand-in"
            return
        if exchange.status == 0 or exchange.fault is not None:
            return
        name, operation, shared = self._operation(exchange)
        if operation is None:
            yield f"{exchange.route}: there is no such operation in the description"
            return
        if exchange.status < 400:
            # What was refused may well be wrong; then the answer is what counts.
            yield from self._check_request(exchange, name, operation, shared)
        yield from self._check_answer(exchange, name, operation)

    def _operation(self, exchange: Exchange) -> tuple[str, dict[str, Any] | None, list[Any]]:
        item = self._document["paths"].get(exchange.template, {})
        key = f"paths/{_escaped(exchange.template or '')}/{exchange.method.lower()}"
        return key, item.get(exchange.method.lower()), item.get("parameters", [])

    def _check_request(
        self, exchange: Exchange, name: str, operation: dict[str, Any], shared: list[Any]
    ) -> Iterator[str]:
        parameters = {one["name"]: one for one in [*shared, *operation.get("parameters", [])]}
        for key in exchange.query:
            if parameters.get(key, {}).get("in") != "query":
                yield f"{exchange.route}: the query has an unknown name {key}"
        body = operation.get("requestBody")
        if body is None:
            if exchange.payload is not None:
                yield f"{exchange.route}: a body where none is described"
            return
        if exchange.payload is None:
            if body.get("required"):
                yield f"{exchange.route}: a body is required"
            return
        schema = f"{name}/requestBody/content/application~1json/schema"
        yield from self._compare(exchange.route, exchange.route, schema, exchange.payload)
        yield from self._check_parts(exchange)

    def _check_parts(self, exchange: Exchange) -> Iterator[str]:
        """files[n] and attachments[].id belong together."""
        if not exchange.parts:
            return
        payload = exchange.payload.get("data", exchange.payload) if isinstance(exchange.payload, dict) else {}
        listed = {str(one.get("id")) for one in payload.get("attachments") or ()}
        sent = {one.name.removeprefix("files[").removesuffix("]") for one in exchange.parts}
        for one in sorted(sent - listed):
            yield f"{exchange.route}: files[{one}] stands in no attachments[].id"
        if len(sent) != len(exchange.parts):
            yield f"{exchange.route}: two parts have the same number"

    def _check_answer(self, exchange: Exchange, name: str, operation: dict[str, Any]) -> Iterator[str]:
        responses = operation["responses"]
        key = next((one for one in (str(exchange.status), f"{exchange.status // 100}XX") if one in responses), None)
        if key is None:
            yield f"{exchange.route}: no answer {exchange.status} is described"
            return
        place = f"{name}/responses/{key}"
        response = responses[key]
        if "$ref" in response:
            place = response["$ref"].removeprefix(f"{_ROOT}#/")
            response = self._document["components"]["responses"][place.rpartition("/")[2]]
        for header in response.get("headers", {}):
            if header not in exchange.headers:
                yield f"{exchange.route}: the answer {exchange.status} lacks the header {header}"
        described = _JSON in response.get("content", {})
        if described != (exchange.answer is not None):
            yield f"{exchange.route}: the answer {exchange.status} has {'no' if described else 'a'} body"
        elif described:
            schema = f"{place}/content/application~1json/schema"
            subject = f"{exchange.route} answers {exchange.status}"
            yield from self._compare(subject, None, schema, exchange.answer)

    def _compare(self, subject: str, request: str | None, schema: str, value: Any) -> Iterator[str]:
        """`request`: the route, where it is the bot's side; there are known deviations in those alone."""
        # Most of a run's requests are alike; those that differ in nothing that a schema sees are looked at once.
        seen = (schema, json.dumps(_outline(value), sort_keys=True))
        if seen in self._settled:
            return
        validator = self._validators.get(schema)
        if validator is None:
            validator = Draft202012Validator({"$ref": f"{_ROOT}#/{schema}"}, registry=self._registry)
            self._validators[schema] = validator
        clean = True
        for error in validator.iter_errors(value):
            for one in _innermost(error):
                message = _message(request, one)
                if message is not None:
                    clean = False
                    where = "/".join(str(step) for step in one.absolute_path) or "the whole"
                    yield f"{subject}: {where}: {message[:300]}"
        if clean:
            self._settled.add(seen)


@functools.cache
def _read(path: Path) -> Description:
    return Description(json.loads(path.read_text()))


def _message(request: str | None, error: ValidationError) -> str | None:
    """What is wrong; None where it is known, and has its reason."""
    if request is None or error.validator != "additionalProperties":
        return str(error.message)
    path = tuple("*" if isinstance(step, int) else str(step) for step in error.absolute_path)
    unknown = surprising(request, path, set(error.instance) - set(error.schema.get("properties", ())))
    return f"unknown fields: {', '.join(sorted(unknown))}" if unknown else None


def _outline(value: Any) -> Any:
    """A value without what no schema looks at: long texts to their length, ids to their kind."""
    if isinstance(value, dict):
        return {key: _outline(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_outline(one) for one in value]
    if isinstance(value, str):
        if value.isdecimal():
            return "#" if len(value) > 6 else value
        return f"text of {len(value)}" if len(value) > 8 else value
    return value


def _innermost(error: ValidationError) -> Iterable[ValidationError]:
    """Out of a failed choice, the errors of the branch that was meant: the one that got furthest."""
    if not error.context:
        return [error]
    branches: dict[int, list[ValidationError]] = {}
    for one in error.context:
        branches.setdefault(int(one.schema_path[0]) if isinstance(one.schema_path[0], int) else 0, []).append(one)

    def missed(branch: list[ValidationError]) -> tuple[bool, int]:
        # A branch whose `type` field has the wrong value is another kind of object altogether.
        kind = any(
            (len(one.path) == 1 and one.path[0] == "type") or (not one.path and one.validator == "type")
            for one in branch
        )
        return kind, len(branch)

    best = min(branches.values(), key=missed)
    found = [inner for one in best for inner in _innermost(one)]
    return found or [error]


def _escaped(path: str) -> str:
    return path.replace("~", "~0").replace("/", "~1").replace("%", "%25").replace("{", "%7B").replace("}", "%7D")


def _prepared(document: dict[str, Any]) -> dict[str, Any]:
    """The description, with closed objects, ids that may be numbers, and references by their full address."""
    prepared: dict[str, Any] = copy.deepcopy(document)
    # Where schemas are put together (allOf), the parts stay open and the whole is closed.
    for name, schema in document["components"]["schemas"].items():
        prepared["components"]["schemas"][name + _PART] = {**copy.deepcopy(schema), _OPEN: True}
    _close(prepared, inside_all_of=False)
    prepared["components"]["schemas"] |= CORRECTIONS
    return prepared


def _close(node: Any, *, inside_all_of: bool) -> None:
    if isinstance(node, list):
        for one in node:
            _close(one, inside_all_of=inside_all_of)
        return
    if not isinstance(node, dict):
        return
    if isinstance(node.get("$ref"), str) and node["$ref"].startswith("#"):
        node["$ref"] = _ROOT + node["$ref"] + (_PART if inside_all_of else "")
    for key, value in node.items():
        _close(value, inside_all_of=key == "allOf")
    if inside_all_of or node.pop(_OPEN, False):
        return
    if "allOf" in node:
        node["unevaluatedProperties"] = False
    elif isinstance(node.get("properties"), dict) and "additionalProperties" not in node and "type" in node:
        node["additionalProperties"] = False
