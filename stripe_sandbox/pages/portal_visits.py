"""What the pages of the billing portal share: whose visit it is, and where it goes on."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from stripe_sandbox.accounts import Account, Object
from stripe_sandbox.activity import Activity
from stripe_sandbox.billing.amounts import full_amount
from stripe_sandbox.control import sandbox_of
from stripe_sandbox.errors import StripeError, no_such
from stripe_sandbox.pages.rendering import ENVIRONMENT, money, render
from stripe_sandbox.resources.portal_configurations import CONFIGURATION
from stripe_sandbox.resources.portal_sessions import SESSION
from stripe_sandbox.resources.subscription_objects import items_of

SEE_OTHER, FORBIDDEN, GONE, NOT_FOUND = 303, 403, 410, 404
# How long an address works that nobody opened, and one after it was last used.
UNOPENED_LIFE, LIFE = 5 * 60, 3600
# What the portal says after a step was done; the address carries the word.
TOLD = {
    "added": "The card is saved, and pays from now on.",
    "canceled": "Your subscription is canceled.",
    "changed": "Your plan is changed.",
    "chosen": "Your default card is changed.",
    "kept": "Your subscription goes on.",
    "removed": "The card is removed.",
    "saved": "Your details are saved.",
}


@dataclass(frozen=True)
class Visit:
    """A request to a page of an open portal session."""

    activity: Activity
    session: Object
    parts: dict[str, str]
    sent: dict[str, str]

    @property
    def account(self) -> Account:
        """The account of the shop."""
        return self.activity.account

    @property
    def customer(self) -> Object:
        """Who visits."""
        return self.account.of_kind("customer")[self.session["customer"]]

    @property
    def configuration(self) -> Object:
        """What the visitor may do."""
        return self.account.of_kind(CONFIGURATION)[self.session["configuration"]]

    @property
    def features(self) -> Object:
        """The features of the configuration."""
        features: Object = self.configuration["features"]
        return features

    @property
    def flow(self) -> Object | None:
        """The flow that the session was made for, until it is done."""
        done = self.account.details_of(self.session["id"]).get("flow_done")
        return None if done else self.session["flow"]

    def address(self, *steps: str) -> str:
        """Return the address of a step, or of the overview."""
        return "/".join([f"/p/session/{self.session['id']}", *steps])

    def subscription(self) -> Object:
        """Return the subscription that the address names.

        Raises:
            StripeError: 404 when it is not the visitor's.
        """
        wanted = self.parts["subscription"]
        subscription = self.account.get("subscription", wanted)
        if subscription["customer"] != self.customer["id"]:
            raise no_such("subscription", wanted)
        return subscription

    def page(self, template: str, status: int = 200, **values: Any) -> Response:
        """Return a page of the portal."""
        way_back = self.session["return_url"] if self.flow else self.address()
        return render(
            template,
            status,
            address=self.address,
            configuration=self.configuration,
            customer=self.customer,
            features=self.features,
            return_url=self.session["return_url"],
            way_back=way_back,
            **values,
        )


Step = Callable[[Visit], Response]


def step(answer: Step, feature: str | None = None) -> Callable[[Request], Awaitable[Response]]:
    """Return the endpoint of a step, for visits whose configuration has the feature on.

    A step does not await: of two posts of one form the second finds what the first did.
    """

    async def endpoint(request: Request) -> Response:
        form = await request.form() if request.method == "POST" else request.query_params
        sent = {name: str(value).strip() for name, value in form.items()}
        visit = _visit(request, sent)
        if visit is None:
            return render("portal_closed.html", NOT_FOUND, expired=False, return_url=None)
        if _is_over(visit):
            return_url = visit.session["return_url"]
            return render("portal_closed.html", GONE, expired=True, return_url=return_url)
        visit.account.details_of(visit.session["id"])["used_at"] = visit.account.time()
        try:
            if feature and not visit.features[feature]["enabled"]:
                raise StripeError(FORBIDDEN, "The shop does not offer this on its portal.")
            return answer(visit)
        except StripeError as refusal:
            return visit.page("portal_refused.html", refusal.status, message=refusal.message)
        finally:
            visit.activity.sandbox.changed()

    return endpoint


def _visit(request: Request, sent: dict[str, str]) -> Visit | None:
    found = sandbox_of(request).owner_of(request.path_params["session"])
    if found is None or found[1]["object"] != SESSION:
        return None
    account, session = found
    customer = account.of_kind("customer").get(session["customer"])
    if customer is None or customer.get("deleted"):
        return None
    return Visit(Activity(sandbox_of(request), account), session, dict(request.path_params), sent)


def _is_over(visit: Visit) -> bool:
    used_at = visit.account.details_of(visit.session["id"]).get("used_at")
    now = visit.account.time()
    if used_at is None:
        return bool(now > visit.session["created"] + UNOPENED_LIFE)
    return bool(now > used_at + LIFE)


def go(address: str) -> Response:
    """Send the browser on."""
    return RedirectResponse(address, SEE_OTHER)


def go_on(visit: Visit, told: str) -> Response:
    """Send the browser to where a finished step leads: as the session's flow says, if it has one.

    Args:
        told: a word of ``TOLD``.
    """
    flow = visit.flow
    if flow:
        visit.account.details_of(visit.session["id"])["flow_done"] = told
        after = flow["after_completion"]
        if after["type"] == "redirect":
            return go(after["redirect"]["return_url"])
        if after["type"] == "hosted_confirmation":
            return go(visit.address("done"))
    return go(f"{visit.address()}?told={told}")


def price_words(price: Object, quantity: int = 1) -> str:
    """Return what a price comes to, for people, e.g. ``19.99 USD a month``."""
    rhythm = price["recurring"]
    count, unit = rhythm["interval_count"], rhythm["interval"]
    often = f"a {unit}" if count == 1 else f"every {count} {unit}s"
    return f"{money(full_amount(price, quantity), price['currency'])} {often}"


def name_of(account: Account, subscription: Object) -> str:
    """Return what a subscription is for, e.g. ``Starter`` or ``3 × Seat``."""
    names = []
    for item in items_of(subscription):
        product = account.of_kind("product").get(item["price"]["product"]) or {}
        many = "" if item["quantity"] == 1 else f"{item['quantity']} × "
        names.append(f"{many}{product.get('name', 'deleted product')}")
    return ", ".join(names)


ENVIRONMENT.filters["price_words"] = price_words
