"""``/v1/coupons``: terms by which something costs less."""

from decimal import Decimal

from stripe_sandbox.accounts import Account, Object
from stripe_sandbox.activity import Activity
from stripe_sandbox.agenda import job
from stripe_sandbox.billing.discounting import codes_of, live_coupon
from stripe_sandbox.errors import invalid_request, missing
from stripe_sandbox.expansion import expandable
from stripe_sandbox.forms import FormValue
from stripe_sandbox.identifiers import random_text
from stripe_sandbox.metadata import merged_metadata
from stripe_sandbox.operations import Call, operation
from stripe_sandbox.pagination import DATED_PAGE, list_kind
from stripe_sandbox.parameters import (
    Currency,
    DecimalText,
    Fields,
    Integer,
    ListOf,
    Metadata,
    Record,
    Text,
)

LAPSE_JOB = "lapse coupon"
WHOLE = 100


class Percentage(DecimalText):
    """A part of a hundred, more than nothing."""

    def read(self, value: FormValue, name: str) -> str:
        text = super().read(value, name)
        if not 0 < Decimal(text) <= WHOLE:
            raise invalid_request("percent_off must be greater than 0 and at most 100.", name)
        return text


CREATE: Fields = {
    "amount_off": Integer(least=1, clearable=False),
    "applies_to": Record({"products": ListOf(Text())}),
    "currency": Currency(),
    "duration": Text(choices=("forever", "once", "repeating"), clearable=False),
    "duration_in_months": Integer(least=1, clearable=False),
    "id": Text(clearable=False),
    "max_redemptions": Integer(least=1, clearable=False),
    "metadata": Metadata(),
    "name": Text(longest=40),
    "percent_off": Percentage(clearable=False),
    "redeem_by": Integer(clearable=False),
}


def _applies_to(account: Account, coupon: Object) -> Object | None:
    applies_to: Object | None = account.details_of(coupon["id"]).get("applies_to")
    return applies_to


def _currency_options(account: Account, coupon: Object) -> Object:
    amount = coupon["amount_off"]
    return {coupon["currency"]: {"amount_off": amount}} if amount else {}


expandable("coupon", includables={"applies_to": _applies_to, "currency_options": _currency_options})


@operation("POST", "/v1/coupons", CREATE, not_yet=("currency_options",))
def create_coupon(call: Call) -> Object:
    """Make a coupon; its terms never change."""
    sent = call.sent
    _check_value(sent)
    _check_duration(sent)
    coupon_id = sent.get("id") or random_text(8)
    _check_free(call, coupon_id)
    if sent.get("redeem_by") is not None and sent["redeem_by"] <= call.now():
        raise invalid_request("redeem_by must be in the future.", "redeem_by")
    products = (sent.get("applies_to") or {}).get("products") or []
    for at, product in enumerate(products):
        call.account.get("product", product, f"applies_to[products][{at}]")
    coupon = call.account.add(_new_coupon(coupon_id, sent, call.now()))
    details = call.account.details_of(coupon_id)
    details.clear()
    if products:
        details["applies_to"] = {"products": products}
    if coupon["redeem_by"] is not None:
        call.plan(coupon["redeem_by"], LAPSE_JOB, coupon)
    call.emit("coupon.created", coupon)
    return coupon


def _new_coupon(coupon_id: str, sent: Object, now: int) -> Object:
    percent = sent.get("percent_off")
    return {
        "id": coupon_id,
        "object": "coupon",
        "amount_off": sent.get("amount_off"),
        "created": now,
        "currency": sent.get("currency"),
        "duration": sent.get("duration", "once"),
        "duration_in_months": sent.get("duration_in_months"),
        "livemode": False,
        "max_redemptions": sent.get("max_redemptions"),
        "metadata": merged_metadata({}, sent.get("metadata")),
        "name": sent.get("name"),
        "percent_off": None if percent is None else float(percent),
        "redeem_by": sent.get("redeem_by"),
        "times_redeemed": 0,
        "valid": True,
    }


def _check_value(sent: Object) -> None:
    if ("percent_off" in sent) == ("amount_off" in sent):
        raise invalid_request(
            "Give exactly one of these parameters: percent_off, amount_off.", "percent_off"
        )
    if "amount_off" in sent and not sent.get("currency"):
        raise missing("currency")
    if "percent_off" in sent and sent.get("currency"):
        raise invalid_request("A percentage has no currency.", "currency")


def _check_duration(sent: Object) -> None:
    repeats = sent.get("duration") == "repeating"
    if repeats and "duration_in_months" not in sent:
        raise missing("duration_in_months")
    if not repeats and "duration_in_months" in sent:
        raise invalid_request(
            "duration_in_months can only be given with duration=repeating.", "duration_in_months"
        )


def _check_free(call: Call, coupon_id: str) -> None:
    taken = coupon_id in call.account.of_kind("coupon")
    if taken and not call.account.details_of(coupon_id).get("deleted"):
        raise invalid_request("Coupon already exists.", "id", "resource_already_exists")


@operation("GET", "/v1/coupons/{coupon}")
def get_coupon(call: Call) -> Object:
    """Return a coupon."""
    return live_coupon(call.account, call.ids["coupon"])


@operation(
    "POST",
    "/v1/coupons/{coupon}",
    {"metadata": Metadata(), "name": Text(longest=40)},
    not_yet=("currency_options",),
)
def update_coupon(call: Call) -> Object:
    """Change a coupon's name and metadata."""
    coupon = live_coupon(call.account, call.ids["coupon"])
    before = dict(coupon)
    if "name" in call.sent:
        coupon["name"] = call.sent["name"]
    if "metadata" in call.sent:
        coupon["metadata"] = merged_metadata(coupon["metadata"], call.sent["metadata"])
    call.emit_updated(coupon, before)
    return coupon


@operation("DELETE", "/v1/coupons/{coupon}")
def delete_coupon(call: Call) -> Object:
    """Delete a coupon: it cannot be redeemed any more, but its discounts go on."""
    coupon = live_coupon(call.account, call.ids["coupon"])
    coupon["valid"] = False
    # Kept for the discounts that show it.
    call.account.details_of(coupon["id"])["deleted"] = True
    call.emit("coupon.deleted", coupon)
    for code in codes_of(call.account, coupon):
        before = dict(code)
        code["active"] = False
        call.emit_updated(code, before)
    return {"id": coupon["id"], "object": "coupon", "deleted": True}


@operation("GET", "/v1/coupons", DATED_PAGE)
def list_coupons(call: Call) -> Object:
    """Return coupons, newest first."""
    chosen = [
        coupon
        for coupon in call.account.of_kind("coupon").values()
        if not call.account.details_of(coupon["id"]).get("deleted")
    ]
    return list_kind(call, "coupon", among=chosen)


@job(LAPSE_JOB)
def lapse_coupon(activity: Activity, coupon_id: str) -> None:
    """End a coupon whose time is over, and its codes; Stripe tells nobody."""
    coupon = activity.account.of_kind("coupon").get(coupon_id)
    # The id may have been given to another coupon since.
    if coupon is None or coupon["redeem_by"] is None or coupon["redeem_by"] > activity.now():
        return
    coupon["valid"] = False
    for code in codes_of(activity.account, coupon):
        code["active"] = False
