"""What the mails about disputes say. Whoever opened a dispute is told each step of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.urls import reverse

from creditsite.kernel.formatting import credits as show_credits
from creditsite.kernel.formatting import day, money
from disputes.models import Dispute, RulingOutcome
from wallet.actions.mail_texts import MailText
from wallet.actions.mails import Mailing
from wallet.models import EventKind, WalletEvent

Data = dict[str, Any]
REASON = "You get this message because you opened a dispute."


def _mail(data: Data, subject: str, *lines: str, action: str = "Open the dispute") -> MailText:
    path = reverse("disputes:dispute", args=[data["dispute"]])
    return MailText(
        subject,
        tuple(line for line in lines if line),
        action,
        link=f"{settings.SITE_URL}{path}",
        reason=REASON,
        settings_label="Your disputes",
        settings_view="disputes:list",
    )


def _opened(data: Data) -> MailText:
    return _mail(
        data,
        f"We look into dispute {data['dispute']}",
        "We got your dispute, and an operator will look into it.",
        f"You have our ruling by {_moment(data['respond_by'])}. "
        "If we have to ask you something, the time you take to answer comes on top.",
    )


def _asked(data: Data) -> MailText:
    return _mail(
        data,
        f"A question about dispute {data['dispute']}",
        data["question"],
        f"Please answer by {_moment(data['answer_by'])}. "
        "Without an answer the dispute is closed then.",
        action="Answer",
    )


def _message(data: Data) -> MailText:
    return _mail(data, f"A message about dispute {data['dispute']}", data["text"])


def _ruled(data: Data) -> MailText:
    granted = _granted(data)
    outcome = RulingOutcome(data["outcome"]).label.lower()
    what = "appeal of dispute" if data["level"] > 1 else "dispute"
    if data["appeal_by"]:
        last = f"You can appeal until {_moment(data['appeal_by'])}; somebody else reviews it then."
    else:
        last = "This ruling is final, and the dispute is closed."
    return _mail(
        data,
        f"Your {what} {data['dispute']} is ruled on: {outcome}",
        granted,
        data["explanation"],
        last,
        action="See the ruling",
    )


def _granted(data: Data) -> str:
    if data["granted_cents"]:
        return (
            f"We pay back {money(data['granted_cents'], data['currency'])}. An operator makes "
            "that refund by hand; we tell you when it is made."
        )
    credits = Decimal(data["credits"])
    return f"{show_credits(credits)} credits are back in your wallet." if credits else ""


def _appealed(data: Data) -> MailText:
    return _mail(
        data,
        f"We review dispute {data['dispute']} again",
        "We got your appeal. An operator who did not make the first ruling reviews it.",
        f"You have the final ruling by {_moment(data['respond_by'])}. "
        "It can't take back what you were given.",
    )


def _closes(data: Data) -> MailText:
    return _mail(
        data,
        f"Dispute {data['dispute']} waits for your answer",
        "We asked you something and have no answer yet.",
        f"Without one the dispute is closed on {_moment(data['answer_by'])}.",
        action="Answer",
    )


def _closed(data: Data) -> MailText:
    if data["is_unanswered"]:
        why = "We asked you something and got no answer, so the dispute is closed."
    else:
        why = "The time to appeal is over, and the ruling stands."
    return _mail(data, f"Dispute {data['dispute']} is closed", why)


def _withdrawn(data: Data) -> MailText:
    return _mail(
        data,
        f"Dispute {data['dispute']} is withdrawn",
        "You took the dispute back. There is nothing more to do.",
    )


def _refunded(data: Data) -> MailText:
    amount = money(data["refunded_cents"], data["currency"])
    return _mail(
        data,
        f"{amount} is on its way back to you",
        f"The refund of {amount} that dispute {data['dispute']} brought is made. "
        "Banks take some days to show it.",
    )


def _moment(text: str) -> str:
    moment = datetime.fromisoformat(text)
    return f"{day(moment)}, {moment:%H:%M} UTC"


def _always(event: WalletEvent, now: datetime) -> bool:
    return True


def _is_unanswered(event: WalletEvent, now: datetime) -> bool:
    """Whether the customer still owes the answer that the event is about."""
    asked = Dispute.objects.filter(pk=event.data["dispute"], answer_by__gt=now)
    return asked.filter(answer_by=datetime.fromisoformat(event.data["answer_by"])).exists()


def _mailing(
    text: Callable[[Data], MailText],
    is_wanted: Callable[[WalletEvent, datetime], bool] = _always,
) -> Mailing:
    return Mailing(text, is_wanted, is_for_each=True)


DISPUTE_MAILINGS: dict[str, Mailing] = {
    EventKind.DISPUTE_OPENED: _mailing(_opened),
    EventKind.DISPUTE_ASKED: _mailing(_asked, _is_unanswered),
    EventKind.DISPUTE_MESSAGE: _mailing(_message),
    EventKind.DISPUTE_RULED: _mailing(_ruled),
    EventKind.DISPUTE_APPEALED: _mailing(_appealed),
    EventKind.DISPUTE_CLOSES: _mailing(_closes, _is_unanswered),
    EventKind.DISPUTE_CLOSED: _mailing(_closed),
    EventKind.DISPUTE_WITHDRAWN: _mailing(_withdrawn),
    EventKind.DISPUTE_REFUNDED: _mailing(_refunded),
}
