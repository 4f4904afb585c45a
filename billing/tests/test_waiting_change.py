"""Changes of plan whose payment does not succeed at once."""

from __future__ import annotations

import pytest

from billing.actions import change_plan, preview_plan_change
from billing.errors import SubscriptionOverdue
from billing.tests.subscribers import Subscriber

pytestmark = pytest.mark.django_db(transaction=True)
MONTH = 31
BROKE = "pm_card_chargeCustomerFail"


def test_an_upgrade_that_is_declined_waits_for_its_payment(on_team: Subscriber) -> None:
    on_team.keep_card(BROKE)
    told = preview_plan_change(subscription=on_team.subscription, package="works")
    changed = change_plan(
        subscription=on_team.subscription, package="works", previewed_at=told.previewed_at
    )
    assert changed.version.package.slug == "team"
    assert changed.waiting_version and changed.waiting_version.package.slug == "works"
    assert changed.pay_url.startswith(on_team.account.url)
    on_team.hear()
    assert on_team.wallet.balance == 350
    on_team.keep_card("pm_card_visa")
    (invoice,) = on_team.account.call("GET", "/v1/invoices", params={"status": "open"})["data"]
    on_team.account.call("POST", f"/v1/invoices/{invoice['id']}/pay")
    on_team.hear()
    after = on_team.subscription
    assert (after.version.package.slug, after.waiting_version_id, after.pay_url) == (
        "works",
        None,
        "",
    )
    assert on_team.wallet.balance == 350 + told.credits


def test_a_waiting_upgrade_can_be_taken_back(on_team: Subscriber) -> None:
    on_team.keep_card(BROKE)
    change_plan(subscription=on_team.subscription, package="works")
    changed = change_plan(subscription=on_team.subscription, package="team")
    assert (changed.waiting_version_id, changed.pay_url) == (None, "")
    on_team.hear()
    assert on_team.subscription.version.package.slug == "team"
    assert on_team.wallet.balance == 350


def test_a_waiting_upgrade_lapses_after_a_day(on_team: Subscriber) -> None:
    on_team.keep_card(BROKE)
    change_plan(subscription=on_team.subscription, package="works")
    on_team.wait(2)
    on_team.hear()
    after = on_team.subscription
    assert (after.version.package.slug, after.waiting_version_id) == ("team", None)


def test_an_overdue_payment_comes_first(on_team: Subscriber) -> None:
    on_team.keep_card(BROKE)
    on_team.wait(MONTH)
    on_team.hear()
    assert on_team.subscription.status == "past_due"
    with pytest.raises(SubscriptionOverdue) as refused:
        change_plan(subscription=on_team.subscription, package="works")
    assert refused.value.extras["pay_url"] == on_team.subscription.pay_url != ""
