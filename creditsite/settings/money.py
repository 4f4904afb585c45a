"""What credits cost, how many may be bought, how long they last."""

from datetime import timedelta
from decimal import Decimal

from creditsite.settings.environment import flag, read

DEFAULT_CREDIT_RATE: Decimal = read(
    "DEFAULT_CREDIT_RATE",
    Decimal,
    default="0.10",
    expects="dollars for one credit, such as 0.10",
    check_id="creditsite.E030",
    valid=lambda rate: rate.is_finite() and Decimal("0.0001") <= rate <= 1000,
)
CREDIT_CURRENCY = "usd"
CREDIT_FLOOR_RATE: Decimal = read(
    "CREDIT_FLOOR_RATE",
    Decimal,
    default="0.05",
    expects="dollars below which no discount brings the price of one credit, such as 0.05",
    check_id="creditsite.E035",
    valid=lambda rate: rate.is_finite() and Decimal("0.0001") <= rate <= 1000,
)
CREDIT_SYSTEM_ENABLED: bool = read(
    "CREDIT_SYSTEM_ENABLED",
    flag,
    default="true",
    expects="false switches spending and buying off, whatever operators say",
    check_id="creditsite.E034",
)
ADJUSTMENT_APPROVAL_CREDITS: Decimal = read(
    "ADJUSTMENT_APPROVAL_CREDITS",
    Decimal,
    default="1000",
    expects="the most credits an operator moves alone in a wallet within 24 hours; 0 for none",
    check_id="creditsite.E037",
    valid=lambda credits: credits.is_finite() and 0 <= credits <= 10_000_000,
)
TOP_UP_MINIMUM: Decimal = read(
    "TOP_UP_MINIMUM",
    Decimal,
    default="10",
    expects="the fewest credits of one top-up",
    check_id="creditsite.E031",
    valid=lambda credits: credits.is_finite() and 0 < credits <= 1_000_000,
)
TOP_UP_MAXIMUM: Decimal = read(
    "TOP_UP_MAXIMUM",
    Decimal,
    default="100000",
    expects="the most credits of one top-up",
    check_id="creditsite.E032",
    valid=lambda credits: credits.is_finite() and 0 < credits <= 10_000_000,
)
TOP_UP_LIFETIME: timedelta = read(
    "TOP_UP_LIFETIME_DAYS",
    lambda text: timedelta(days=int(text)),
    default="365",
    expects="days until bought credits expire",
    check_id="creditsite.E033",
    valid=lambda lifetime: timedelta(days=1) <= lifetime <= timedelta(days=36500),
)
ALLOCATION_GRACE: timedelta = read(
    "ALLOCATION_GRACE_HOURS",
    lambda text: timedelta(hours=int(text)),
    default="24",
    expects="hours for which a period's credits outlast it, while the next invoice is on its way",
    check_id="creditsite.E036",
    valid=lambda grace: timedelta(hours=2) <= grace <= timedelta(days=31),
)
CHECKOUT_LIFETIME = timedelta(minutes=30)
