"""Who may dispute charges, until when, and how quickly operators answer."""

from datetime import timedelta

from creditsite.settings.environment import flag, read, words

CREDIT_DISPUTE_ENABLED: bool = read(
    "CREDIT_DISPUTE_ENABLED",
    flag,
    default="true",
    expects="false lets nobody open a dispute; those that are open go on",
    check_id="creditsite.E080",
)
DISPUTE_WINDOW: timedelta = read(
    "DISPUTE_WINDOW_DAYS",
    lambda text: timedelta(days=int(text)),
    default="30",
    expects="days for which a charge or a payment can be disputed",
    check_id="creditsite.E081",
    valid=lambda window: timedelta(days=1) <= window <= timedelta(days=366),
)
DISPUTE_RESPONSE: timedelta = read(
    "DISPUTE_RESPONSE_HOURS",
    lambda text: timedelta(hours=int(text)),
    default="48",
    expects="hours within which operators rule on a dispute, more than 12",
    check_id="creditsite.E082",
    valid=lambda response: timedelta(hours=12) < response <= timedelta(days=90),
)
AUTOMATIC_RULES = ("exact_duplicate", "failed_run")
DISPUTE_AUTOMATIC_RULES: list[str] = read(
    "DISPUTE_AUTOMATIC_RULES",
    lambda text: words(text) if text else [],
    default="",
    expects=f"rules that refund without an operator: {', '.join(AUTOMATIC_RULES)}; empty for none",
    check_id="creditsite.E083",
    valid=lambda rules: set(rules) <= set(AUTOMATIC_RULES),
)
