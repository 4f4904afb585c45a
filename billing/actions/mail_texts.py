"""What the mails about plans and payments say, and who wants them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any

from billing.models import Invoice, InvoiceStatus, MailPreferences, Subscription
from creditsite.kernel.formatting import day, money, plain_credits
from wallet.actions.mail_texts import MailText
from wallet.actions.mails import Mailing
from wallet.models import EventKind, WalletEvent

Data = dict[str, Any]
CHOSEN = "You get this message because you asked for it."
NEEDED = "You get this message because it is about whether your plan goes on."


def _mail(
    subject: str,
    *lines: str,
    action: str = "See your plan",
    view: str = "billing:plans",
    link: str = "",
    reason: str = CHOSEN,
) -> MailText:
    return MailText(
        subject,
        tuple(line for line in lines if line),
        action,
        view,
        link,
        reason,
        settings_label="Mails about plans and payments",
        settings_view="billing:mails",
    )


def _receipt(data: Data) -> MailText:
    return _mail(
        f"Your receipt: {_total(data)} for {data['label']}",
        f"We received {_total(data)} for {data['label']}. Thank you.",
        f"The invoice {data['number']} is your receipt.",
        action="See the receipt",
        view="billing:invoices",
        link=data["page_url"],
    )


def _failed(data: Data) -> MailText:
    again = "We will not try again by ourselves."
    if data["next_attempt_at"]:
        again = f"We try again on {_day(data['next_attempt_at'])}."
    return _mail(
        f"Your payment of {_total(data)} did not go through",
        f"We could not charge {_total(data)} for {data['label']}.",
        f"{again} Pay the invoice now, or keep another card, to be sure that your plan goes on.",
        "The credits you have stay.",
        action="Pay the invoice",
        view="billing:invoices",
        link=data["page_url"],
        reason=NEEDED,
    )


def _renews(data: Data) -> MailText:
    due = money(data["due_cents"], data["currency"])
    return _mail(
        f"{data['package']} renews on {_day(data['renews_at'])}",
        f"On {_day(data['renews_at'])} your plan {data['package']} renews: {due} for "
        f"{plain_credits(Decimal(data['credits']))} credits.",
        "There is nothing to do. Until then you can change or cancel it.",
    )


def _recovered(data: Data) -> MailText:
    return _mail(
        f"{data['package']} goes on",
        "The payment that was overdue is made, and the credits of its period are in your wallet.",
        "Thank you. There is nothing more to do.",
        reason=NEEDED,
    )


def _changed(data: Data) -> MailText:
    if data["package"] == data["old_package"]:
        first = f"The new terms of {data['package']} are in force."
    else:
        first = f"{data['package']} has taken the place of {data['old_package']}."
    return _mail(f"Your plan is {data['package']}", first, f"You pay {_terms(data)}.")


def _change_planned(data: Data) -> MailText:
    return _mail(
        f"Your plan changes on {_day(data['from'])}",
        f"On {_day(data['from'])} your plan becomes {data['next']['package']}: "
        f"{_terms(data['next'])}.",
        f"Until then you keep {data['package']} and can take the change back.",
    )


def _cancelled(data: Data) -> MailText:
    return _mail(
        f"{data['package']} ends on {_day(data['ends_at'])}",
        f"Your plan {data['package']} is cancelled. Nothing is charged any more.",
        f"It goes on until {_day(data['ends_at'])}, and until then you can resume it. "
        "Credits you bought stay.",
    )


def _resumed(data: Data) -> MailText:
    return _mail(
        f"{data['package']} goes on",
        f"Your plan {data['package']} is resumed and renews on {_day(data['renews_at'])}.",
    )


def _ended(data: Data) -> MailText:
    return _mail(
        f"{data['package']} has ended",
        "Its payment was overdue for too long." if data["is_unpaid"] else "",
        f"Your plan {data['package']} ended on {_day(data['ended_at'])}. "
        "Nothing is charged any more.",
        "The credits it brought can be used until they expire; credits you bought stay.",
        action="Choose a plan",
        reason=NEEDED,
    )


def _price_changes(data: Data) -> MailText:
    return _mail(
        f"The price of {data['package']} changes on {_day(data['from'])}",
        f"From your renewal on {_day(data['from'])} on, {data['package']} costs {_terms(data)}.",
        f"Until then you pay as before: {_terms(data['old'])}.",
        "If you don't want that, change or cancel your plan before; nothing is charged then.",
        reason=NEEDED,
    )


def _price_stays(data: Data) -> MailText:
    return _mail(
        f"The price of {data['package']} stays",
        "The change of price we told you of is called off.",
        f"You go on paying {_terms(data)}.",
        reason=NEEDED,
    )


def _total(data: Data) -> str:
    return money(data["total_cents"], data["currency"])


def _terms(data: Data) -> str:
    credits = plain_credits(Decimal(data["credits"]))
    price = money(data["price_cents"], data["currency"])
    return f"{price} a {data['interval']} for {credits} credits"


def _day(moment: str) -> str:
    return day(datetime.fromisoformat(moment))


def _wants(name: str) -> Callable[[WalletEvent, datetime], bool]:
    """Return a test of whether the customer wants mails of a sort."""

    def wants(event: WalletEvent, now: datetime) -> bool:
        return bool(getattr(MailPreferences.of(event.wallet), name))

    return wants


def _always(event: WalletEvent, now: datetime) -> bool:
    return True


def _is_unpaid(event: WalletEvent, now: datetime) -> bool:
    """Whether an invoice still waits for its payment."""
    invoice = Invoice.objects.filter(stripe_id=event.data["invoice"])
    return invoice.filter(status=InvoiceStatus.OPEN).exists()


def _will_renew(event: WalletEvent, now: datetime) -> bool:
    """Whether a customer wants to hear of a renewal that is still to come."""
    renews_at = datetime.fromisoformat(event.data["renews_at"])
    coming = Subscription.objects.filter(
        pk=event.data["subscription"], period_end=renews_at, cancels_at=None, ended_at=None
    )
    return MailPreferences.of(event.wallet).renewals and coming.exists()


BILLING_MAILINGS: dict[str, Mailing] = {
    EventKind.INVOICE_PAID: Mailing(_receipt, _wants("receipts"), is_for_each=True),
    EventKind.INVOICE_PAYMENT_FAILED: Mailing(_failed, _is_unpaid),
    EventKind.SUBSCRIPTION_RENEWS: Mailing(_renews, _will_renew),
    EventKind.SUBSCRIPTION_RECOVERED: Mailing(_recovered, _always),
    EventKind.SUBSCRIPTION_CHANGED: Mailing(_changed, _wants("changes")),
    EventKind.SUBSCRIPTION_CHANGE_PLANNED: Mailing(_change_planned, _wants("changes")),
    EventKind.SUBSCRIPTION_CANCELLED: Mailing(_cancelled, _wants("changes")),
    EventKind.SUBSCRIPTION_RESUMED: Mailing(_resumed, _wants("changes")),
    EventKind.SUBSCRIPTION_ENDED: Mailing(_ended, _always),
    EventKind.SUBSCRIPTION_PRICE_CHANGES: Mailing(_price_changes, _always),
    EventKind.SUBSCRIPTION_PRICE_STAYS: Mailing(_price_stays, _always),
}
