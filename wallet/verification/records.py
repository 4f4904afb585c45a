"""The rules of what is kept beside the entries: holds, reversals, claw-backs, days of usage."""

from __future__ import annotations

from wallet.verification.passes import Pass, Rule

HOLDS = Pass(
    rows="""
        FROM (SELECT * FROM wallet_hold WHERE wallet_id BETWEEN %(first)s AND %(last)s) AS h
        FULL JOIN (
            SELECT * FROM wallet_ledgerentry
            WHERE wallet_id BETWEEN %(first)s AND %(last)s AND hold_id IS NOT NULL
        ) AS e ON e.hold_id = h.id AND e.wallet_id = h.wallet_id
        LEFT JOIN LATERAL (
            SELECT sum((draw ->> 1)::numeric) AS credits
            FROM jsonb_array_elements(h.draws) AS draw
        ) AS set_aside ON TRUE
        LEFT JOIN LATERAL (
            SELECT count(*) AS entries FROM wallet_ledgerentry AS twin WHERE twin.hold_id = h.id
        ) AS named ON TRUE
    """,
    place="ARRAY[coalesce(h.wallet_id, e.wallet_id), coalesce(e.sequence, 0), h.id]",
    rules=(
        Rule(
            "holds",
            "hold {id} and the entry it was captured with do not match",
            """
            (named.entries = CASE WHEN h.status = 'captured' THEN 1 ELSE 0 END
             AND h.captured = coalesce(-e.credits, 0)
             AND (e.id IS NULL OR (e.service_id, e.created_at) = (h.service_id, h.settled_at)
                  -- The capture's own metadata stands over that of the hold.
                  AND e.metadata ?& ARRAY(SELECT jsonb_object_keys(h.metadata)))) IS NOT TRUE
            """,
        ),
        Rule(
            "hold_draws",
            "the draws of hold {id} do not add up to its credits",
            "set_aside.credits IS DISTINCT FROM h.credits",
        ),
    ),
)

REVERSALS = Pass(
    rows="""
        FROM (
            SELECT reverses_id, wallet_id, service_id, sum(credits) AS credits,
                   min(sequence) AS first, max(sequence) AS last
            FROM wallet_ledgerentry
            WHERE wallet_id BETWEEN %(first)s AND %(last)s AND reverses_id IS NOT NULL
            GROUP BY 1, 2, 3
        ) AS back
        LEFT JOIN wallet_ledgerentry AS spend
            ON spend.id = back.reverses_id AND spend.wallet_id BETWEEN %(first)s AND %(last)s
    """,
    place="ARRAY[back.wallet_id, back.last]",
    rules=(
        Rule(
            "reversals",
            "it gives back what is no spend of this wallet, or more than was spent",
            """
            (spend.kind = 'spend' AND spend.wallet_id = back.wallet_id
             AND spend.service_id = back.service_id AND spend.sequence < back.first
             AND back.credits <= -spend.credits) IS NOT TRUE
            """,
        ),
    ),
)

CLAWBACKS = Pass(
    rows="""
        FROM (SELECT * FROM wallet_clawback WHERE wallet_id BETWEEN %(first)s AND %(last)s) AS c
        FULL JOIN (
            SELECT * FROM wallet_ledgerentry
            WHERE wallet_id BETWEEN %(first)s AND %(last)s AND kind = 'clawback'
              AND NOT metadata ? 'repaid_debt'
        ) AS e ON e.id = c.entry_id
    """,
    place="ARRAY[coalesce(c.wallet_id, e.wallet_id), coalesce(e.sequence, 0), c.id]",
    rules=(
        Rule(
            "clawbacks",
            "claw-back {id} and the entry that took its credits do not match",
            """
            c.id IS NULL OR c.credits <> c.taken + c.owed OR e.id IS NULL AND c.taken <> 0
            OR e.id IS NOT NULL AND (
                c.wallet_id, -c.taken, c.idempotency_key, c.request_hash, c.reference, c.reason,
                c.actor, c.created_at
            ) IS DISTINCT FROM (
                e.wallet_id, e.credits, e.idempotency_key, e.request_hash, e.reference, e.reason,
                e.actor, e.created_at)
            """,
        ),
    ),
)

USAGE = Pass(
    rows="""
        FROM (
            SELECT wallet_id, service_id, (created_at AT TIME ZONE 'UTC')::date AS day,
                   count(*) AS spends, coalesce(sum(quantity), 0) AS quantity,
                   -sum(credits) AS credits,
                   count(*) FILTER (WHERE metadata ->> 'outcome' = 'failed') AS failed
            FROM wallet_ledgerentry
            WHERE wallet_id BETWEEN %(first)s AND %(last)s AND kind = 'spend'
            GROUP BY 1, 2, 3
        ) AS spent
        LEFT JOIN (
            SELECT spend.wallet_id, spend.service_id,
                   (spend.created_at AT TIME ZONE 'UTC')::date AS day, sum(e.credits) AS credits
            FROM wallet_ledgerentry AS e
            INNER JOIN wallet_ledgerentry AS spend
                ON spend.id = e.reverses_id AND spend.wallet_id BETWEEN %(first)s AND %(last)s
            WHERE e.wallet_id BETWEEN %(first)s AND %(last)s AND e.reverses_id IS NOT NULL
            GROUP BY 1, 2, 3
        ) AS back USING (wallet_id, service_id, day)
        FULL JOIN (
            SELECT * FROM wallet_usageday WHERE wallet_id BETWEEN %(first)s AND %(last)s
        ) AS u USING (wallet_id, service_id, day)
    """,
    place="ARRAY[wallet_id, 0, to_char(day, 'YYYYMMDD')::bigint]",
    rules=(
        Rule(
            "usage",
            "the usage of day {id} is not that of its entries",
            """
            (u.spends, u.quantity, u.credits, u.reversed, u.failed) IS DISTINCT FROM (
                spent.spends, spent.quantity, spent.credits, coalesce(back.credits, 0),
                spent.failed)
            """,
        ),
    ),
)
