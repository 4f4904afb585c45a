"""What a test or a demonstration may change about one account's behaviour."""

import math
from dataclasses import asdict, dataclass, field, fields
from typing import Any

MOST_AT_ONCE = 64
# Seconds before each further try of a webhook: a little over an hour in all.
RETRY_DELAYS = (1, 2, 4, 8, 15, 30, 60, 120, 300, 600, 900, 900, 900)


@dataclass
class Switches:
    """Times in seconds."""

    # An answer of the API waits this long after its idempotency key is taken.
    api_delay: float = 0.0
    # From charge.succeeded to charge.updated with the balance transaction.
    charge_updated_delay: float = 2.0
    delivery_timeout: float = 10.0
    # Tries under way at one endpoint at a time; 1 delivers strictly in order.
    deliveries_at_once: int = 4
    retry_delays: list[float] = field(default_factory=lambda: [float(s) for s in RETRY_DELAYS])

    def dump(self) -> dict[str, Any]:
        """Return the switches as JSON values."""
        return asdict(self)

    def changed(self, wanted: dict[str, Any]) -> "Switches":
        """Return a copy with some switches changed.

        Raises:
            ValueError: for an unknown name or a value out of range; nothing is changed.
        """
        unknown = set(wanted) - {each.name for each in fields(self)}
        if unknown:
            raise ValueError(f"unknown switch: {', '.join(sorted(unknown))}")
        changed = Switches(**(self.dump() | wanted))
        changed._check()
        return changed

    def _check(self) -> None:
        # What a caller sent may be of any type; what is no list fails as one wrong delay.
        sent: object = self.retry_delays
        delays = sent if isinstance(sent, list) else [None]
        seconds = {
            "api_delay": self.api_delay,
            "charge_updated_delay": self.charge_updated_delay,
            "delivery_timeout": self.delivery_timeout,
            **{f"retry_delays[{at}]": delay for at, delay in enumerate(delays)},
        }
        for name, value in seconds.items():
            if not _is_number(value) or value < 0:
                raise ValueError(f"{name} must be a number of seconds, 0 or more")
        if (
            type(self.deliveries_at_once) is not int
            or not 1 <= self.deliveries_at_once <= MOST_AT_ONCE
        ):
            raise ValueError(f"deliveries_at_once must be a whole number from 1 to {MOST_AT_ONCE}")


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and type(value) is not bool and math.isfinite(value)
