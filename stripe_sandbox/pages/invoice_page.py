"""The hosted invoice page: read an invoice, pay it while it is open, and take it as a PDF."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from stripe_sandbox.accounts import Account, Object
from stripe_sandbox.activity import Activity
from stripe_sandbox.billing.collecting import PAYABLE, intent_of
from stripe_sandbox.billing.paying import pay_by_card
from stripe_sandbox.control import sandbox_of
from stripe_sandbox.errors import StripeError
from stripe_sandbox.pages.card_fields import card_fields, number_of, status_of
from stripe_sandbox.pages.invoice_pdf import invoice_pdf
from stripe_sandbox.pages.printed_invoice import printed
from stripe_sandbox.pages.rendering import HEADERS, render

SEE_OTHER, NOT_FOUND, CONFLICT = 303, 404, 409


def invoice_routes() -> list[Route]:
    """Return the routes of the page and of the PDF."""
    return [
        Route("/i/{invoice}", show_invoice, methods=["GET"]),
        Route("/i/{invoice}", submit_payment, methods=["POST"]),
        Route("/i/{invoice}/pdf", send_pdf, methods=["GET"]),
    ]


async def show_invoice(request: Request) -> Response:
    """Show the invoice; an open one with a form to pay it, and why the last try failed."""
    found = _find(request)
    if found is None:
        return _unknown()
    account, invoice = found
    failed = request.query_params.get("redirect_status") == "failed"
    return _page(account, invoice, failed=failed)


async def submit_payment(request: Request) -> Response:
    """Pay with the typed or chosen card; its bank may want 3-D Secure first."""
    found = _find(request)
    if found is None:
        return _unknown()
    form = await request.form()
    sent = {name: str(value).strip() for name, value in form.items()}
    # From here on nothing awaits: of two posts of one form the second finds it paid.
    account, invoice = found
    if invoice["status"] not in PAYABLE:
        return _page(account, invoice, CONFLICT)
    activity = Activity(sandbox_of(request), account)
    try:
        intent = pay_by_card(activity, invoice, number_of(sent))
    except StripeError as refusal:
        return _page(account, invoice, status_of(refusal), sent, refusal)
    finally:
        activity.sandbox.changed()
    asks = intent["status"] == "requires_action"
    return RedirectResponse(_bank_page(intent) if asks else request.url.path, SEE_OTHER)


async def send_pdf(request: Request) -> Response:
    """Send the invoice as a file."""
    found = _find(request)
    if found is None:
        return _unknown()
    account, invoice = found
    name = f'inline; filename="Invoice-{invoice["number"]}.pdf"'
    headers = HEADERS | {"Content-Disposition": name}
    return Response(invoice_pdf(printed(account, invoice)), 200, headers, "application/pdf")


def _find(request: Request) -> tuple[Account, Object] | None:
    found = sandbox_of(request).owner_of(request.path_params["invoice"])
    is_shown = found and found[1]["object"] == "invoice" and found[1]["hosted_invoice_url"]
    return found if is_shown else None


def _bank_page(intent: Object) -> str:
    address: str = intent["next_action"]["redirect_to_url"]["url"]
    return address


def _page(
    account: Account,
    invoice: Object,
    status: int = 200,
    sent: dict[str, str] | None = None,
    refusal: StripeError | None = None,
    *,
    failed: bool = False,
) -> Response:
    intent = intent_of(account, invoice) if invoice["status"] in PAYABLE else None
    waits = intent is not None and intent["status"] == "requires_action"
    error = intent["last_payment_error"] if intent and failed else None
    return render(
        "invoice.html",
        status,
        action=f"/i/{invoice['id']}",
        invoice=printed(account, invoice),
        bank_page=_bank_page(intent) if intent and waits else None,
        failure=error and error["message"],
        is_late=status == CONFLICT,
        **card_fields(sent or {}, refusal),
    )


def _unknown() -> Response:
    return render("unknown_invoice.html", NOT_FOUND)
