"""A page of another site cannot press the sandbox's buttons."""

import pytest

from stripe_sandbox.tests.shop import Shop

FOREIGN = [
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Origin": "http://127.0.0.1:8000", "Sec-Fetch-Site": "same-site"},
]


@pytest.mark.parametrize("headers", FOREIGN)
def test_a_foreign_page_is_refused_and_nothing_is_done(shop: Shop, headers: dict[str, str]) -> None:
    session = shop.open_session(customer_email="ann@example.com")
    pages = [f"/c/pay/{session.id}", "/authenticate/pi_x", "/switches", "/reset", "/clock"]
    for path in pages:
        answer = shop.http.post(path, data={"test_card": "4242424242424242"}, headers=headers)
        assert (answer.status_code, "another site" in answer.text) == (403, True), path
    answer = shop.http.post(f"/_sandbox/checkout/sessions/{session.id}/pay", headers=headers)
    assert answer.status_code == 403
    assert "another site" in answer.json()["error"]["message"]
    assert shop.stripe.checkout.sessions.retrieve(session.id).payment_status == "unpaid"


def test_the_sandboxs_own_pages_and_programs_are_not(shop: Shop) -> None:
    for headers in (
        {},
        {"Origin": shop.url},
        {"Origin": shop.url, "Sec-Fetch-Site": "same-origin"},
        {"Sec-Fetch-Site": "none"},
    ):
        session = shop.open_session(customer_email="ann@example.com")
        answer = shop.http.post(
            f"/c/pay/{session.id}", data={"test_card": "4242424242424242"}, headers=headers
        )
        assert answer.status_code == 303, headers


def test_pages_can_be_opened_from_anywhere_and_the_api_asks_for_a_key(shop: Shop) -> None:
    session = shop.open_session()
    headers = {"Origin": "https://shop.example", "Sec-Fetch-Site": "cross-site"}
    assert shop.http.get(f"/c/pay/{session.id}", headers=headers).status_code == 200
    assert shop.call("POST", "/v1/customers", **headers).status_code == 200


def test_pages_let_browsers_say_where_a_form_is_from(shop: Shop) -> None:
    session = shop.open_session()
    headers = shop.http.get(f"/c/pay/{session.id}").headers
    assert headers["referrer-policy"] == "same-origin"
