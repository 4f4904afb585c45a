"""A suggested ruling with its reason: rules over facts, no model. An operator decides."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal

from creditsite.kernel.formatting import plain_credits
from disputes.facts import ChargeFacts
from disputes.models import DisputeReason, RulingOutcome
from wallet.reports.runs import Repeat

EXACT_WINDOW = timedelta(seconds=60)
EXACT_DUPLICATE, FAILED_RUN, REPEATED = "exact_duplicate", "failed_run", "repeated"
RETURNED, STANDS = "already_returned", "stands"


@dataclass(frozen=True)
class Finding:
    """What one rule says of one charge: the credits to give back, and why in words."""

    entry: int
    rule: str
    credits: Decimal
    reason: str


@dataclass(frozen=True)
class Suggestion:
    """A ruling that the rules would make; `explanation` is a draft of what the customer reads."""

    outcome: RulingOutcome
    explanation: str
    findings: list[Finding] = field(default_factory=list)

    @property
    def credits(self) -> dict[int, Decimal]:
        return {each.entry: each.credits for each in self.findings if each.credits}

    @property
    def rules(self) -> set[str]:
        return {each.rule for each in self.findings}


def suggest_ruling(facts: list[ChargeFacts], reason: DisputeReason) -> Suggestion:
    """Return what the rules suggest for the charges of a case, oldest first."""
    findings = list(_findings(facts))
    most = sum(each.most for each in facts)
    back = sum(each.credits for each in findings)
    if not back:
        outcome = RulingOutcome.EXPLANATION
    else:
        outcome = RulingOutcome.FULL_REFUND if back == most else RulingOutcome.PARTIAL_REFUND
    words = [each.reason for each in findings]
    words.append(GIVEN_BACK if back else NOT_FOUND[reason])
    return Suggestion(outcome, "\n".join(words), findings)


def _findings(facts: list[ChargeFacts]) -> Iterator[Finding]:
    """Yield a finding for each charge. Of repeats one stays paid: the later ones go first."""
    found: dict[int, Finding] = {}
    for each in reversed(facts):
        found[each.spend.pk] = _finding(each, [one for one in found if found[one].credits])
    for each in facts:
        yield found[each.spend.pk]


def _finding(facts: ChargeFacts, given_back: list[int]) -> Finding:
    name = f"Charge {facts.spend.sequence}"
    paid = [
        repeat for repeat in facts.repeats if repeat.left > 0 and repeat.entry.pk not in given_back
    ]
    paid.sort(key=lambda repeat: repeat.apart)
    identical = [repeat for repeat in paid if repeat.is_identical]
    exact = [repeat for repeat in identical if repeat.apart <= EXACT_WINDOW]
    if facts.most == 0:
        return Finding(
            facts.spend.pk, RETURNED, facts.most, f"{name} has come back to you already."
        )
    if facts.is_marked_failed:
        words = f"{name} was for a run that is marked as failed."
        return Finding(facts.spend.pk, FAILED_RUN, facts.most, words)
    if identical:
        rule = EXACT_DUPLICATE if exact else REPEATED
        words = f"{name} repeats {_named(identical[0])}, with the same input."
        return Finding(facts.spend.pk, rule, facts.most, words)
    return Finding(facts.spend.pk, STANDS, facts.most * 0, f"{name} {_why(facts, paid)}")


def _named(repeat: Repeat) -> str:
    seconds = int(repeat.apart.total_seconds())
    apart = {0: "less than a second", 1: "1 second"}.get(seconds, f"{seconds} seconds")
    return f"charge {repeat.entry.sequence}, {apart} apart"


def _why(facts: ChargeFacts, paid: list[Repeat]) -> str:
    spend = facts.spend
    if paid:
        return f"is like {_named(paid[0])}, but was for another input."
    if spend.rate and spend.quantity is not None:
        rate = spend.rate
        return (
            f"is {plain_credits(spend.quantity)} × {plain_credits(rate.credits_per_unit)} credits "
            f"per {rate.unit}, the price in force then."
        )
    return "was posted once, and its run is not marked as failed."


GIVEN_BACK = "The credits are back in your wallet. We are sorry for the trouble."
# What is said where no rule finds a fault.
NOT_FOUND: dict[str, str] = {
    DisputeReason.NOT_MINE: "It was made with a key or log-in of your account. "
    "Revoke keys you do not know under API keys.",
    DisputeReason.DUPLICATE: "We found no second charge for the same thing.",
    DisputeReason.FAILED_RUN: "We found no mark that the run failed.",
    DisputeReason.WRONG_AMOUNT: "The amount follows from the quantity and the price.",
    DisputeReason.SERVICE_QUALITY: "The run ended without an error that was told to us.",
    DisputeReason.OTHER: "We found nothing wrong with it.",
}


def suggest_purchase_ruling(*, alike: int) -> Suggestion:
    """Return what the rules suggest for a payment, given how many others are like it in a day."""
    if alike:
        words = "You paid the same twice within a day. We pay this one back."
        return Suggestion(RulingOutcome.FULL_REFUND, words)
    words = "The payment was made once, on our payment provider's page, with a card of yours."
    return Suggestion(RulingOutcome.EXPLANATION, words)
