"""openapi.json: what the control port takes and gives, made from the table by which it answers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from nvr_emulator.server.control_bodies import Problem
from nvr_emulator.version import __version__

JSON = "application/json"


@dataclass(frozen=True)
class Description:
    """What is said of one operation. `path` has its parameters in braces; `body` and `answer` are schemas,
    the latter None where a text is given; `problems` are the statuses that it can refuse with."""

    method: str
    path: str
    does: str
    answer: Any = None
    body: Any = None
    query: dict[str, Any] = field(default_factory=dict)
    media_type: str = JSON
    problems: tuple[int, ...] = ()


def openapi(operations: Sequence[Description]) -> dict[str, Any]:
    """The document (OpenAPI 3.1) of these operations."""
    hints: list[Any] = [Problem]
    for operation in operations:
        hints += [*filter(None, (operation.body, operation.answer)), *operation.query.values()]
    schemas, components = msgspec.json.schema_components(hints, ref_template="#/components/schemas/{name}")
    schema_of = dict(zip(hints, schemas, strict=True))
    paths: dict[str, dict[str, Any]] = {}
    for operation in operations:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _operation(operation, schema_of)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Control port of nvr-emulator", "version": __version__},
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
        "security": [{}, {"token": []}],
    }


def _operation(operation: Description, schema_of: dict[Any, Any]) -> dict[str, Any]:
    answer = {"type": "string"} if operation.answer is None else schema_of[operation.answer]
    problem = {JSON: {"schema": schema_of[Problem]}}
    said: dict[str, Any] = {
        "summary": operation.does,
        "operationId": "_".join([operation.method.lower(), *re.findall(r"\w+", operation.path)]),
        "responses": {
            "200": {"description": "done", "content": {operation.media_type: {"schema": answer}}},
            **{
                str(status): {"description": "why it cannot be done", "content": problem}
                for status in operation.problems
            },
        },
    }
    parameters = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in re.findall(r"{(\w+)}", operation.path)
    ]
    parameters += [
        {"name": name, "in": "query", "schema": schema_of[hint]} for name, hint in operation.query.items()
    ]
    if parameters:
        said["parameters"] = parameters
    if operation.body is not None:
        said["requestBody"] = {"required": True, "content": {JSON: {"schema": schema_of[operation.body]}}}
    return said
