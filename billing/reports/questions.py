"""What is asked before a plan is changed, cancelled or resumed: money and credits in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from billing.actions import ChangeTime, PlanChange
from billing.models import Allocation, Subscription
from billing.reports.terms import price_in_words
from creditsite.kernel.formatting import credits as show_credits
from creditsite.kernel.formatting import money

NOTHING = "Nothing"


@dataclass(frozen=True)
class Fact:
    """A label and what stands by it: a text, or a time."""

    label: str
    text: str = ""
    at: datetime | None = None


@dataclass(frozen=True)
class Question:
    """What a button will do. `fields` are sent with the yes."""

    title: str
    text: str
    facts: tuple[Fact, ...]
    submit_label: str
    is_danger: bool = False
    fields: tuple[tuple[str, str | int], ...] = ()


def ask_to_change(change: PlanChange, planned: Subscription) -> Question:
    """Return the question before a change of plan."""
    name = change.version.package.name
    match change.time:
        case ChangeTime.NOW:
            return _ask_now(change, planned)
        case ChangeTime.NEXT_PERIOD:
            text = f"You keep {change.current.package.name} and its credits until then."
            facts = (
                Fact("Charged now", NOTHING),
                Fact("New plan from", at=change.takes_effect_at),
                Fact(name, price_in_words(change.version)),
            )
            title = f"Change to {name} after this period?"
        case ChangeTime.NEVER:
            text = f"The change to {_planned_name(planned)} is taken back. You stay on {name}."
            facts = (
                Fact("Charged now", NOTHING),
                Fact("Next payment", at=change.takes_effect_at),
                Fact(name, price_in_words(change.version)),
            )
            title = f"Keep {name}?"
    label = f"Keep {name}" if change.time is ChangeTime.NEVER else f"Change to {name}"
    return Question(title, text, facts, label, fields=(("package", change.version.package.slug),))


def _ask_now(change: PlanChange, planned: Subscription) -> Question:
    name, old = change.version.package.name, change.current.package.name
    currency = change.version.currency
    assert change.previewed_at is not None
    text = f"{name} starts at once. You pay for the rest of this period; your credits stay."
    if planned.has_planned_change:
        text += f" The change to {_planned_name(planned)} is given up."
    return Question(
        f"Change to {name} now?",
        text,
        (
            Fact(f"{name} until the period ends", money(change.rest_cents, currency)),
            Fact(f"Unused time of {old}", money(change.unused_cents, currency)),
            Fact("Charged now", money(change.due_cents, currency)),
            Fact("Credits added now", show_credits(change.credits)),
            Fact("From the next period on", price_in_words(change.version)),
        ),
        f"Pay {money(change.due_cents, currency)} and change",
        fields=(
            ("package", change.version.package.slug),
            ("previewed_at", int(change.previewed_at.timestamp())),
        ),
    )


def _planned_name(planned: Subscription) -> str:
    version = planned.waiting_version or planned.next_version
    assert version is not None
    return version.package.name


def ask_to_cancel(subscription: Subscription) -> Question:
    """Return the question before a plan is cancelled."""
    newest = (
        Allocation.objects.filter(subscription=subscription)
        .select_related("grant")
        .order_by("-period_end", "-pk")
        .first()
    )
    facts = [Fact("Charged from now on", NOTHING), Fact("Ends", at=subscription.period_end)]
    if newest:
        facts.append(Fact("Its credits can be used until", at=newest.grant.expires_at))
    facts.append(Fact("Credits you bought", "Stay"))
    name = subscription.version.package.name
    return Question(
        f"Cancel {name}?",
        "You keep the plan until the period you paid for ends. Until then you can resume it.",
        tuple(facts),
        f"Cancel {name}",
        is_danger=True,
    )


def ask_to_resume(subscription: Subscription) -> Question:
    """Return the question before a cancelled plan goes on."""
    version = subscription.version
    return Question(
        f"Resume {version.package.name}?",
        "It goes on as if it had not been cancelled.",
        (
            Fact("Charged now", NOTHING),
            Fact("Next payment", at=subscription.period_end),
            Fact(version.package.name, price_in_words(version)),
        ),
        f"Resume {version.package.name}",
    )
