"""The register of operations against Stripe's published one, and the check against itself."""

from typing import Any

import pytest

from stripe_sandbox.app import create_app
from stripe_sandbox.events import event_types
from stripe_sandbox.operations import Operation, operations
from stripe_sandbox.parameters import ListOf, Moments, Parameter, Record, Text
from stripe_sandbox.tests import openapi
from stripe_sandbox.tests.shop import Shop

create_app()
Json = dict[str, Any]

pytestmark = pytest.mark.usefixtures("needs_schema")

# Stripe takes these although its document does not list them as required.
REQUIRED_IN_PRACTICE = {"mode", "success_url", "quantity"}
# Real Stripe refuses a hash without them, although its document does not say so.
REQUIRED_PARTS = {"address"}


def names(operation: Operation) -> str:
    return f"{operation.method} {operation.template}"


@pytest.mark.parametrize("operation", operations(), ids=names)
def test_every_parameter_is_stripes(operation: Operation) -> None:
    published = published_parameters(operation)
    found = differences(operation.fields, published, "")
    assert not found


def published_parameters(operation: Operation) -> Json:
    return parts_of(openapi.published_parameters(operation.method, operation.template))


def parts_of(schema: Json) -> Json:
    """Return the schemas of an object's parts; in those that must be sent, "needed" is set."""
    return {
        name: each | ({"needed": True} if name in schema.get("required", []) else {})
        for name, each in schema.get("properties", {}).items()
    }


def differences(declared: Any, published: Json, where: str) -> list[str]:
    """Return names that only one side knows, and what is needed on one side only."""
    found = [f"{where}{name} is not Stripe's" for name in declared if name not in published]
    if where != "expand":
        found += [f"{where}{name} is not declared" for name in published if name not in declared]
    for name, parameter in declared.items():
        if name not in published:
            continue
        schema = published[name]
        needed = bool(schema.get("needed"))
        if parameter.required != needed and name not in REQUIRED_IN_PRACTICE | REQUIRED_PARTS:
            found.append(f"{where}{name}: required here {parameter.required}, there {needed}")
        found += inner_differences(parameter, schema, f"{where}{name}")
    return found


def inner_differences(parameter: Parameter, schema: Json, where: str) -> list[str]:
    for choice in schema.get("anyOf", [schema]):
        if isinstance(parameter, ListOf) and choice.get("type") == "array":
            return inner_differences(parameter.each, choice["items"], f"{where}[]")
        if isinstance(parameter, Record | Moments) and choice.get("type") == "object":
            return differences(parameter.fields, parts_of(choice), f"{where}.")
        if isinstance(parameter, Text) and parameter.choices and "enum" in choice:
            unknown = set(parameter.choices) - set(choice["enum"])
            return [f"{where}: {each} is no choice" for each in sorted(unknown)]
    return []


def test_the_event_types_are_stripes() -> None:
    entry = openapi.document()["paths"]["/v1/webhook_endpoints"]["post"]
    form = entry["requestBody"]["content"]["application/x-www-form-urlencoded"]["schema"]
    assert event_types() == set(form["properties"]["enabled_events"]["items"]["enum"])


def test_the_check_sees_a_wrong_a_missing_and_an_unknown_attribute(shop: Shop) -> None:
    good = shop.stripe.customers.create({"name": "Ann"}).to_dict()
    assert not openapi.complaints_about_object(good)
    wrong: list[Json] = [
        good | {"created": "yesterday"},
        good | {"surprise": 1},
        {name: value for name, value in good.items() if name != "phone"},
        {name: value for name, value in good.items() if name != "livemode"},
        good | {"tax_exempt": "perhaps"},
    ]
    for each in wrong:
        assert openapi.complaints_about_object(each)
        assert openapi.complaints_about_answer("POST", "/v1/customers", 200, each)
    assert openapi.complaints_about_answer("GET", "/v1/customers", 404, {"error": {"type": "x"}})
