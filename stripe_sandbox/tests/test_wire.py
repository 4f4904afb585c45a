"""The wire: keys, headers, forms, lists, errors."""

import base64
import contextlib
from typing import Any

import pytest
import stripe
from hypothesis import given, settings
from hypothesis import strategies as st

from stripe_sandbox.errors import StripeError
from stripe_sandbox.forms import FormTree, decode_form
from stripe_sandbox.tests.shop import Shop, new_key


def authorized(shop: Shop, value: str | None) -> Any:
    headers = {} if value is None else {"Authorization": value}
    return shop.http.get("/v1/account", headers=headers)


@pytest.mark.parametrize(
    "value",
    [
        None,
        "",
        "Bearer",
        "Bearer sk_test_short",
        "Bearer pk_test_" + "a" * 24,
        "Bearer sk_live_" + "a" * 24,
        "Bearer sk_test_" + "a" * 24 + "!",
        "Basic !!!",
        "Basic " + base64.b64encode(b":").decode(),
        "Digest x",
    ],
)
def test_a_missing_or_malformed_key_is_refused(shop: Shop, value: str | None) -> None:
    answer = authorized(shop, value)
    assert answer.status_code == 401
    assert answer.json()["error"]["type"] == "invalid_request_error"
    assert answer.headers["www-authenticate"].startswith("Basic")
    assert answer.headers["request-id"].startswith("req_")


def test_a_refused_key_is_not_repeated(shop: Shop) -> None:
    for secret in ("sk_live_" + "Ab1" * 9, "sk_test_" + "Ab1" * 9 + "!"):
        assert "Ab1" not in authorized(shop, f"Bearer {secret}").text


def test_basic_and_bearer_name_the_same_account(shop: Shop) -> None:
    basic = base64.b64encode(f"{shop.key}:".encode()).decode()
    first = authorized(shop, f"Basic {basic}").json()["id"]
    assert first == authorized(shop, f"Bearer {shop.key}").json()["id"]
    assert first == shop.stripe.accounts.retrieve_current().id
    assert shop.stripe.accounts.retrieve(first).id == first
    assert shop.stripe.accounts.list().data == []


def test_accounts_do_not_see_each_other(shop: Shop) -> None:
    customer = shop.stripe.customers.create({"name": "Ann"})
    stranger = Shop(shop.url, "rk_test_" + new_key()[8:])
    assert stranger.stripe.customers.list().data == []
    with pytest.raises(stripe.InvalidRequestError) as caught:
        stranger.stripe.customers.retrieve(customer.id)
    assert (caught.value.http_status, caught.value.code) == (404, "resource_missing")
    assert f"No such customer: '{customer.id}'" in str(caught.value.user_message)
    stranger.close()


def test_reset_empties_one_account(shop: Shop) -> None:
    other = Shop(shop.url)
    for each in (shop, other):
        each.stripe.customers.create({}, {"idempotency_key": "one"})
    headers = {"Authorization": f"Bearer {shop.key}"}
    assert shop.http.post("/_sandbox/reset", headers=headers).status_code == 200
    assert shop.stripe.customers.list().data == [] and shop.event_types() == []
    assert len(other.stripe.customers.list().data) == 1
    assert shop.http.post("/_sandbox/reset").status_code == 401
    other.close()


def test_version_and_request_id_are_told(shop: Shop) -> None:
    answer = shop.call("GET", "/v1/customers", Stripe_Version="2026-08-26.dahlia")
    assert answer.headers["stripe-version"] == "2026-08-26.dahlia"
    assert answer.headers["request-id"].startswith("req_")
    assert shop.call("GET", "/v1/customers").headers["stripe-version"] == "2026-08-26.dahlia"
    wrong = shop.call("GET", "/v1/customers", Stripe_Version="latest")
    assert wrong.status_code == 400


