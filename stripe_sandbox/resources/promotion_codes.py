"""``/v1/promotion_codes``: words by which customers redeem coupons."""

import re
import string

from stripe_sandbox.accounts import Object
from stripe_sandbox.activity import Activity
from stripe_sandbox.agenda import job
from stripe_sandbox.billing.discounting import is_used_up, live_coupon
from stripe_sandbox.errors import invalid_request, missing
from stripe_sandbox.expansion import expandable
from stripe_sandbox.identifiers import new_id, random_text
from stripe_sandbox.metadata import merged_metadata
from stripe_sandbox.operations import Call, operation
from stripe_sandbox.pagination import DATED_PAGE, list_kind
from stripe_sandbox.parameters import (
    Boolean,
    Currency,
    Fields,
    Integer,
    Metadata,
    NotYet,
    Record,
    Text,
)

LAPSE_JOB = "lapse promotion code"
CODE = re.compile(r"[A-Za-z0-9-]+")
RANDOM_LETTERS = string.ascii_uppercase + string.digits

CREATE: Fields = {
    "active": Boolean(clearable=False),
    "code": Text(longest=500, clearable=False),
    "customer": Text(clearable=False),
    "expires_at": Integer(clearable=False),
    "max_redemptions": Integer(least=1, clearable=False),
    "metadata": Metadata(),
    "promotion": Record(
        {"coupon": Text(clearable=False), "type": Text(choices=("coupon",), required=True)},
        required=True,
    ),
    "restrictions": Record(
        {
            "currency_options": NotYet(),
            "first_time_transaction": Boolean(clearable=False),
            "minimum_amount": Integer(least=1, clearable=False),
            "minimum_amount_currency": Currency(clearable=False),
        }
    ),
}


def _currency_options(account: object, code: Object) -> Object:
    wanted = code["restrictions"]
    least, currency = wanted["minimum_amount"], wanted["minimum_amount_currency"]
    return {currency: {"minimum_amount": least}} if least else {}


expandable(
    "promotion_code",
    "customer",
    "promotion.coupon",
    includables={"restrictions.currency_options": _currency_options},
)


@operation("POST", "/v1/promotion_codes", CREATE, not_yet=("customer_account",))
def create_promotion_code(call: Call) -> Object:
    """Make a promotion code for a coupon that is still valid."""
    sent = call.sent
    coupon = _redeemable_coupon(call)
    if sent.get("customer"):
        call.account.get("customer", sent["customer"], "customer")
    now = call.now({"customer": sent.get("customer")})
    _check_limits(sent, coupon, now)
    _check_restrictions(sent.get("restrictions") or {})
    code = _new_code(sent, coupon, now)
    if not CODE.fullmatch(code["code"]):
        raise invalid_request(
            "A promotion code can only have letters without accents, digits and dashes.", "code"
        )
    if code["active"]:
        _check_unique(call, code, "code")
    call.account.add(code)
    if code["expires_at"] is not None:
        call.plan(code["expires_at"], LAPSE_JOB, code)
    call.emit("promotion_code.created", code)
    return code


def _redeemable_coupon(call: Call) -> Object:
    param = "promotion[coupon]"
    coupon_id = call.sent["promotion"].get("coupon")
    if coupon_id is None:
        raise missing(param)
    coupon = live_coupon(call.account, coupon_id, param)
    if not coupon["valid"]:
        raise invalid_request("The coupon is not valid any more.", param, "coupon_expired")
    return coupon


def _check_limits(sent: Object, coupon: Object, now: int) -> None:
    end, most = sent.get("expires_at"), sent.get("max_redemptions")
    if end is not None and end <= now:
        raise invalid_request("expires_at must be in the future.", "expires_at")
    if end is not None and coupon["redeem_by"] is not None and end > coupon["redeem_by"]:
        raise invalid_request("expires_at must not be after the coupon's redeem_by.", "expires_at")
    limit = coupon["max_redemptions"]
    if most is not None and limit is not None and most > limit:
        raise invalid_request(
            "max_redemptions must not be greater than the coupon's.", "max_redemptions"
        )


