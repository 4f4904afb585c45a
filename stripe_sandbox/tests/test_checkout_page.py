"""The hosted page, as a browser without JavaScript uses it."""

import re
from concurrent.futures import ThreadPoolExecutor

import httpx

from stripe_sandbox.tests.shop import CANCEL_URL, Shop, line


def form_fields(page: str) -> set[str]:
    return set(re.findall(r'<(?:input|button)[^>]* name="([^"]+)"', page))


def path_of(url: str | None) -> str:
    assert url
    return httpx.URL(url).path


def test_the_page_tells_what_is_bought_and_that_it_is_a_sandbox(shop: Shop) -> None:
    session = shop.open_session(line_items=[line(2500, "500 credits", 2), line(99, "Tip")])
    answer = shop.http.get(path_of(session.url))
    assert answer.status_code == 200
    for text in ("Sandbox.", "500 credits", "50.00 USD", "Tip", "0.99 USD", "50.99 USD"):
        assert text in answer.text
    assert f'href="{CANCEL_URL}"' in answer.text
    assert form_fields(answer.text) == {"email", "test_card", "card_number"}
    for number in ("4242 4242 4242 4242", "4000 0000 0000 0002", "4000 0000 0000 3220"):
        assert number in answer.text


def test_the_page_brings_nothing_from_elsewhere_and_labels_its_fields(shop: Shop) -> None:
    page = shop.http.get(path_of(shop.open_session().url))
    assert not re.search(r"<(script|img|link|iframe)\b", page.text)
    assert "default-src 'none'" in page.headers["content-security-policy"]
    for field in re.findall(r'<input id="([^"]+)"', page.text):
        assert f'<label for="{field}">' in page.text
    assert '<html lang="en">' in page.text and "viewport" in page.text


def test_what_the_shop_wrote_is_escaped(shop: Shop) -> None:
    evil = "<script>alert('x')</script>"
    session = shop.open_session(
        line_items=[line(500, evil)],
        cancel_url='https://shop.example/"onclick="x',
        customer_email="o'ne@example.com",
    )
    page = shop.http.get(path_of(session.url)).text
    assert "<script" not in page and "&lt;script&gt;alert" in page
    assert '"onclick="' not in page


def test_what_the_person_typed_is_escaped(shop: Shop) -> None:
    path = path_of(shop.open_session().url)
    page = shop.http.post(path, data={"email": '"><b>x', "card_number": '"><i>'}).text
    assert "<b>" not in page and "<i>" not in page


def test_paying_leads_to_the_shop(shop: Shop) -> None:
    session = shop.open_session()
    answer = shop.http.post(
        path_of(session.url), data={"email": "bob@example.com", "test_card": "4242424242424242"}
    )
    assert answer.status_code == 303
    assert answer.headers["location"] == (
        f"https://shop.example/thanks?session={session.id}&from=stripe"
    )
    paid = shop.stripe.checkout.sessions.retrieve(session.id).to_dict()
    assert paid["payment_status"] == "paid"
    assert paid["customer_details"]["email"] == "bob@example.com"


def test_a_typed_number_goes_before_the_choice(shop: Shop) -> None:
    session = shop.open_session(customer_email="bob@example.com")
    answer = shop.http.post(
        path_of(session.url),
        data={"test_card": "4242424242424242", "card_number": "4000-0000-0000-0002"},
    )
    assert answer.status_code == 402


def test_a_decline_is_told_on_the_page_and_can_be_tried_again(shop: Shop) -> None:
    session = shop.open_session(customer_email="bob@example.com")
    path = path_of(session.url)
    answer = shop.http.post(path, data={"test_card": "4000000000009995"})
    assert answer.status_code == 402
    assert "Your card has insufficient funds." in answer.text and 'role="alert"' in answer.text
    again = shop.http.post(path, data={"test_card": "4242424242424242"})
    assert again.status_code == 303


def test_an_unknown_guest_must_give_an_email(shop: Shop) -> None:
    session = shop.open_session()
    path = path_of(session.url)
    for wrong in ("", "nobody", "a@b"):
        answer = shop.http.post(path, data={"email": wrong, "test_card": "4242424242424242"})
        assert answer.status_code == 400 and "Enter an e-mail address." in answer.text
    assert shop.event_types() == []


