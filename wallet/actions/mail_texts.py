"""What the mails about a wallet say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.urls import reverse

from creditsite.kernel.formatting import credits as show_credits
from creditsite.kernel.formatting import day
from wallet.models import EventKind, Service

# A mail is no list: of more lots than this it tells the sum.
MOST_LOTS_NAMED = 5


@dataclass(frozen=True)
class MailText:
    """A mail: `lines` are its paragraphs, `action` and `url` what to do next.

    `link` is an address elsewhere that the action leads to, in place of a view of ours. Which
    mails one gets is chosen in `settings_view`.
    """

    subject: str
    lines: tuple[str, ...]
    action: str = "Buy credits"
    view: str = "billing:top_up"
    link: str = ""
    reason: str = "You get this message because alerts are on for your wallet."
    settings_label: str = "Alerts and limits"
    settings_view: str = "wallet:alerts"

    @property
    def url(self) -> str:
        return self.link or f"{settings.SITE_URL}{reverse(self.view)}"

    @property
    def settings_url(self) -> str:
        return f"{settings.SITE_URL}{reverse(self.settings_view)}"


def _low(data: dict[str, Any]) -> MailText:
    return MailText(
        "Your credits are running low",
        (
            f"{_credits(data['available'])} credits are left.",
            f"You asked to be told when there are fewer than {_credits(data['alert_below'])}.",
            "When they are used up, your services can't spend any more until you buy credits.",
        ),
    )


def _depleted(data: dict[str, Any]) -> MailText:
    return MailText(
        "No credits are left",
        (
            "All credits of your wallet are used or held.",
            "What your services ask for now is refused, and nothing of it is charged.",
            "The same requests work again as soon as there are credits.",
        ),
    )


def _run_out(data: dict[str, Any]) -> MailText:
    left = "Less than a usual day's spend is left."
    if data["per_day"] is not None:
        left = (
            f"On a usual day you spend {_credits(data['per_day'])} credits, and "
            f"{_credits(data['available'])} are left: enough for about {_days(data['days'])}."
        )
    return MailText(
        f"Your credits last until about {day(date.fromisoformat(data['runs_out_on']))}",
        (left, f"You asked to be told when it is fewer than {_days(data['alert_days'])}."),
    )


def _expiry(data: dict[str, Any]) -> MailText:
    days = [datetime.fromisoformat(lot["expires_at"]).date() for lot in data["lots"]]
    when = f"on {day(days[0])}" if days[0] == days[-1] else f"from {day(days[0])} on"
    return MailText(
        f"{_credits(data['credits'])} credits expire {when}",
        (
            *(
                f"{_credits(lot['credits'])} credits expire on {day(on)}."
                for lot, on in zip(data["lots"], days, strict=True)
                if len(data["lots"]) <= MOST_LOTS_NAMED
            ),
            "What is not used until then lapses. What expires sooner is spent first by itself.",
            f"You asked to be told {_days(data['alert_days'])} ahead.",
        ),
        "See your usage",
        "wallet:usage",
    )


def _warning(data: dict[str, Any]) -> MailText:
    return _limit(
        data,
        f"80 % of your limit for {_place(data)} is used",
        "What goes beyond it will be refused until then.",
    )


def _reached(data: dict[str, Any]) -> MailText:
    return _limit(
        data,
        f"Your limit for {_place(data)} is reached",
        "What goes beyond it is refused until then, and nothing of it is charged.",
    )


def _limit(data: dict[str, Any], subject: str, effect: str) -> MailText:
    resets_at = datetime.fromisoformat(data["resets_at"])
    return MailText(
        subject,
        (
            f"Used or held: {_credits(data['used'])} of {_credits(data['limit'])} credits.",
            f"The limit counts by {data['period']} and resets on {day(resets_at)}, 00:00 UTC.",
            effect,
        ),
        "See your limits",
        "wallet:alerts",
    )


def _paused(data: dict[str, Any]) -> MailText:
    return MailText(
        "Your wallet is paused",
        (
            f"An operator paused it: {data['reason']}",
            "Nothing is spent from it until it is resumed. Your credits stay where they are.",
        ),
        "See your wallet",
        "wallet:overview",
        reason="You get this message because it is about whether your wallet can be used.",
    )


def _credits(value: str) -> str:
    return show_credits(Decimal(value))


def _days(days: int) -> str:
    return "1 day" if days == 1 else f"{days} days"


def _place(data: dict[str, Any]) -> str:
    service = Service.objects.filter(slug=data["service"]).first()
    return service.name if service else "all services"


# The wallet's own kinds that are mailed; of the others only webhooks tell.
TEXTS: dict[str, Callable[[dict[str, Any]], MailText]] = {
    EventKind.BALANCE_LOW: _low,
    EventKind.BALANCE_DEPLETED: _depleted,
    EventKind.RUN_OUT_NEAR: _run_out,
    EventKind.CREDITS_EXPIRE: _expiry,
    EventKind.LIMIT_WARNING: _warning,
    EventKind.LIMIT_REACHED: _reached,
    EventKind.WALLET_PAUSED: _paused,
}
