"""Whatever is done to a customer's subscriptions, in any order: the money adds up."""

from typing import Any

import stripe
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from stripe_sandbox.tests import openapi
from stripe_sandbox.tests.shop import Json, Shop
from stripe_sandbox.tests.subscriber import DAY, PLANS, START, Subscriber, item_of

plans = st.sampled_from(sorted(PLANS))
CARDS = ("pm_card_visa", "pm_card_chargeCustomerFail", "pm_card_authenticationRequired")
NUMBERS = ("4242424242424242", "4000000000000002", "4000000000003220", "4000008260003178")
ENDED = ("canceled", "incomplete_expired")
REFUSED = (400, 402)


class Customer(RuleBasedStateMachine):
    """One customer on a test clock, with up to three subscriptions at a time."""

    url = ""

    def __init__(self) -> None:
        super().__init__()
        self.shop = Shop(self.url)
        self.buyer, self.api, self.now = Subscriber(self.shop), self.shop.stripe, START
        coupon: Any = {"percent_off": 33, "duration": "repeating", "duration_in_months": 2}
        self.coupon = self.api.coupons.create(coupon).id
        self.begun: list[str] = []

    def teardown(self) -> None:
        """Hold all that was answered and told on the way against Stripe's schema."""
        if openapi.is_present():
            self.shop.check()
        self.shop.close()

    def ask(self, call: Any, *arguments: Any) -> Any:
        """Ask for something that may be refused, but in no other way than Stripe's."""
        try:
            return call(*arguments)
        except stripe.StripeError as refusal:
            if refusal.http_status not in REFUSED:
                raise
            return None

    def live(self) -> list[Json]:
        found = [self.api.subscriptions.retrieve(each).to_dict() for each in self.begun]
        return [subscription for subscription in found if subscription["status"] not in ENDED]

    def open_invoices(self) -> list[Json]:
        return [invoice for invoice in self.buyer.invoices() if invoice["status"] == "open"]

    @precondition(lambda self: len(self.begun) < 3)
    @rule(
        plan=plans,
        trial=st.sampled_from([0, 0, 7, 40]),
        discounted=st.booleans(),
        behavior=st.sampled_from(["allow_incomplete", "default_incomplete", "error_if_incomplete"]),
    )
    def subscribe(self, plan: str, trial: int, discounted: bool, behavior: str) -> None:
        more: Any = {"payment_behavior": behavior}
        more |= {"trial_period_days": trial} if trial else {}
        more |= {"discounts": [{"coupon": self.coupon}]} if discounted else {}
        made = self.ask(lambda: self.buyer.subscribe(plan, **more))
        self.begun += [made.id] if made else []

    @precondition(lambda self: self.live())
    @rule(
        data=st.data(),
        plan=plans,
        quantity=st.integers(1, 5),
        proration=st.sampled_from(["always_invoice", "create_prorations", "none"]),
        pending=st.booleans(),
    )
    def change(self, data: Any, plan: str, quantity: int, proration: str, pending: bool) -> None:
        subscription = data.draw(st.sampled_from(self.live()))
        item = item_of(subscription)["id"]
        wishes: Any = {
            "items": [{"id": item, "price": self.buyer.prices[plan], "quantity": quantity}],
            "proration_behavior": proration,
        }
        if pending and proration == "always_invoice":
            wishes["payment_behavior"] = "pending_if_incomplete"
        self.ask(self.api.subscriptions.update, subscription["id"], wishes)

    @precondition(lambda self: self.live())
    @rule(data=st.data(), how=st.sampled_from(["now", "at the end", "not at all"]))
    def cancel(self, data: Any, how: str) -> None:
        subscription = data.draw(st.sampled_from(self.live()))["id"]
        if how == "now":
            self.ask(self.api.subscriptions.cancel, subscription, {"invoice_now": True})
            return
        wish = {"cancel_at_period_end": how == "at the end"}
        self.ask(self.api.subscriptions.update, subscription, wish)

    @precondition(lambda self: self.live())
    @rule(data=st.data(), plan=plans)
    def schedule(self, data: Any, plan: str) -> None:
        subscription = data.draw(st.sampled_from(self.live()))["id"]
        made = self.ask(self.api.subscription_schedules.create, {"from_subscription": subscription})
        if made is None:
            return
        [first] = made.to_dict()["phases"]
        kept = [{name: item[name] for name in ("price", "quantity")} for item in first["items"]]
        phases = [
            {"start_date": first["start_date"], "end_date": first["end_date"], "items": kept},
            {
                "items": [{"price": self.buyer.prices[plan]}],
                "duration": {"interval": "month", "interval_count": 1},
            },
        ]
        wishes: Any = {"end_behavior": "release", "phases": phases}
        self.ask(self.api.subscription_schedules.update, made.id, wishes)

    @rule(days=st.sampled_from([0.05, 3, 11, 31, 55]))
    def wait(self, days: float) -> None:
        self.now += int(days * DAY)
        self.buyer.advance(self.now)

    @rule(card=st.sampled_from(CARDS))
    def keep_card(self, card: str) -> None:
        self.buyer.keep(card)

    @rule(balance=st.sampled_from([-5000, -100, 0, 700]))
    def set_balance(self, balance: int) -> None:
        self.api.customers.update(self.buyer.customer, {"balance": balance})

    @precondition(lambda self: self.open_invoices())
    @rule(
        data=st.data(), number=st.sampled_from(NUMBERS), bank=st.sampled_from(["complete", "fail"])
    )
    def pay(self, data: Any, number: str, bank: str) -> None:
        invoice = data.draw(st.sampled_from(self.open_invoices()))
        answer = self.shop.http.post(invoice["hosted_invoice_url"], data={"card_number": number})
        assert answer.status_code in (303, 402)
        if "/authenticate/" in answer.headers.get("location", ""):
            answer = self.shop.http.post(answer.headers["location"], data={"result": bank})
            assert answer.status_code == 303

    @precondition(lambda self: self.open_invoices())
    @rule(data=st.data(), void=st.booleans())
    def give_up(self, data: Any, void: bool) -> None:
        invoice = data.draw(st.sampled_from(self.open_invoices()))["id"]
        api = self.api.invoices
        self.ask(api.void_invoice if void else api.mark_uncollectible, invoice)

    @invariant()
    def invoices_add_up(self) -> None:
        paid = 0
        for invoice in self.buyer.invoices():
            discounts = sum(each["amount"] for each in invoice["total_discount_amounts"])
            lines = sum(line["amount"] for line in invoice["lines"]["data"])
            assert invoice["lines"]["has_more"] or lines == invoice["subtotal"]
            assert invoice["total"] == invoice["subtotal"] - discounts
            assert invoice["amount_due"] == invoice["amount_paid"] + invoice["amount_remaining"]
            if invoice["status"] != "draft":
                due = invoice["total"] + invoice["starting_balance"] - invoice["ending_balance"]
                assert invoice["amount_due"] == due >= 0
            paid += invoice["amount_paid"]
        charges = self.api.charges.list({"customer": self.buyer.customer, "limit": 100}).data
        assert sum(charge.amount for charge in charges if charge.paid) == paid

    @invariant()
    def nobody_is_in_a_period_that_is_over(self) -> None:
        for subscription in self.live():
            period = item_of(subscription)
            assert period["current_period_start"] <= self.now
            assert self.now < period["current_period_end"]


def test_whatever_is_done_the_money_adds_up(sandbox_url: str) -> None:
    machine = type("CustomerHere", (Customer,), {"url": sandbox_url})
    patient = settings(
        max_examples=12,
        stateful_step_count=30,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(machine, settings=patient)
