"""What the machine draws, and what it works out from its draws and its answers."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import strategies as st

from creditsite.kernel.credits import round_credits
from wallet.actions import HoldResult, Posting
from wallet.models import Clawback, Hold, LedgerEntry
from wallet.tests.model.pair import RATES
from wallet.tests.model.plain import NEVER

CREDITS = st.decimals(Decimal("0.0001"), Decimal(50), places=4)
FEW = st.decimals(Decimal("0.0001"), Decimal(5), places=4)
# Of what is there: some, all of it, and a little more.
SHARE = st.sampled_from([Decimal(text) for text in ("0.01", "0.2", "0.3333", "0.5", "1", "1.01")])
LITTLE = st.sampled_from([Decimal(text) for text in ("0.01", "0.05", "0.2", "1.01")])
SERVICES = st.sampled_from(sorted(RATES))
# Time passes in whole hours and everything ends at a half, so that nothing ends just now.
LIVES = st.sampled_from((-0.5, 0.5, 1.5, 2.5, 4.5, NEVER))
# Mostly none: a limit keeps much else from happening.
LIMITS = st.sampled_from((None, None, Decimal(8), Decimal(30)))


def row_of(answer: Posting | HoldResult | Clawback) -> LedgerEntry | Hold | Clawback:
    if isinstance(answer, Posting):
        return answer.entry
    return answer.hold if isinstance(answer, HoldResult) else answer


def share_of(credits: Decimal, share: Decimal) -> Decimal:
    return max(round_credits(credits * share), Decimal("0.0001"))


def cost_of(service: str, quantity: Decimal) -> Decimal:
    return round_credits(quantity * RATES[service])
