"""The rules of single entries: number, balance, chain, time, draws and price."""

from __future__ import annotations

from wallet.verification.passes import Pass, Rule

# A rate that begins at once is read by spends when its transaction commits, not a moment sooner.
RATE_GRACE = "interval '1 minute'"

# Of two machines' clocks.
CLOCK_GRACE = "interval '1 minute'"

# One draw, as nearly all entries have, needs no call.
DRAWN = """
CASE WHEN jsonb_array_length(e.draws) = 1 THEN (e.draws #>> '{{0,{place}}}')::numeric
ELSE (ledger_sum_draws(e.draws)).{name} END
"""
DRAWN_CREDITS = DRAWN.format(place=1, name="credits")
# NULL where some draw names no cents, as those of the first entries do not.
DRAWN_CENTS = DRAWN.format(place=2, name="cents")

ENTRIES = Pass(
    rows=f"""
        FROM wallet_ledgerentry AS e
        LEFT JOIN wallet_ledgerentry AS before
            ON before.wallet_id = e.wallet_id AND before.sequence = e.sequence - 1
            AND before.wallet_id BETWEEN %(first)s AND %(last)s
        LEFT JOIN wallet_service AS s ON s.id = e.service_id
        LEFT JOIN (
            SELECT rate.id, rate.service_id, rate.credits_per_unit, rate.minimum_credits,
                   rate.effective_at,
                   min(greatest(next.effective_at, next.created_at + {RATE_GRACE})) AS until
            FROM wallet_servicerate AS rate
            LEFT JOIN wallet_servicerate AS next
                ON next.service_id = rate.service_id AND next.effective_at > rate.effective_at
            GROUP BY rate.id
        ) AS r ON r.id = e.rate_id
        WHERE e.wallet_id BETWEEN %(first)s AND %(last)s
    """,
    place="ARRAY[e.wallet_id, e.sequence]",
    rules=(
        Rule(
            "sequence",
            "the entry before it is missing",
            "e.sequence <> 1 AND before.sequence IS NULL",
        ),
        Rule(
            "balance",
            "the balance after it is not the balance before it with its credits",
            "(e.balance_after = coalesce(before.balance_after, 0) + e.credits) IS NOT TRUE",
        ),
        Rule(
            "chain",
            "its hash does not match what it says",
            "(e.hash = ledger_entry_hash(coalesce(before.hash, ''), e)) IS NOT TRUE",
        ),
        Rule("time", "it is older than the entry before it", "e.created_at < before.created_at"),
        Rule(
            "future",
            "it is later than now: a clock was ahead, and the wallet's time stands still till then",
            f"e.created_at > clock_timestamp() + {CLOCK_GRACE}",
        ),
        Rule(
            "draws",
            "its draws do not add up to its credits",
            f"%(reads_draws)s AND ({DRAWN_CREDITS} = e.credits) IS NOT TRUE",
        ),
        Rule(
            "cents",
            "the cents of its draws do not add up to its value",
            f"%(reads_draws)s AND {DRAWN_CENTS} <> e.cost_cents",
        ),
        Rule(
            "service",
            "there is no such service, or the rate is not that service's",
            "e.service_id IS NOT NULL AND s.id IS NULL"
            " OR e.rate_id IS NOT NULL AND (r.service_id = e.service_id) IS NOT TRUE",
        ),
        Rule(
            "price",
            "its credits are not what its quantity cost at that time",
            """
            e.rate_id IS NOT NULL AND (
                e.credits = -greatest(round(e.quantity * r.credits_per_unit, 4), r.minimum_credits)
                AND e.created_at >= r.effective_at
                AND (r.until IS NULL OR e.created_at < r.until)
            ) IS NOT TRUE
            """,
        ),
    ),
)

# Run only where a pass failed because something can't be read.
UNREADABLE_DRAWS = """
    SELECT e.wallet_id, e.sequence, 'its draws can''t be read'
    FROM wallet_ledgerentry AS e
    WHERE e.wallet_id BETWEEN %(first)s AND %(last)s
      AND CASE WHEN jsonb_typeof(e.draws) <> 'array' THEN TRUE ELSE EXISTS (
          SELECT 1 FROM jsonb_array_elements(e.draws) AS draw
          WHERE (
              jsonb_typeof(draw) = 'array' AND draw ->> 0 ~ '^[0-9]{1,18}$'
              AND draw ->> 1 ~ '^-?[0-9]{1,14}[.][0-9]{4}$'
              AND coalesce(draw ->> 2, '0') ~ '^-?[0-9]{1,18}$'
          ) IS NOT TRUE
      ) END
    ORDER BY 1, 2 LIMIT 1
"""
