"""What the Checkout page says, by the session's mode: for what, how much, and how it goes on."""

from datetime import UTC, datetime
from typing import Any

from stripe_sandbox.accounts import Account, Object
from stripe_sandbox.billing.amounts import full_amount
from stripe_sandbox.pages.rendering import money
from stripe_sandbox.payments.session_amounts import due_today, recurring_lines, renewal_total


def words_of(account: Account, session: Object) -> dict[str, Any]:
    """Return the page's texts: title, button, label of the total, and the terms after today."""
    if session["mode"] == "setup":
        return _words(
            "Save card",
            "Save card",
            terms="Your card will be saved for later payments. Nothing is charged now.",
        )
    due = due_today(account, session)
    if session["mode"] == "payment":
        pay = f"Pay {money(due, session['currency'])}"
        return _words(pay, pay if due else "Complete order", total="Total")
    details = account.details_of(session["id"])
    trial = _trial(details["subscription_wishes"])
    price = money(renewal_total(account, session), session["currency"])
    terms = f"{price} {_rhythm(recurring_lines(details['line_items'])[0])}, until you cancel."
    return _words(
        "Subscribe",
        "Start trial" if trial else "Subscribe",
        total="Total due today",
        terms=f"{trial}, then {terms}" if trial else f"After that {terms}",
    )


def _words(title: str, button: str, *, total: str = "", terms: str = "") -> dict[str, Any]:
    return {"title": title, "button": button, "total": total, "terms": terms}


def priced_lines(account: Account, session: Object) -> list[Object]:
    """Return a session's lines; those of a subscription tell their ``price_text``."""
    return [
        line | {"price_text": _price_text(line)}
        for line in account.details_of(session["id"])["line_items"]
    ]


def _price_text(line: Object) -> str:
    if not line["price"]["recurring"]:
        return ""
    amount = full_amount(line["price"], line["quantity"])
    return f"{money(amount, line['currency'])} {_rhythm(line)}"


def _rhythm(line: Object) -> str:
    recurring = line["price"]["recurring"]
    count, interval = recurring["interval_count"], recurring["interval"]
    return f"per {interval}" if count == 1 else f"every {count} {interval}s"


def _trial(wishes: Object) -> str:
    days, end = wishes.get("trial_period_days"), wishes.get("trial_end")
    if days:
        return f"{days} day{'' if days == 1 else 's'} free"
    return f"Free until {datetime.fromtimestamp(end, UTC):%d %b %Y}" if end else ""
