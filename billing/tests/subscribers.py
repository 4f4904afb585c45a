"""A customer who subscribes, pays at Stripe, and whose events come to the site."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from billing.actions import process_stripe_event, start_subscription, start_top_up
from billing.models import Allocation, StripeEvent, Subscription, TopUp
from billing.tests.stripe_account import GOOD_CARD, Deliveries, StripeAccount
from billing.webhooks.handlers import handle_event
from creditsite.accounts.models import User
from wallet.models import Wallet


@dataclass
class Subscriber:
    """A customer at the site and at Stripe. Events are brought only when told to."""

    account: StripeAccount
    deliveries: Deliveries
    customer: User
    brought: set[str] = field(default_factory=set)

    @property
    def wallet(self) -> Wallet:
        return Wallet.objects.get(customer=self.customer)

    @property
    def subscription(self) -> Subscription:
        """The newest subscription, as it stands."""
        return Subscription.objects.filter(wallet=self.wallet).latest("created_at")

    @property
    def allocations(self) -> list[Allocation]:
        found = Allocation.objects.filter(subscription__wallet=self.wallet)
        return list(found.order_by("period_start", "pk"))

    def start(self, package: str = "team", **more: Any) -> Subscription:
        """Open the Checkout of a package."""
        return start_subscription(
            wallet=self.wallet, package=package, actor=self.customer.actor, **more
        ).subscription

    def pay(self, card: str = GOOD_CARD) -> None:
        """Pay at the Checkout page."""
        self.account.pay(self.subscription.stripe_session_id, card)

    def begin(self, package: str = "team") -> Subscription:
        """Subscribe, pay, and let the site hear of all of it."""
        self.start(package)
        self.pay()
        self.hear()
        return self.subscription

    def buy(self, card: str = GOOD_CARD) -> TopUp:
        """Buy a top-up of 100 credits for $9.50, and hear that it is paid."""
        top_up = start_top_up(
            wallet=self.wallet, credits=Decimal(100), actor=self.customer.actor
        ).top_up
        self.account.pay(top_up.stripe_session_id, card)
        self.hear()
        top_up.refresh_from_db()
        assert top_up.is_paid
        return top_up

    def events(self) -> list[dict[str, Any]]:
        """Return what Stripe has told and the site has not heard, oldest first."""
        return [event for event in self.account.all_events() if event["id"] not in self.brought]

    def hear(self, order: Callable[[list[Any]], Iterable[Any]] = list) -> None:
        """Bring what has not been heard, in some order, and process it."""
        for event in order(self.events()):
            self.brought.add(event["id"])
            assert self.deliveries.bring(event).status_code == 200
        self.process()

    @staticmethod
    def process() -> None:
        waiting = StripeEvent.objects.filter(state="received").order_by("pk")
        for key in list(waiting.values_list("pk", flat=True)):
            process_stripe_event(event_id=key, handle=handle_event)

    def wait(self, days: float) -> None:
        """Let Stripe's time go on."""
        self.account.advance(days=days)

    def keep_card(self, token: str) -> None:
        """Have the subscription paid from this card from now on."""
        at_stripe = f"/v1/subscriptions/{self.subscription.stripe_id}"
        customer = self.account.call("GET", at_stripe)["customer"]
        card = self.account.call(
            "POST", f"/v1/payment_methods/{token}/attach", data={"customer": customer}
        )
        self.account.call("POST", at_stripe, data={"default_payment_method": card["id"]})
