"""The sandbox's own pages: overview, requests, deliveries and events."""

import re
from html import unescape

import httpx
import pytest

from stripe_sandbox.tests.program import Program
from stripe_sandbox.tests.receiver import Receiver
from stripe_sandbox.tests.shop import Shop

PLACES = ("/", "/requests", "/deliveries", "/clock", "/switches")


def account_id(shop: Shop) -> str:
    answer = shop.call("GET", "/v1/account")
    return str(answer.json()["id"])


def page(shop: Shop, path: str, /, **query: str) -> str:
    answer = shop.http.get(path, params={"account": account_id(shop)} | query)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("text/html")
    return unescape(answer.text)


def rows(text: str) -> list[str]:
    """Return the rows of the tables' bodies, as text."""
    bodies = re.findall(r"<tbody>(.*?)</tbody>", text, re.DOTALL)
    found = [row for body in bodies for row in re.findall(r"<tr>(.*?)</tr>", body, re.DOTALL)]
    return [" ".join(re.sub(r"<[^>]+>", " ", row).split()) for row in found]


@pytest.mark.parametrize("place", PLACES)
def test_every_page_names_the_account_and_leads_to_the_others(shop: Shop, place: str) -> None:
    shop.stripe.customers.create()
    text = page(shop, place)
    assert f"sk_test_…{shop.key[-4:]}" in text and shop.key not in text
    for other in PLACES:
        assert f'href="{other}?account={account_id(shop)}"' in text
    assert text.count('aria-current="page"') == 1


@pytest.mark.parametrize("place", PLACES)
def test_every_field_has_a_label_and_nothing_comes_from_elsewhere(shop: Shop, place: str) -> None:
    shop.endpoint("http://127.0.0.1:9/")
    shop.stripe.test_helpers.test_clocks.create({"frozen_time": 1_800_000_000})
    text = page(shop, place)
    ids = re.findall(r'<(?:input|select)\s[^>]*?\bid="([^"]+)"', text)
    assert len(ids) == len(set(ids))
    for field in ids:
        assert f'<label for="{field}">' in text, field
    assert not re.search(r"<(script|img|link|iframe)\b", text)


def test_another_account_can_be_chosen(shop: Shop) -> None:
    shop.stripe.customers.create()
    other = Shop(shop.url)
    other.stripe.products.create({"name": "Credits"})
    text = page(shop, "/requests")
    assert f'<option value="{account_id(other)}">' in text
    assert f'<option value="{account_id(shop)}" selected>' in text
    assert "/v1/products" not in " ".join(rows(text))
    other.close()


def test_an_unknown_account_is_told(shop: Shop) -> None:
    answer = shop.http.get("/requests", params={"account": "acct_none"})
    assert answer.status_code == 404
    assert "no such account" in answer.text


def test_the_front_page_counts_what_there_is(shop: Shop) -> None:
    shop.stripe.customers.create()
    shop.stripe.customers.create()
    session = shop.open_session()
    text = page(shop, "/")
    assert "<strong>2</strong> customers" in text
    assert "<strong>1</strong> checkout session<" in text
    assert f'href="/c/pay/{session.id}"' in text
    assert "4242 4242 4242 4242" in text


def test_the_list_of_requests_is_filtered(shop: Shop) -> None:
    shop.stripe.customers.create({"name": "Ann"}, {"idempotency_key": "ann:1"})
    shop.call("GET", "/v1/products/none")
    [own, *_] = rows(page(shop, "/requests", path="/v1/customers"))
    assert "POST /v1/customers 200" in own and "ann:1" in own
    refused = rows(page(shop, "/requests", status="404", method="GET"))
    assert "GET /v1/products/none 404" in refused[0]


def test_a_request_shows_what_was_sent_and_what_it_caused(shop: Shop) -> None:
    made = shop.call("POST", "/v1/customers", {"name": "<b>Ann", "metadata[order]": "7"})
    request_id = made.headers["request-id"]
    assert f'href="/requests/{request_id}"' in page(shop, "/requests")
    answer = shop.http.get(f"/requests/{request_id}")
    assert "&lt;b&gt;Ann" in answer.text and "<b>Ann" not in answer.text
    assert "metadata[order] 7" in rows(answer.text)
    [event] = shop.events()
    assert f'href="/events/{event["id"]}"' in answer.text
    refused = shop.call("GET", "/v1/customers/none").headers["request-id"]
    assert "No such customer: 'none'" in unescape(shop.http.get(f"/requests/{refused}").text)
    missing = shop.http.get("/requests/req_none")
    assert (missing.status_code, "req_none" in missing.text) == (404, True)