def test_a_known_customer_is_not_asked(shop: Shop) -> None:
    customer = shop.stripe.customers.create({"email": "ann@example.com"})
    session = shop.open_session(customer=customer.id)
    page = shop.http.get(path_of(session.url)).text
    assert "ann@example.com" in page and "email" not in form_fields(page)


def test_a_malformed_number_is_marked_at_its_field(shop: Shop) -> None:
    session = shop.open_session(customer_email="bob@example.com")
    answer = shop.http.post(path_of(session.url), data={"card_number": "1234"})
    assert answer.status_code == 400
    assert 'aria-describedby="number-error"' in answer.text
    assert shop.event_types() == []


def test_authentication_completed_leads_to_the_shop(shop: Shop) -> None:
    session = shop.open_session(customer_email="bob@example.com")
    path = path_of(session.url)
    asked = shop.http.post(path, data={"test_card": "4000000000003220"})
    assert (asked.status_code, asked.headers["location"]) == (303, f"{path}/authenticate")
    bank = shop.http.get(f"{path}/authenticate")
    assert "Complete authentication" in bank.text and "Fail authentication" in bank.text
    done = shop.http.post(f"{path}/authenticate", data={"result": "complete"})
    assert done.status_code == 303
    assert done.headers["location"].startswith("https://shop.example/thanks")
    twice = shop.http.post(f"{path}/authenticate", data={"result": "complete"})
    assert twice.status_code == 409
    assert len(shop.stripe.charges.list().data) == 1


def test_authentication_failed_leads_back_to_the_form(shop: Shop) -> None:
    session = shop.open_session(customer_email="bob@example.com")
    path = path_of(session.url)
    shop.http.post(path, data={"test_card": "4000000000003220"})
    failed = shop.http.post(f"{path}/authenticate", data={"result": "fail"})
    assert failed.status_code == 402 and "failed authentication" in failed.text
    nothing_waits = shop.http.get(f"{path}/authenticate")
    assert (nothing_waits.status_code, nothing_waits.headers["location"]) == (303, path)
    assert shop.http.post(path, data={"test_card": "4242424242424242"}).status_code == 303


def test_another_tab_may_pay_while_one_waits_for_the_bank(shop: Shop) -> None:
    session = shop.open_session(customer_email="bob@example.com")
    path = path_of(session.url)
    shop.http.post(path, data={"test_card": "4000000000003220"})
    assert shop.http.post(path, data={"test_card": "4242424242424242"}).status_code == 303
    assert shop.http.post(f"{path}/authenticate", data={"result": "complete"}).status_code == 409
    assert len(shop.stripe.charges.list().data) == 1


def test_a_double_click_pays_once(shop: Shop) -> None:
    session = shop.open_session(customer_email="bob@example.com")
    path = path_of(session.url)

    def click(_: int) -> int:
        return shop.http.post(path, data={"test_card": "4242424242424242"}).status_code

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(click, range(8))) == [303] + [409] * 7
    assert len(shop.stripe.charges.list().data) == 1


def test_a_paid_page_leads_on_and_an_expired_one_leads_back(shop: Shop) -> None:
    paid, expired = shop.open_session(), shop.open_session()
    shop.pay(paid.id)
    page = shop.http.get(path_of(paid.url))
    assert page.status_code == 200 and "already paid" in page.text
    assert f"session={paid.id}" in page.text
    shop.stripe.checkout.sessions.expire(expired.id)
    page = shop.http.get(path_of(expired.url))
    assert "expired" in page.text and f'href="{CANCEL_URL}"' in page.text
    late = shop.http.post(path_of(expired.url), data={"test_card": "4242424242424242"})
    assert late.status_code == 409


def test_a_page_of_no_session_says_so(shop: Shop) -> None:
    customer = shop.stripe.customers.create()
    for name in ("cs_test_none", customer.id):
        for path in (f"/c/pay/{name}", f"/c/pay/{name}/authenticate"):
            assert shop.http.get(path).status_code == 404
            assert shop.http.post(path, data={}).status_code == 404


def test_a_free_order_is_completed_without_a_card(shop: Shop) -> None:
    session = shop.open_session(line_items=[line(0)], customer_email="bob@example.com")
    path = path_of(session.url)
    assert form_fields(shop.http.get(path).text) == set()
    assert shop.http.post(path).status_code == 303


def test_the_front_page_lists_sessions_and_deliveries(shop: Shop) -> None:
    session = shop.open_session()
    front = shop.http.get("/")
    assert front.status_code == 200
    assert f"/c/pay/{session.id}" in front.text
