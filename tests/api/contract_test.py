"""The written contract: api/openapi.yaml and api/events.yaml are valid, and they say what the program does, no more and no less."""
import json
import re

import jsonschema
import pytest

from bench.server_process import ROOT
from tests.support.contract import EVENTS_FILE, OPENAPI_FILE, Contract, Schemas, contract, load_yaml
from tests.support.server import run_jangteo

SOURCE = ROOT / "src"


def every_reference(part):
    if isinstance(part, list):
        for value in part:
            yield from every_reference(value)
    elif isinstance(part, dict):
        if isinstance(part.get("$ref"), str):
            yield part["$ref"]
        for value in part.values():
            yield from every_reference(value)


def resolves(document, reference):
    value = document
    for key in reference.removeprefix("#/").split("/"):
        if not isinstance(value, dict) or key not in value:
            return False
        value = value[key]
    return True


def schemas_with_examples(part):
    """Every schema of the document that has an example of its own or stands beside one: (schema, example)."""
    if isinstance(part, list):
        for value in part:
            yield from schemas_with_examples(value)
    elif isinstance(part, dict):
        if "schema" in part and "example" in part:
            yield part["schema"], part["example"]
        elif "example" in part and ("type" in part or "enum" in part):
            yield {key: value for key, value in part.items() if key != "example"}, part["example"]
        for name, value in part.items():
            if name != "example":
                yield from schemas_with_examples(value)


def every_schema(part, inside=False):
    """Every schema object of an OpenAPI document: what stands under `schema` or in components.schemas."""
    if isinstance(part, dict):
        for name, value in part.items():
            if name == "schema":
                yield value
            elif name == "schemas" and isinstance(value, dict):
                yield from value.values()
            else:
                yield from every_schema(value)
    elif isinstance(part, list):
        for value in part:
            yield from every_schema(value)


@pytest.mark.parametrize("file", [OPENAPI_FILE, EVENTS_FILE], ids=lambda file: file.name)
def test_every_reference_of_the_contract_leads_somewhere(file):
    document = load_yaml(file)
    assert [reference for reference in every_reference(document) if not resolves(document, reference)] == []


@pytest.mark.parametrize("file", [OPENAPI_FILE, EVENTS_FILE], ids=lambda file: file.name)
def test_every_schema_of_the_contract_is_a_schema(file):
    schemas = list(every_schema(load_yaml(file)))
    assert len(schemas) > 5
    for schema in schemas:
        jsonschema.Draft202012Validator.check_schema(schema)


def test_every_example_of_the_api_fits_its_schema():
    document = load_yaml(OPENAPI_FILE)
    schemas = Schemas(document)
    examples = list(schemas_with_examples(document))
    assert len(examples) > 10
    for schema, example in examples:
        assert schemas.problems(example, schema) == [], example


def test_every_operation_has_a_name_a_tag_a_summary_and_answers():
    document = load_yaml(OPENAPI_FILE)
    tags = {tag["name"] for tag in document["tags"]}
    names = []
    for method, path, operation in Contract(document).operations():
        where = f"{method} {path}"
        names.append(operation["operationId"])
        assert operation["summary"] and set(operation["tags"]) <= tags, where
        assert any(status.startswith(("1", "2", "3")) for status in operation["responses"]), where
        stated = {parameter["name"] for parameter in map(contract().follow, operation["parameters"]) if parameter["in"] == "path"}
        assert stated == set(re.findall(r"\{(\w+)\}", path)), f"{where}: path parameters"
    assert len(names) == len(set(names))


def test_every_error_code_of_the_program_is_in_the_contract():
    slugs = set(re.findall(r'return "(\w+)";', (SOURCE / "base" / "error.cc").read_text(encoding="utf-8")))
    assert set(load_yaml(OPENAPI_FILE)["components"]["schemas"]["Problem"]["properties"]["code"]["enum"]) == slugs


def test_the_topics_of_the_program_are_those_of_the_contract():
    named = set()
    for header in SOURCE.rglob("*.h"):
        named |= set(re.findall(r'k\w+Topic\s*=\s*"([^"]+)"', header.read_text(encoding="utf-8")))
    assert named == set(load_yaml(EVENTS_FILE)["topics"])


def test_every_example_of_an_event_fits_its_schema_and_its_services_exist():
    document = load_yaml(EVENTS_FILE)
    schemas = Schemas(document)
    for name, topic in document["topics"].items():
        for example in topic["examples"]:
            assert schemas.problems(example, topic["schema"]) == [], name
        for service in [topic["sender"], *topic["readers"]]:
            assert (SOURCE / "services" / service).is_dir(), f"{name}: {service}"


def program_routes():
    """{(METHOD, pattern): name} as the program's own tables say."""
    done = run_jangteo("routes")
    assert done.returncode == 0, done.stderr
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    return {(row["method"], row["path"]): row["name"] for row in rows}


# Rows: 11
def test_every_route_of_the_program_is_in_the_contract_and_the_other_way_round():
    stated = {(method, path): operation["operationId"] for method, path, operation in contract().operations()}
    assert program_routes() == stated


def test_the_program_serves_the_contract_that_is_in_the_tree(shop):
    assert shop.client.get("/openapi.json").json() == load_yaml(OPENAPI_FILE)


def test_a_checked_client_refuses_an_answer_that_the_contract_does_not_know():
    judge = Contract(load_yaml(OPENAPI_FILE))
    headers = {"Content-Type": "application/json", "ETag": '"v-1"'}
    user = {"id": "usr_0192f3c0-7a1b-7c3d-9e4f-0123456789ab", "email": "a@b.example", "name": "A", "roles": ["customer"],
            "createdAt": "2026-11-26T10:00:00.123Z"}

    def problems(status=200, path="/api/users/me", answer_headers=None, **changes):
        return judge.problems("GET", path, b"", status, answer_headers or headers, json.dumps({**user, **changes}).encode())

    assert problems() == []
    assert problems(name=7)
    assert problems(surprise=True)
    assert problems(status=202)
    assert problems(path="/api/users/nobody")
    assert problems(answer_headers={"Content-Type": "text/html", "ETag": '"v-1"'})
    assert problems(answer_headers={"Content-Type": "application/json"})