def _check_restrictions(sent: Object) -> None:
    needed = ("minimum_amount", "minimum_amount_currency")
    given = [name for name in needed if name in sent]
    for name in needed:
        if given and name not in given:
            raise missing(f"restrictions[{name}]")


def _new_code(sent: Object, coupon: Object, now: int) -> Object:
    wanted = sent.get("restrictions") or {}
    return {
        "id": new_id("promotion_code"),
        "object": "promotion_code",
        "active": sent.get("active", True),
        "code": sent.get("code") or random_text(8, RANDOM_LETTERS),
        "created": now,
        "customer": sent.get("customer"),
        "customer_account": None,
        "expires_at": sent.get("expires_at"),
        "livemode": False,
        "max_redemptions": sent.get("max_redemptions"),
        "metadata": merged_metadata({}, sent.get("metadata")),
        "promotion": {"coupon": coupon["id"], "type": "coupon"},
        "restrictions": {
            "first_time_transaction": wanted.get("first_time_transaction", False),
            "minimum_amount": wanted.get("minimum_amount"),
            "minimum_amount_currency": wanted.get("minimum_amount_currency"),
        },
        "times_redeemed": 0,
    }


def _check_unique(call: Call, code: Object, param: str) -> None:
    """Refuse a second active code of the same word, unless both are for different customers."""
    for other in call.account.of_kind("promotion_code").values():
        same_word = other["code"].lower() == code["code"].lower()
        for_others = None not in (other["customer"], code["customer"]) and (
            other["customer"] != code["customer"]
        )
        if other is not code and other["active"] and same_word and not for_others:
            raise invalid_request(
                f"An active promotion code with the code {code['code']} already exists.", param
            )


@operation("GET", "/v1/promotion_codes/{promotion_code}")
def get_promotion_code(call: Call) -> Object:
    """Return a promotion code."""
    return call.account.get("promotion_code", call.ids["promotion_code"])


@operation(
    "POST",
    "/v1/promotion_codes/{promotion_code}",
    {
        "active": Boolean(clearable=False),
        "metadata": Metadata(),
        "restrictions": Record({"currency_options": NotYet()}),
    },
)
def update_promotion_code(call: Call) -> Object:
    """Change a promotion code's metadata, or whether it can be used."""
    code = call.account.get("promotion_code", call.ids["promotion_code"])
    if call.sent.get("active") and not code["active"]:
        _check_redeemable(call, code)
        _check_unique(call, code, "active")
    before = dict(code)
    if "active" in call.sent:
        code["active"] = call.sent["active"]
    if "metadata" in call.sent:
        code["metadata"] = merged_metadata(code["metadata"], call.sent["metadata"])
    call.emit_updated(code, before)
    return code


def _check_redeemable(call: Call, code: Object) -> None:
    coupon = call.account.get("coupon", code["promotion"]["coupon"], "active")
    over = code["expires_at"] is not None and code["expires_at"] <= call.now(code)
    if over or is_used_up(code) or not coupon["valid"]:
        raise invalid_request(
            "This promotion code cannot be active again: it has expired, is used up, "
            "or its coupon is not valid any more.",
            "active",
        )


@operation(
    "GET",
    "/v1/promotion_codes",
    {
        **DATED_PAGE,
        "active": Boolean(),
        "code": Text(),
        "coupon": Text(),
        "customer": Text(),
    },
    not_yet=("customer_account",),
)
def list_promotion_codes(call: Call) -> Object:
    """Return promotion codes, newest first."""
    word, coupon = call.sent.get("code"), call.sent.get("coupon")
    chosen = [
        code
        for code in call.account.of_kind("promotion_code").values()
        if (word is None or code["code"].lower() == word.lower())
        and coupon in (None, code["promotion"]["coupon"])
    ]
    return list_kind(call, "promotion_code", "active", "customer", among=chosen)


@job(LAPSE_JOB)
def lapse_promotion_code(activity: Activity, code_id: str) -> None:
    """End a promotion code whose time is over; Stripe tells nobody."""
    code = activity.account.of_kind("promotion_code").get(code_id)
    if code is not None:
        code["active"] = False
