"""What thirty customers do in a year, decided by dice that fall the same each time."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random

from httpx import HTTPStatusError

from billing.actions import (
    cancel_subscription,
    change_plan,
    close_overdue_checkouts,
    move_subscribers,
    plan_version_move,
    resume_subscription,
    settle_periods,
    start_subscription,
    start_top_up,
    tell_renewals,
)
from billing.errors import PromotionNotApplicable
from billing.models import Package, Subscription
from billing.tests.packages import OPERATOR, make_package, publish
from billing.tests.promotions import make_promotion
from billing.tests.year.clocks import MovedTime
from billing.tests.year.delivery import Delivery
from creditsite.accounts.models import User
from creditsite.kernel import clock
from creditsite.tests.people import make_customer
from wallet.actions import add_service, expire_grants, spend_credits
from wallet.models import Service, Wallet

START = datetime(2027, 1, 4, 9, tzinfo=UTC)
PLANS = ("solo", "team", "works", "annual")
GOOD, BROKE = "pm_card_visa", "pm_card_chargeCustomerFail"
DECLINED = "4000000000000002"


@dataclass
class Life:
    """A customer, and the dice that decide what they do."""

    customer: User
    dice: Random
    presses: int = 0
    is_broke: bool = False
    done: list[str] = field(default_factory=list)

    @property
    def wallet(self) -> Wallet:
        return Wallet.objects.get(customer=self.customer)

    @property
    def plan(self) -> Subscription | None:
        live = Subscription.objects.live().filter(wallet=self.wallet)
        return live.select_related("version__package", "wallet__customer").first()

    def key(self) -> str:
        """Return a key for one press of a button; pressing again sends the same."""
        self.presses += 1
        return f"{self.customer.email}-{self.presses}"


def open_shop() -> Service:
    """Put packages, promotions and a service on the shelf."""
    make_package("solo", price_cents=999, credits=Decimal(100))
    make_package(
        "team", rollover="capped", rollover_cap=Decimal(100), rollover_months=2,
        top_up_discount_percent=Decimal(10),
    )  # fmt: skip
    make_package(
        "works", price_cents=7999, credits=Decimal(1000), rollover="all", rollover_months=1
    )
    make_package("annual", price_cents=29999, credits=Decimal(4000), interval="year")
    make_promotion(name="Year", code="YEAR", applies_to="all", most_uses=12, most_uses_each=2)
    make_promotion(
        name="Hello", code="HELLO", percent=None, bonus_credits=Decimal("33.3333"),
        applies_to="all", is_for_first_purchase=True, most_uses_each=1,
    )  # fmt: skip
    return add_service(slug="runs", name="Runs", unit="run", credits_per_unit=Decimal(1))


class Year:
    """Thirty lives, month by month."""

    def __init__(
        self,
        time: MovedTime,
        delivery: Delivery,
        *,
        people: int,
        months: int,
        after_each_step: Callable[[], None],
    ) -> None:
        self.time = time
        self.delivery = delivery
        self.people = people
        self.months = months
        self.after_each_step = after_each_step
        self.lives: list[Life] = []

    def live(self) -> None:
        """Live the whole year."""
        self.service = open_shop()
        self.lives = [
            Life(make_customer(f"person-{number:02}@example.com"), Random(number))
            for number in range(self.people)
        ]
        for month in range(self.months):
            for life in self.lives:
                self._decide(life)
            if month == self.months // 2:
                self._move_prices()
            self.delivery.some()
            for days in (10, 10):
                self.time.advance(days)
                self.delivery.some()
                self._run_jobs()
            self.time.advance(10.5)
            self.delivery.all()
            self._run_jobs()
            for life in self.lives:
                self._spend(life)

    def _run_jobs(self) -> None:
        """Do what the site's clock would have done by now."""
        for job in (settle_periods, move_subscribers, tell_renewals, close_overdue_checkouts):
            self.delivery.insist(job)
            # What it left for the next time, as Stripe was down.
            job()
        expire_grants()
        self.after_each_step()

    def _move_prices(self) -> None:
        version = publish(Package.objects.get(slug="solo"), price_cents=1299, credits=Decimal(120))
        plan_version_move(
            version=version,
            starts_at=clock.now() + timedelta(days=20),
            reason="Costs rose",
            actor=OPERATOR,
        )

    def _decide(self, life: Life) -> None:
        plan = life.plan
        if life.dice.random() < 0.25:
            self._top_up(life)
        if plan is None or plan.is_incomplete:
            if life.dice.random() < 0.7:
                self._begin(life)
        elif plan.is_overdue:
            if life.dice.random() < 0.6:
                self._mend(life, plan)
        elif plan.is_cancelling:
            if life.dice.random() < 0.5:
                self._press(life, "resume", lambda: resume_subscription(subscription=plan))
        else:
            self._change_something(life, plan)

    def _change_something(self, life: Life, plan: Subscription) -> None:
        roll, wanted = life.dice.random(), life.dice.choice(PLANS)
        if roll < 0.3 and wanted != plan.version.package.slug:
            change = f"{plan.version.package.slug} to {wanted}"
            self._press(life, change, lambda: change_plan(subscription=plan, package=wanted))
        elif roll < 0.4:
            self._press(life, "cancel", lambda: cancel_subscription(subscription=plan))
        elif roll < 0.5:
            self._keep_card(life, plan, BROKE)
        elif life.is_broke:
            self._keep_card(life, plan, GOOD)

    def _press(self, life: Life, what: str, act: Callable[[], object]) -> None:
        self.delivery.insist(act)
        life.done.append(what)

    def _begin(self, life: Life) -> None:
        package, key = life.dice.choice(PLANS), life.key()
        code = life.dice.choice(["", "", "YEAR", "HELLO"])

        def start(code: str = code) -> Subscription:
            return start_subscription(
                wallet=life.wallet, package=package, actor=life.customer.actor, code=code,
                idempotency_key=key,
            ).subscription  # fmt: skip

        try:
            begun = self.delivery.insist(start)
        except PromotionNotApplicable:
            begun = self.delivery.insist(lambda: start(""))
        assert begun
        if life.dice.random() < 0.2:
            self._pay(begun.stripe_session_id, DECLINED)
        if life.dice.random() < 0.9:
            self._pay(begun.stripe_session_id)
        life.is_broke = False
        life.done.append(f"begin {package}")

    def _top_up(self, life: Life) -> None:
        credits, key = Decimal(life.dice.randint(10, 600)), life.key()
        code = life.dice.choice(["", "YEAR", "HELLO"])

        def start(code: str = code) -> object:
            return start_top_up(
                wallet=life.wallet, credits=credits, actor=life.customer.actor, code=code,
                idempotency_key=key,
            ).top_up.stripe_session_id  # fmt: skip

        try:
            session = self.delivery.insist(start)
        except PromotionNotApplicable:
            session = self.delivery.insist(lambda: start(""))
        if life.dice.random() < 0.8:
            self._pay(str(session))
        life.done.append(f"top up {credits}")

    def _pay(self, session_id: str | None, card: str = "4242424242424242") -> None:
        with suppress(HTTPStatusError) if card == DECLINED else nullcontext():
            self.delivery.account.pay(session_id, card)

    def _keep_card(self, life: Life, plan: Subscription, token: str) -> None:
        account = self.delivery.account
        at_stripe = f"/v1/subscriptions/{plan.stripe_id}"
        customer = account.call("GET", at_stripe)["customer"]
        card = account.call(
            "POST", f"/v1/payment_methods/{token}/attach", data={"customer": customer}
        )
        account.call("POST", at_stripe, data={"default_payment_method": card["id"]})
        life.is_broke = token == BROKE
        life.done.append(token)

    def _mend(self, life: Life, plan: Subscription) -> None:
        self._keep_card(life, plan, GOOD)
        account = self.delivery.account
        invoice = account.call("GET", f"/v1/subscriptions/{plan.stripe_id}")["latest_invoice"]
        if account.call("GET", f"/v1/invoices/{invoice}")["status"] == "open":
            account.call("POST", f"/v1/invoices/{invoice}/pay")

    def _spend(self, life: Life) -> None:
        wallet = life.wallet
        some = min(wallet.balance, Decimal(life.dice.randint(0, 450)))
        if some > 0:
            spend_credits(
                wallet_id=wallet.pk,
                service=self.service.slug,
                quantity=some,
                idempotency_key=life.key(),
                actor=life.customer.actor,
            )
