"""What tests do with subscription schedules."""

from typing import Any

import stripe

from stripe_sandbox.tests.shop import Json
from stripe_sandbox.tests.subscriber import Subscriber, item_of


class Scheduler(Subscriber):
    """A customer whose subscriptions are scheduled."""

    @property
    def schedules(self) -> Any:
        """The API's schedules; untyped, since tests also send what is wrong."""
        return self.shop.stripe.subscription_schedules

    def take_over(self, subscription: stripe.Subscription) -> Json:
        """Make a schedule for a subscription."""
        made: Json = self.schedules.create({"from_subscription": subscription.id}).to_dict()
        return made

    def phase(self, plan: str, **more: Any) -> Json:
        """Return a phase with one item, as it is sent."""
        return {"items": [{"price": self.prices[plan], "quantity": 1}], **more}

    def put_phases(self, schedule: Json, *phases: Json, **more: Any) -> Json:
        """Give a schedule its phases."""
        wishes = {"phases": list(phases), **more}
        changed: Json = self.schedules.update(schedule["id"], wishes).to_dict()
        return changed

    def then(self, schedule: Json, plan: str, keep: list[Json] | None = None, **more: Any) -> Json:
        """Let another plan follow on a schedule's first phase, for one interval.

        Args:
            keep: the items of the first phase, as they are sent; none means as they are.
        """
        first = schedule["phases"][0]
        items = [{name: each[name] for name in ("price", "quantity")} for each in first["items"]]
        kept = {name: first[name] for name in ("start_date", "end_date")}
        next_one = self.phase(plan) | {name: more.pop(name) for name in ("items",) if name in more}
        return self.put_phases(schedule, kept | {"items": keep or items}, next_one, **more)

    def open(self, *plans: tuple[str, Json], **more: Any) -> Json:
        """Make a schedule that begins a subscription."""
        phases = [self.phase(plan) | terms for plan, terms in plans]
        wishes = {"customer": self.customer, "start_date": "now", "phases": phases, **more}
        made: Json = self.schedules.create(wishes).to_dict()
        return made

    def price_of(self, subscription: stripe.Subscription) -> str:
        """Return the price that a subscription with one item has now."""
        return str(item_of(self.now_of(subscription))["price"]["id"])
