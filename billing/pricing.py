"""What things cost: pure arithmetic over settings and rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import ROUND_CEILING, Decimal

from django.conf import settings

from billing.errors import TopUpOutOfRange
from billing.models import PackageVersion, Promotion, VolumeTier
from billing.quotes import Given, Quote, QuoteLine, plain
from creditsite.kernel.credits import ZERO, round_cents, round_credits
from creditsite.kernel.formatting import money, percent

CENTS = 100


def price_top_up(
    *,
    credits: Decimal,
    at: datetime,
    tiers: Sequence[VolumeTier] = (),
    subscribed: PackageVersion | None = None,
    promotions: Sequence[Promotion] = (),
    code: str = "",
) -> Quote:
    """Price `credits`: base rate, volume tier, discount of the plan one has, promotions.

    Each line is rounded half up to the cent, none goes below `CREDIT_FLOOR_RATE`. Of promotions
    that don't combine the customer gets what is worth most; `code` is the one entered, if any.

    Raises `TopUpOutOfRange`: outside the limits, not finite, or with more than four places.
    """
    sold = _sellable(credits)
    rate = settings.DEFAULT_CREDIT_RATE
    priced = _Price.of(
        f"{plain(sold)} credits", f"${rate:f} each", round_cents(sold * rate * CENTS), sold
    )
    tier = max(
        (tier for tier in tiers if tier.minimum_credits <= sold),
        key=lambda tier: tier.minimum_credits,
        default=None,
    )
    if tier:
        reason = f"{percent(tier.percent)} off from {plain(tier.minimum_credits)} credits on"
        priced = priced.less("volume", "Volume discount", reason, tier.percent)
    if subscribed and subscribed.top_up_discount_percent:
        off = subscribed.top_up_discount_percent
        reason = f"{percent(off)} off top-ups with {subscribed.package.name}"
        priced = priced.less("subscriber", "Subscriber discount", reason, off)
    quote = _promoted(priced, promotions, code=code, at=at, adds_up=True)
    more = [tier.minimum_credits for tier in tiers if sold < tier.minimum_credits]
    if not more or min(more) > settings.TOP_UP_MAXIMUM:
        return quote
    next_tier = price_top_up(
        credits=min(more),
        at=at,
        tiers=tiers,
        subscribed=subscribed,
        promotions=promotions,
        code=code,
    )
    return replace(quote, notes=(*quote.notes, *_more_for_less(quote, next_tier)))


def price_package(
    *,
    version: PackageVersion,
    at: datetime,
    promotions: Sequence[Promotion] = (),
    code: str = "",
) -> Quote:
    """Price the first period of a package. One promotion applies at most, the best."""
    label = f"{version.package.name}, first {version.interval}"
    reason = f"{plain(version.credits)} credits"
    priced = _Price.of(label, reason, version.price_cents, version.credits)
    return _promoted(priced, promotions, code=code, at=at, adds_up=False)


@dataclass(frozen=True)
class _Price:
    """A price on its way: the lines so far, and how low it may go."""

    credits: Decimal
    floor_cents: int
    lines: tuple[QuoteLine, ...]
    given: tuple[Given, ...] = ()

    @classmethod
    def of(cls, label: str, reason: str, cents: int, credits: Decimal) -> _Price:
        floor = credits * settings.CREDIT_FLOOR_RATE * CENTS
        return cls(
            credits,
            min(cents, int(floor.to_integral_value(ROUND_CEILING))),
            (QuoteLine("base", label, reason, cents, cents),),
        )

    @property
    def cents(self) -> int:
        return self.lines[-1].subtotal_cents

    @property
    def worth_cents(self) -> Decimal:
        """What it costs, less what comes on top at the base rate."""
        bonus = sum((given.bonus_credits for given in self.given), ZERO)
        return self.cents - bonus * settings.DEFAULT_CREDIT_RATE * CENTS

    def less(
        self,
        kind: str,
        label: str,
        reason: str,
        percent_off: Decimal | None,
        sum_off: int = 0,
    ) -> _Price:
        """Return the price after a discount, which stops at the floor."""
        wanted = sum_off if percent_off is None else round_cents(self.cents * percent_off / CENTS)
        off = min(wanted, self.cents - self.floor_cents)
        if not off:
            return self
        if off < wanted:
            reason += f", as far as ${settings.CREDIT_FLOOR_RATE:f} a credit"
        line = QuoteLine(kind, label, reason, -off, self.cents - off, percent_off)
        return _Price(self.credits, self.floor_cents, (*self.lines, line), self.given)

    def promoted(self, promotion: Promotion) -> _Price:
        """Return the price with what a promotion gives."""
        after = self.less(
            "promotion",
            promotion.name,
            _reason(promotion),
            promotion.percent,
            promotion.off_cents or 0,
        )
        given = Given(promotion, self.cents - after.cents)
        if not given.is_something:
            return self
        return _Price(self.credits, self.floor_cents, after.lines, (*self.given, given))


def _reason(promotion: Promotion) -> str:
    if promotion.percent:
        off = f"{percent(promotion.percent)} off"
    else:
        off = f"{money(promotion.off_cents or 0, settings.CREDIT_CURRENCY)} off"
    return off if promotion.is_sale else f"{off} with code {promotion.code}"


def _promoted(
    price: _Price, promotions: Sequence[Promotion], *, code: str, at: datetime, adds_up: bool
) -> Quote:
    together = [each for each in promotions if adds_up and each.is_combinable]
    choices = [[each] for each in promotions if each not in together]
    best = min(
        (_with(price, choice) for choice in ([], together, *choices)),
        key=lambda choice: (choice.worth_cents, len(choice.given)),
    )
    return Quote(
        credits=price.credits,
        currency=settings.CREDIT_CURRENCY,
        lines=best.lines,
        quoted_at=at,
        code=code,
        given=best.given,
        notes=tuple(_notes(best, promotions)),
    )


def _with(price: _Price, promotions: Iterable[Promotion]) -> _Price:
    # Percentages first, then sums: the other way round would be dearer.
    for promotion in sorted(promotions, key=_order):
        price = price.promoted(promotion)
    return price


def _order(promotion: Promotion) -> tuple[Decimal, int, int]:
    return (-(promotion.percent or ZERO), promotion.off_cents or 0, promotion.pk)


def _notes(best: _Price, promotions: Iterable[Promotion]) -> Iterable[str]:
    used = {given.promotion.pk for given in best.given}
    names = " and ".join(given.promotion.name for given in best.given)
    for promotion in promotions:
        if promotion.pk in used:
            continue
        if best.cents == best.floor_cents:
            yield f"{promotion.name} is not used: this is the lowest price there is."
        elif promotion.is_sale:
            yield f"{promotion.name} can't be combined with {names}, which gives you more."
        else:
            yield (
                f"Code {promotion.code} is not used: it can't be combined with {names}, "
                "which gives you more."
            )


def _more_for_less(quote: Quote, next_tier: Quote) -> Iterable[str]:
    if next_tier.total_cents <= quote.total_cents:
        total = money(next_tier.total_cents, next_tier.currency)
        yield f"{plain(next_tier.credits)} credits cost {total}, which is no more than this."


def _sellable(credits: Decimal) -> Decimal:
    minimum, maximum = settings.TOP_UP_MINIMUM, settings.TOP_UP_MAXIMUM
    if not credits.is_finite() or not minimum <= credits <= maximum:
        raise TopUpOutOfRange(
            f"Buy {plain(minimum)} to {plain(maximum)} credits at once.",
            minimum=minimum,
            maximum=maximum,
        )
    sold = round_credits(credits)
    if sold != credits:
        raise TopUpOutOfRange(
            "Credits have at most four decimal places.", minimum=minimum, maximum=maximum
        )
    return sold