def test_an_event_names_the_request_that_caused_it(shop: Shop) -> None:
    answer = shop.call("POST", "/v1/customers", {"name": "Ann"}, Idempotency_Key="ann-1")
    [event] = shop.events()
    assert event["request"] == {
        "id": answer.headers["request-id"],
        "idempotency_key": "ann-1",
    }


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/v1/foo"),
        ("GET", "/v1/customers/"),
        ("GET", "/v1/"),
        ("DELETE", "/v1/customers"),
        ("PUT", "/v1/customers"),
        ("GET", "/v1/customers/cus_x/nothing"),
    ],
)
def test_an_unknown_url_is_told_as_stripe_does(shop: Shop, method: str, path: str) -> None:
    headers = {"Authorization": f"Bearer {shop.key}"}
    answer = shop.http.request(method, path, headers=headers)
    assert answer.status_code == 404
    message = answer.json()["error"]["message"]
    assert message.startswith(f"Unrecognized request URL ({method}: {path}).")


@pytest.mark.parametrize(
    ("path", "pairs", "code", "param", "message"),
    [
        (
            "/v1/customers",
            {"foo": "1"},
            "parameter_unknown",
            "foo",
            "Received unknown parameter: foo",
        ),
        (
            "/v1/customers",
            {"address[moon]": "1"},
            "parameter_unknown",
            "address[moon]",
            "Received unknown parameter: address[moon]",
        ),
        (
            "/v1/customers",
            {"a": "1", "b": "2"},
            "parameter_unknown",
            "a",
            "Received unknown parameters: a, b",
        ),
        (
            "/v1/products",
            {},
            "parameter_missing",
            "name",
            "Missing required param: name.",
        ),
        (
            "/v1/customers",
            {"balance": "much"},
            "parameter_invalid_integer",
            "balance",
            "Invalid integer: much",
        ),
        ("/v1/products", {"name": ""}, "parameter_invalid_empty", "name", None),
        ("/v1/products", {"name": "x", "active": "yes"}, None, "active", "Invalid boolean: yes"),
        ("/v1/customers", {"name[first]": "x"}, None, "name", None),
        ("/v1/customers", {"address": "x"}, None, "address", "Invalid object"),
        ("/v1/customers", {"preferred_locales": "x"}, None, "preferred_locales", "Invalid array"),
        ("/v1/customers", {"metadata": "x"}, None, "metadata", "Invalid object"),
        ("/v1/customers", {"metadata[a]": "x" * 501}, None, "metadata[a]", None),
        ("/v1/customers", {"name": "x" * 257}, None, "name", None),
        ("/v1/customers", {"name[": "x"}, "parameter_unknown", "name[", None),
        ("/v1/customers", {"name": "x", "name[y]": "z"}, None, "name[y]", None),
        ("/v1/customers", {"a" + "[b]" * 40: "x"}, None, "a" + "[b]" * 40, None),
    ],
)
def test_a_bad_parameter_is_refused(
    shop: Shop, path: str, pairs: dict[str, str], code: str | None, param: str, message: str | None
) -> None:
    answer = shop.call("POST", path, pairs)
    assert answer.status_code == 400
    error = answer.json()["error"]
    assert (error["type"], error.get("code"), error["param"]) == (
        "invalid_request_error",
        code,
        param,
    )
    assert message is None or error["message"] == message
    assert shop.events() == []


def test_what_is_not_there_yet_is_refused_by_name(shop: Shop) -> None:
    answer = shop.call("POST", "/v1/customers", {"tax[validate_location]": "deferred"})
    assert (answer.status_code, answer.json()["error"]["param"]) == (400, "tax")
    assert "does not support" in answer.json()["error"]["message"]


def test_other_content_types_are_refused(shop: Shop) -> None:
    headers = {"Authorization": f"Bearer {shop.key}"}
    assert shop.http.post("/v1/customers", json={"name": "x"}, headers=headers).status_code == 400
    raw = shop.http.post("/v1/customers", content=b"\xff\xfe=%", headers=headers)
    assert raw.status_code == 400