def test_requests_with_a_refused_key_are_shown_apart(shop: Shop) -> None:
    shop.stripe.customers.create()
    refused = shop.http.get("/v1/prices").headers["request-id"]
    text = page(shop, "/requests")
    apart = text.partition("Refused keys")[2]
    assert f'href="/requests/{refused}"' in apart
    assert "key" in shop.http.get(f"/requests/{refused}").text


def test_long_lists_are_turned_over(shop: Shop) -> None:
    for _ in range(101):
        shop.call("GET", "/v1/products")
    first = page(shop, "/requests", path="/v1/products")
    assert "101 requests" in first and "Page 1 of 2" in first
    [older] = re.findall(r'href="([^"]+)" rel="next"', first)
    second = unescape(shop.http.get(older).text)
    assert "Page 2 of 2" in second and 'rel="prev"' in second
    for odd in ("0", "-1", "x", "9" * 30):
        assert "of 2" in page(shop, "/requests", path="/v1/products", page=odd)


def test_the_list_of_deliveries_is_filtered(shop: Shop, receiver: Receiver) -> None:
    shop.switch(retry_delays=[])
    shop.endpoint(f"{receiver.url}/good", "customer.created")
    shop.endpoint("http://127.0.0.1:9/bad", "product.created")
    shop.stripe.customers.create()
    shop.stripe.products.create({"name": "Credits"})
    shop.settle()
    failed = page(shop, "/deliveries", state="failed")
    assert "1 delivery, newest first" in failed
    assert [row for row in rows(failed) if "product.created" in row and "failed" in row]
    assert "2 deliveries" in page(shop, "/deliveries")
    assert "1 delivery," in page(shop, "/deliveries", type="customer.created")


def test_an_event_shows_its_tries_and_what_is_sent(shop: Shop, receiver: Receiver) -> None:
    receiver.statuses = [500]
    shop.endpoint(receiver.url)
    shop.stripe.customers.create({"name": "Ann"})
    shop.settle()
    [delivery] = shop.deliveries()
    path = f"/events/{delivery['event']}"
    assert f'href="{path}"' in page(shop, "/deliveries")
    text = unescape(shop.http.get(path).text)
    assert [row.split()[-3] for row in rows(text)] == ["500", "200"]
    assert '"name": "Ann"' in text and '"pending_webhooks": 0' in text
    assert shop.http.get("/events/evt_none").status_code == 404


def test_an_event_that_nobody_asked_for_says_so(shop: Shop) -> None:
    shop.stripe.customers.create()
    [event] = shop.events()
    assert "delivered to nobody" in shop.http.get(f"/events/{event['id']}").text


def test_a_button_sends_an_event_again(shop: Shop, receiver: Receiver) -> None:
    shop.endpoint(receiver.url)
    shop.stripe.customers.create()
    [delivery] = shop.settle()
    path = f"/events/{delivery['event']}"
    for place in ("/", "/deliveries", path):
        assert f'action="{path}/resend"' in page(shop, place)
    answer = shop.http.post(f"{path}/resend")
    assert answer.status_code == 303
    shown = shop.http.get(httpx.URL(shop.url).join(answer.headers["location"]))
    assert "goes again" in shown.text
    receiver.wait_for(lambda all_: len(all_) == 2)
    assert shop.http.post("/events/evt_none/resend").status_code == 404


def test_a_sandbox_without_accounts_says_how_to_begin() -> None:
    program = Program()
    try:
        for place in PLACES:
            answer = httpx.get(program.url + place, trust_env=False)
            assert (answer.status_code, "no account here yet" in answer.text) == (200, True)
        for place in ("/clock", "/switches", "/reset"):
            assert httpx.post(program.url + place, trust_env=False).status_code == 409
    finally:
        program.stop()
