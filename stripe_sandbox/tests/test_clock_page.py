"""``/clock``: what time it is, what comes next, and buttons that move the time."""

import re
import time
from datetime import UTC, datetime
from html import unescape

import httpx

from stripe_sandbox.tests.shop import Shop
from stripe_sandbox.tests.subscriber import DAY, HOUR, START


def path_of(shop: Shop) -> str:
    return f"/clock?account={shop.call('GET', '/v1/account').json()['id']}"


def page(shop: Shop) -> str:
    return unescape(shop.http.get(path_of(shop)).text)


def move(shop: Shop, **form: str) -> httpx.Response:
    return shop.http.post(path_of(shop), data=form)


def times_on(text: str) -> list[float]:
    """Return the account's time and those of its test clocks."""
    found = re.findall(r'class="time">([^<]+)<', text)
    return [datetime.fromisoformat(each).replace(tzinfo=UTC).timestamp() for each in found]


def test_buttons_move_the_account(shop: Shop) -> None:
    assert "as on this machine" in page(shop)
    for form, seconds in (({"hours": "1"}, HOUR), ({"days": "31"}, 31 * DAY)):
        [before] = times_on(page(shop))
        answer = move(shop, **form)
        assert answer.status_code == 303
        told = unescape(shop.http.get(answer.headers["location"]).text)
        assert "The time has moved" in told
        assert abs(times_on(told)[0] - before - seconds) < 5
    assert "31 days 1 h ahead of this machine" in page(shop)
    assert abs(shop.stripe.customers.create().created - time.time() - 31 * DAY - HOUR) < 5


def test_the_page_tells_what_is_planned_and_moving_makes_it_happen(shop: Shop) -> None:
    session = shop.open_session()
    text = page(shop)
    assert "expire session" in text and session.id[:30] in text
    assert "23 h 59 min" in text or "1 day" in text
    move(shop, days="1.5")
    assert shop.stripe.checkout.sessions.retrieve(session.id).status == "expired"
    assert session.id[:30] not in page(shop)


def test_a_test_clock_has_buttons_of_its_own(shop: Shop) -> None:
    clocks = shop.stripe.test_helpers.test_clocks
    clock = clocks.create({"frozen_time": START, "name": "Renewals"})
    other = clocks.create({"frozen_time": START})
    text = page(shop)
    assert "Test clock Renewals" in text and times_on(text)[1:] == [START, START]
    assert f'name="test_clock" value="{clock.id}"' in text
    assert move(shop, test_clock=clock.id, days="31").status_code == 303
    assert clocks.retrieve(clock.id).frozen_time == START + 31 * DAY
    assert clocks.retrieve(clock.id).status == "ready"
    assert clocks.retrieve(other.id).frozen_time == START
    assert "as on this machine" in page(shop)


def test_a_wrong_number_is_told_beside_its_field(shop: Shop) -> None:
    clock = shop.stripe.test_helpers.test_clocks.create({"frozen_time": START})
    for at, form in (("", {}), (clock.id, {"test_clock": clock.id})):
        answer = move(shop, days='x"<', **form)
        assert answer.status_code == 400
        assert f'id="wrong-{at}"' in answer.text
        assert f'aria-describedby="wrong-{at}"' in answer.text
        assert "days must be a number of days" in answer.text
        assert 'value="x&#34;&lt;"' in answer.text
    assert move(shop, days="0").status_code == 400
    assert move(shop).status_code == 400
    gone = move(shop, days="1", test_clock="clock_none")
    assert (gone.status_code, "clock_none" in gone.text) == (404, True)
    assert shop.stripe.test_helpers.test_clocks.retrieve(clock.id).frozen_time == START