def test_lists_are_paged_by_cursors(shop: Shop) -> None:
    made = [shop.stripe.customers.create().id for _ in range(12)][::-1]

    def page(**wishes: Any) -> tuple[list[str], bool]:
        found = shop.stripe.customers.list(wishes)  # type: ignore[arg-type]
        return [customer.id for customer in found.data], found.has_more

    assert page() == (made[:10], True)
    assert page(limit=12) == (made, False)
    assert page(starting_after=made[9]) == (made[10:], False)
    assert page(limit=3, starting_after=made[0]) == (made[1:4], True)
    assert page(limit=3, ending_before=made[5]) == (made[2:5], True)
    assert page(ending_before=made[2]) == (made[:2], False)
    assert [c.id for c in shop.stripe.customers.list({"limit": 5}).auto_paging_iter()] == made


@pytest.mark.parametrize(
    ("wishes", "param"),
    [
        ({"limit": 0}, "limit"),
        ({"limit": 101}, "limit"),
        ({"starting_after": "cus_none"}, "starting_after"),
        ({"ending_before": "cus_none"}, "ending_before"),
        ({"starting_after": "a", "ending_before": "b"}, "starting_after"),
        ({"created[since]": 1}, "created[since]"),
    ],
)
def test_a_bad_cursor_is_refused(shop: Shop, wishes: dict[str, Any], param: str) -> None:
    answer = shop.call("GET", "/v1/customers", wishes)
    assert (answer.status_code, answer.json()["error"]["param"]) == (400, param)


def test_created_is_a_filter(shop: Shop) -> None:
    customer = shop.stripe.customers.create()
    for wishes, found in (
        ({"created[gte]": customer.created}, 1),
        ({"created[gt]": customer.created}, 0),
        ({"created[lte]": customer.created}, 1),
        ({"created[lt]": customer.created}, 0),
        ({"created": customer.created}, 1),
    ):
        assert len(shop.call("GET", "/v1/customers", wishes).json()["data"]) == found


def test_events_are_filtered_by_type(shop: Shop) -> None:
    shop.stripe.customers.create()
    shop.pay(shop.open_session().id)
    types = [event["type"] for event in shop.events("customer.created", "charge.succeeded")]
    assert types == ["customer.created", "charge.succeeded"]
    found = shop.call("GET", "/v1/events", {"type": "payment_intent.*"}).json()["data"]
    assert [event["type"] for event in found] == [
        "payment_intent.created",
        "payment_intent.succeeded",
    ]
    both = shop.call("GET", "/v1/events", {"type": "a", "types[]": "b"})
    assert both.status_code == 400


def test_health(shop: Shop) -> None:
    assert shop.http.get("/_sandbox/health").json() == {"status": "ok"}


NAMES = st.text("ab01 é.-&=", min_size=1, max_size=4)
LEAVES = st.text("ab[]&= é", max_size=4)
TREES: Any = st.dictionaries(
    NAMES,
    st.recursive(
        LEAVES, lambda inner: st.dictionaries(NAMES, inner, min_size=1, max_size=3), max_leaves=8
    ),
    max_size=4,
)


def encode(tree: FormTree, prefix: str = "") -> list[tuple[str, str]]:
    pairs = []
    for name, value in tree.items():
        full = f"{prefix}[{name}]" if prefix else name
        pairs += [(full, value)] if isinstance(value, str) else encode(value, full)
    return pairs


@settings(database=None, deadline=None)
@given(TREES)
def test_decoding_undoes_encoding(tree: FormTree) -> None:
    assert decode_form(encode(tree)) == tree


@settings(database=None, deadline=None)
@given(st.lists(st.tuples(st.text("ab[]01", max_size=12), st.text(max_size=3)), max_size=6))
def test_any_pairs_are_decoded_or_refused(pairs: list[tuple[str, str]]) -> None:
    with contextlib.suppress(StripeError):
        decode_form(pairs)


def test_empty_brackets_append() -> None:
    assert decode_form([("a[]", "x"), ("a[]", "y")]) == {"a": {"0": "x", "1": "y"}}
