"""api/openapi.yaml as a judge: every answer that a CheckedClient receives must be one that the file promises.

An answer below 400 needs its status stated by the operation, one from 400 on may fall under `default`; its media type, its required
headers and its body must be as stated. Stricter than a client should be, members that the file does not name are refused too, so that
nothing undocumented is sent. A request that was accepted must be one that the file allows.
"""
import functools
import json

import httpx
import jsonschema
import yaml

from bench.server_process import ROOT

OPENAPI_FILE = ROOT / "api" / "openapi.yaml"
EVENTS_FILE = ROOT / "api" / "events.yaml"
METHODS = ("get", "put", "post", "delete", "patch", "options", "head")


def load_yaml(path):
    return json.loads(json.dumps(yaml.safe_load(path.read_text(encoding="utf-8")), default=str))


def closed(schema):
    """The same schema with every object that names its members allowing no others."""
    if isinstance(schema, list):
        return [closed(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    out = {name: part if name in ("example", "examples", "enum", "const", "default") else closed(part) for name, part in schema.items()}
    if isinstance(schema.get("properties"), dict) and "additionalProperties" not in schema:
        out["additionalProperties"] = False
    return out


class Schemas:
    """Checks values against schemas of one document, whose `$ref`s point into the document."""

    def __init__(self, document):
        self.resolver = jsonschema.RefResolver("", document)

    def problems(self, value, schema):
        validator = jsonschema.Draft202012Validator(schema, resolver=self.resolver, format_checker=jsonschema.FormatChecker())
        return [f"{error.json_path}: {error.message[:300]}" for error in validator.iter_errors(value)]


class Contract:
    def __init__(self, document):
        self.document = document
        self.allowing = Schemas(document)
        self.closed_document = closed(document)
        self.strict = Schemas(self.closed_document)

    def operations(self):
        """(METHOD, path, operation) of everything in the file; an operation has its path's parameters too."""
        for path, item in self.document["paths"].items():
            for method in METHODS:
                if method in item:
                    operation = item[method]
                    yield method.upper(), path, {**operation, "parameters": item.get("parameters", []) + operation.get("parameters", [])}

    def follow(self, part):
        while "$ref" in part:
            part = functools.reduce(lambda value, key: value[key], part["$ref"].removeprefix("#/").split("/"), self.closed_document)
        return part

    def path_item(self, path):
        """The path of the file that serves a request's path, or None; a fixed segment wins over a {parameter}."""
        wanted = path.split("/")
        best = None
        for template in self.closed_document["paths"]:
            segments = template.split("/")
            if len(segments) != len(wanted):
                continue
            parameters = [segment.startswith("{") for segment in segments]
            if all(parameter and text or segment == text for parameter, segment, text in zip(parameters, segments, wanted)):
                if best is None or parameters < best[0]:
                    best = parameters, template
        return best and self.closed_document["paths"][best[1]]

    def problems(self, method, path, request_body, status, headers, body):
        """What is wrong with an answer, in words; empty when nothing is. `headers`: case-insensitive; bodies are bytes."""
        item = self.path_item(path)
        operation = item and item.get("get" if method == "HEAD" else method.lower())
        if method == "OPTIONS" and item:
            return [] if headers.get("Allow") else ["OPTIONS without Allow"]
        if operation is None:
            if method == "HEAD":
                return []
            if status < 400:
                return [f"answered {status}, but the file has no such operation"]
            return self.body_problems(self.closed_document["components"]["responses"]["Problem"], headers, body)
        responses = operation["responses"]
        stated = responses.get(str(status)) or (responses.get("default") if status >= 400 else None)
        if stated is None:
            return [f"status {status} is not stated"]
        stated = self.follow(stated)
        found = [f"no header {name}" for name, header in stated.get("headers", {}).items()
                 if self.follow(header).get("required") and name not in headers]
        if method == "HEAD":
            return found + (["a body on HEAD"] if body else [])
        found += self.body_problems(stated, headers, body)
        if status < 300 and request_body:
            found += self.request_problems(operation, request_body)
        return found

    def body_problems(self, stated, headers, body):
        content = stated.get("content")
        if not content:
            return ["a body where none is stated"] if body else []
        media = headers.get("Content-Type", "").split(";")[0].strip()
        stated_media = next((name for name in content if media == name or name.endswith("/*") and media.startswith(name[:-1])), None)
        if stated_media is None:
            return [f"media type {media!r} is not stated"]
        schema = content[stated_media].get("schema")
        if "json" not in media or schema is None:
            return []
        try:
            value = json.loads(body)
        except ValueError as error:
            return [f"the body is no JSON: {error}"]
        return self.strict.problems(value, schema)

    def request_problems(self, operation, request_body):
        stated = self.follow(operation["requestBody"])["content"] if "requestBody" in operation else {}
        if "application/json" not in stated:
            return [] if stated else ["a request body where none is stated"]
        original = stated["application/json"]["schema"]
        return [f"the request was accepted, but: {problem}" for problem in self.allowing.problems(json.loads(request_body), original)]


@functools.cache
def contract():
    return Contract(load_yaml(OPENAPI_FILE))


def check_answer(response):
    """Hook of CheckedClient. Streams are left unread."""
    if response.headers.get("Content-Type", "").startswith("text/event-stream"):
        return
    response.read()
    request = response.request
    sent = request.content if hasattr(request, "_content") else b""
    found = contract().problems(request.method, request.url.path, sent, response.status_code, response.headers, response.content)
    assert not found, f"{request.method} {request.url} answered {response.status_code}, not as api/openapi.yaml says: {found}\n{response.text[:1500]}"


class CheckedClient(httpx.Client):
    def __init__(self, url, token=None, connections_max=100):
        super().__init__(base_url=url, timeout=60, headers={"Authorization": f"Bearer {token}"} if token else {},
                         limits=httpx.Limits(max_connections=connections_max), event_hooks={"response": [check_answer]}, trust_env=False)
