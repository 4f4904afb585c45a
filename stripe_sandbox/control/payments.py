"""``/_sandbox``: what banks do to charges."""

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from stripe_sandbox.activity import Activity
from stripe_sandbox.control.access import check_names, json_of, owned, sandbox_of
from stripe_sandbox.errors import invalid_request
from stripe_sandbox.payments.disputing import close_inquiry, is_inquiry, open_dispute, rule_on

REASONS = (
    "bank_cannot_process",
    "check_returned",
    "credit_not_processed",
    "customer_initiated",
    "debit_not_authorized",
    "duplicate",
    "fraudulent",
    "general",
    "incorrect_account_details",
    "insufficient_funds",
    "noncompliant",
    "product_not_received",
    "product_unacceptable",
    "subscription_canceled",
    "unrecognized",
)
DISPUTE_PARTS = {"amount", "inquiry", "reason"}


def payment_control_routes() -> list[Route]:
    """Return the routes by which charges are disputed."""
    return [
        Route("/_sandbox/charges/{charge}/dispute", dispute, methods=["POST"]),
        Route("/_sandbox/disputes/{dispute}/resolve", resolve, methods=["POST"]),
    ]


async def dispute(request: Request) -> JSONResponse:
    """Dispute a charge: for ``reason``, over ``amount`` or all of it, or as an ``inquiry``."""
    sent = await json_of(request)
    account, charge = owned(request, "charge", request.path_params["charge"])
    check_names(sent, DISPUTE_PARTS)
    reason, amount, inquiry = sent.get("reason"), sent.get("amount"), sent.get("inquiry", False)
    if reason not in REASONS:
        raise invalid_request(f"reason must be one of {', '.join(REASONS)}", "reason")
    if amount is not None and type(amount) is not int:
        raise invalid_request("amount must be a whole number of cents", "amount")
    if type(inquiry) is not bool:
        raise invalid_request("inquiry must be true or false", "inquiry")
    activity = Activity(sandbox_of(request), account)
    made = open_dispute(activity, charge, str(reason), amount, is_inquiry=inquiry)
    activity.sandbox.changed()
    return JSONResponse({"dispute": made})


async def resolve(request: Request) -> JSONResponse:
    """Have the bank rule: ``verdict`` won or lost; an inquiry can only be won."""
    sent = await json_of(request)
    account, dispute = owned(request, "dispute", request.path_params["dispute"])
    check_names(sent, {"verdict"})
    verdict = sent.get("verdict")
    if verdict not in ("won", "lost"):
        raise invalid_request("verdict must be won or lost", "verdict")
    activity = Activity(sandbox_of(request), account)
    if is_inquiry(dispute) and verdict == "won":
        close_inquiry(activity, dispute)
    else:
        rule_on(activity, dispute, won=verdict == "won")
    activity.sandbox.changed()
    return JSONResponse({"dispute": dispute})
