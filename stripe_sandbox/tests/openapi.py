"""Hold answers against Stripe's OpenAPI document, and against what it implies.

The document says less than Stripe does: nullable attributes may be absent there, while
Stripe sends them as null. So objects are also checked for completeness, and for
attributes that Stripe does not know.
"""

import gzip
import json
import os
import re
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft7Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT7

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = Path(os.environ.get("STRIPE_OPENAPI", ROOT / "../shared/stripe/spec3.min.json.gz"))
NAME = "urn:stripe"
# Nullable by the document, but left out unless asked for.
ONLY_WHEN_EXPANDED = {("invoice", "confirmation_secret")}
UPCOMING = "upcoming"

Json = dict[str, Any]


def is_present() -> bool:
    """Tell whether the document is at hand."""
    return DOCUMENT.is_file()


@cache
def document() -> Json:
    """Return the document as published."""
    loaded: Json = json.loads(gzip.decompress(DOCUMENT.read_bytes()))
    return loaded


@cache
def _registry() -> Any:
    resource = Resource.from_contents(_with_nulls(document()), default_specification=DRAFT7)
    return Registry().with_resource(NAME, resource)


def _with_nulls(node: Any) -> Any:
    """Turn OpenAPI's nullable into a choice that JSON Schema understands."""
    if isinstance(node, list):
        return [_with_nulls(each) for each in node]
    if not isinstance(node, dict):
        return node
    plain = {name: _with_nulls(value) for name, value in node.items() if name != "nullable"}
    return {"anyOf": [plain, {"type": "null"}]} if node.get("nullable") is True else plain


@cache
def _validator(pointer: str) -> Draft7Validator:
    return Draft7Validator({"$ref": f"{NAME}#{pointer}"}, registry=_registry())


def complaints_about_answer(method: str, path: str, status: int, body: Any) -> list[str]:
    """Return what is wrong with an answer of the API."""
    success = 200
    if status != success:
        pointer = "/components/schemas/error"
    else:
        template = template_of(method, path).replace("/", "~1")
        pointer = (
            f"/paths/{template}/{method.lower()}/responses/200/content/application~1json/schema"
        )
    return _complaints(pointer, body) + _incompletenesses(body, "")


def complaints_about_object(thing: Json) -> list[str]:
    """Return what is wrong with one API object."""
    pointer = f"/components/schemas/{schema_name(thing)}"
    return _complaints(pointer, thing) + _incompletenesses(thing, "")


def _complaints(pointer: str, body: Any) -> list[str]:
    return [
        f"{'.'.join(map(str, error.absolute_path))}: {error.message[:300]}"
        for error in _validator(pointer).iter_errors(body)
    ]


@cache
def template_of(method: str, path: str) -> str:
    """Return the URL template of the operation at a path.

    Raises:
        LookupError: when Stripe has no such operation.
    """
    fitting: list[str] = [
        template
        for template, methods in document()["paths"].items()
        if method.lower() in methods and re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", template), path)
    ]
    if not fitting:
        raise LookupError(f"Stripe has no {method} {path}")
    # Of "/v1/invoices/create_preview" and "/v1/invoices/{invoice}" the fixed one is meant.
    return min(fitting, key=lambda template: template.count("{"))


def published_parameters(method: str, template: str) -> Json:
    """Return the schema of all that an operation takes, in its query or as its form."""
    entry = document()["paths"][template][method.lower()]
    queried = [each for each in entry.get("parameters", []) if each["in"] == "query"]
    body = entry.get("requestBody", {}).get("content", {})
    form = body.get("application/x-www-form-urlencoded", {}).get("schema", {})
    return {
        "type": "object",
        "properties": {each["name"]: each["schema"] for each in queried}
        | form.get("properties", {}),
        "required": [each["name"] for each in queried if each.get("required")]
        + form.get("required", []),
    }


def schema_name(thing: Json) -> str:
    """Return the name of an object's schema."""
    kind = str(thing["object"])
    return f"deleted_{kind}" if thing.get("deleted") else kind


def _incompletenesses(node: Any, where: str) -> list[str]:
    """Return nullable attributes that are absent, and attributes that are unknown."""
    found: list[str] = []
    if isinstance(node, list):
        for at, each in enumerate(node):
            found += _incompletenesses(each, f"{where}[{at}]")
    elif isinstance(node, dict):
        schema = _schema_of(node)
        if schema:
            names = schema["properties"]
            owed = [name for name in names if names[name].get("nullable")]
            owed += schema.get("required", [])
            owed = [name for name in owed if (node["object"], name) not in ONLY_WHEN_EXPANDED]
            # What invoice.upcoming tells of is no invoice yet, and has no id.
            owed = [name for name in owed if name != "id" or node.get("billing_reason") != UPCOMING]
            found += [f"{where}: {name} is missing" for name in owed if name not in node]
            found += [f"{where}: {name} is unknown" for name in node if name not in names]
        for name, value in node.items():
            found += _incompletenesses(value, f"{where}.{name}")
    return found


def _schema_of(node: Json) -> Json | None:
    kind = node.get("object")
    if not isinstance(kind, str) or kind == "list":
        return None
    schema: Json | None = document()["components"]["schemas"].get(schema_name(node))
    return schema
