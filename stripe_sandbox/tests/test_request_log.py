"""``/_sandbox/requests``: what the API was asked."""

from stripe_sandbox.tests.shop import Shop


def test_the_log_has_what_was_sent_and_how_it_was_answered(shop: Shop) -> None:
    answer = shop.call(
        "POST", "/v1/customers", {"name": "Ann", "metadata[order]": "7"}, Idempotency_Key="k"
    )
    [entry] = shop.requests()
    assert entry["id"] == answer.headers["request-id"]
    assert (entry["method"], entry["path"], entry["status"]) == ("POST", "/v1/customers", 200)
    assert entry["parameters"] == [["name", "Ann"], ["metadata[order]", "7"]]
    assert (entry["idempotency_key"], entry["replayed"], entry["error"]) == ("k", False, None)
    shop.call("POST", "/v1/customers", {"name": "Ann", "metadata[order]": "7"}, Idempotency_Key="k")
    assert shop.requests()[0]["replayed"] is True


def test_the_log_is_filtered(shop: Shop) -> None:
    customer = shop.stripe.customers.create()
    shop.call("GET", "/v1/customers/none")
    shop.call("GET", "/v1/products", [("limit", "1")])
    assert [each["method"] for each in shop.requests()] == ["GET", "GET", "POST"]
    assert [each["status"] for each in shop.requests(path="/v1/customers")] == [404, 200]
    assert [each["path"] for each in shop.requests(method="post")] == ["/v1/customers"]
    [refused] = shop.requests(status="404")
    assert refused["error"] == "No such customer: 'none'"
    assert shop.requests(path=f"/v1/customers/{customer.id}") == []


def test_since_tells_only_what_ended_after_a_request(shop: Shop) -> None:
    shop.stripe.customers.create()
    [first] = shop.requests()
    shop.stripe.products.create({"name": "Credits"})
    for since in (first["id"], f"{first['number']}"):
        assert [each["path"] for each in shop.requests(since=since)] == ["/v1/products"]
    assert shop.requests(since=shop.requests()[0]["id"]) == []


def test_an_unknown_filter_or_request_is_refused(shop: Shop) -> None:
    for wrong, told in (({"since": "req_none"}, "req_none"), ({"key": "x"}, "key")):
        answer = shop.call("GET", "/_sandbox/requests", wrong)
        assert answer.status_code == 400
        assert told in answer.json()["error"]["message"]


def test_without_a_key_the_log_has_all_accounts_and_refused_keys(shop: Shop) -> None:
    shop.stripe.customers.create()
    refused = shop.http.get("/v1/customers").headers["request-id"]
    everything = {
        each["id"]: each for each in shop.http.get("/_sandbox/requests").json()["requests"]
    }
    assert everything[refused]["account"] is None
    assert shop.requests()[0]["id"] in everything
    assert refused not in [each["id"] for each in shop.requests()]
