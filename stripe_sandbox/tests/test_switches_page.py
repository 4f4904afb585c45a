"""``/switches``: a form of all switches, and the button that empties an account."""

import re
from html import unescape
from typing import Any

import httpx

from stripe_sandbox.switches import described_switches
from stripe_sandbox.tests.shop import Json, Shop


def account_id(shop: Shop) -> str:
    return str(shop.call("GET", "/v1/account").json()["id"])


def path_of(shop: Shop, page: str = "/switches") -> str:
    return f"{page}?account={account_id(shop)}"


def form_of(text: str) -> dict[str, str]:
    """Return what a browser would send if the form were sent as it is."""
    form = text.partition('<form method="post" action="/switches')[2].partition("</form>")[0]
    sent = {}
    for tag in re.findall(r"<input\s[^>]*>", form):
        parts = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        if parts.get("type") != "checkbox":
            sent[parts["name"]] = unescape(parts["value"])
        elif re.search(r"\schecked\b", tag):
            sent[parts["name"]] = "on"
    selects = re.findall(r'<select [^>]*name="([^"]+)"[^>]*>(.*?)</select>', form, re.DOTALL)
    for name, options in selects:
        chosen = re.search(r"<option selected>([^<]*)", options)
        sent[name] = (chosen or re.search(r"<option>([^<]*)", options) or [""])[1]
    return sent


def save(shop: Shop, **changes: str) -> httpx.Response:
    sent = form_of(shop.http.get(path_of(shop)).text) | changes
    return shop.http.post(path_of(shop), data=sent)


def switches(shop: Shop) -> Json:
    headers = {"Authorization": f"Bearer {shop.key}"}
    answer: Json = shop.http.get("/_sandbox/switches", headers=headers).json()
    return answer


def test_the_form_has_every_switch_with_its_text(shop: Shop) -> None:
    text = unescape(shop.http.get(path_of(shop)).text)
    for each in described_switches():
        assert f'id="{each.name}"' in text
        assert each.text in text


def test_saving_the_form_as_it_is_changes_nothing(shop: Shop) -> None:
    wishes: dict[str, Any] = {
        "api_failure": {"status": 429, "times": 3, "at": "POST /v1/refunds"},
        "lose_answers": {"chance": 0.25, "at": "POST /v1/prices"},
        "seed": 12,
        "shuffle": True,
        "retry_delays": [0.5, 2],
        "dunning_end": "unpaid",
    }
    shop.switch(**wishes)
    before = switches(shop)
    answer = save(shop)
    assert answer.status_code == 303, answer.text
    assert switches(shop) == before
    assert {name: before[name] for name in wishes} == wishes


def test_what_is_typed_is_saved_and_told(shop: Shop) -> None:
    answer = save(
        shop,
        **{
            "api_failure.times": "2",
            "api_failure.status": "503",
            "api_failure.at": "GET /v1/refunds",
            "duplicate": "3",
            "shuffle": "on",
            "delivery_delay": "0.5",
            "retry_delays": "1, 2.5",
            "dunning_end": "past_due",
        },
    )
    assert answer.status_code == 303
    told = shop.http.get(answer.headers["location"]).text
    assert "The switches are saved." in told
    now = switches(shop)
    assert now["api_failure"] == {"status": 503, "times": 2, "at": "GET /v1/refunds"}
    assert (now["duplicate"], now["shuffle"], now["delivery_delay"]) == (3, True, 0.5)
    assert (now["retry_delays"], now["dunning_end"]) == ([1, 2.5], "past_due")


def test_a_wrong_value_is_told_beside_its_field_and_nothing_is_saved(shop: Shop) -> None:
    before = switches(shop)
    answer = save(shop, duplicate="many", api_delay="-1", delivery_delay="4")
    assert answer.status_code == 400
    text = unescape(answer.text)
    for name in ("duplicate", "api_delay"):
        assert f'id="{name}-problem"' in text
        assert f'aria-describedby="{name}-problem {name}-text" aria-invalid="true"' in text
    assert "It must be a whole number from 1 to 64." in text
    typed = form_of(answer.text)
    assert (typed["duplicate"], typed["api_delay"], typed["delivery_delay"]) == ("many", "-1", "4")
    assert switches(shop) == before


def test_what_was_typed_is_escaped(shop: Shop) -> None:
    answer = save(shop, duplicate='"><b>x', **{"api_failure.at": "<i>", "api_failure.times": "1"})
    assert "<b>x" not in answer.text and "<i>" not in answer.text


def test_an_account_is_emptied_when_the_box_is_ticked(shop: Shop) -> None:
    shop.switch(duplicate=2)
    shop.stripe.customers.create()
    refused = shop.http.post(path_of(shop, "/reset"))
    assert (refused.status_code, "Nothing was deleted" in refused.text) == (400, True)
    assert len(shop.stripe.customers.list().data) == 1
    answer = shop.http.post(path_of(shop, "/reset"), data={"sure": "yes"})
    assert answer.status_code == 303
    assert "The account is empty now" in shop.http.get(answer.headers["location"]).text
    assert shop.stripe.customers.list().data == []
    assert switches(shop)["duplicate"] == 2
