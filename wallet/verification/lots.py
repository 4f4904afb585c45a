"""The rules of lots and of what stands in the wallets: what entries moved is what is there."""

from __future__ import annotations

from wallet.verification.passes import Pass, Rule

LOTS = Pass(
    rows="""
        FROM (
            SELECT wallet_id, lot::bigint AS lot, min(sequence) AS sequence,
                   sum(credits::numeric) AS credits,
                   CASE WHEN count(cents) = count(*) THEN sum(cents::numeric) END AS cents
            FROM (
                -- One draw, as nearly all entries have, needs no unnesting.
                SELECT e.wallet_id, e.sequence, e.draws #>> '{0,0}' AS lot,
                       e.draws #>> '{0,1}' AS credits, e.draws #>> '{0,2}' AS cents
                FROM wallet_ledgerentry AS e
                WHERE e.wallet_id BETWEEN %(first)s AND %(last)s
                  AND jsonb_array_length(e.draws) = 1
                UNION ALL
                SELECT e.wallet_id, e.sequence, draw ->> 0, draw ->> 1, draw ->> 2
                FROM wallet_ledgerentry AS e
                CROSS JOIN LATERAL jsonb_array_elements(e.draws) AS draw
                WHERE e.wallet_id BETWEEN %(first)s AND %(last)s
                  AND jsonb_array_length(e.draws) <> 1
            ) AS each_draw
            GROUP BY 1, 2
        ) AS drawn
        FULL JOIN (
            SELECT * FROM wallet_grant WHERE wallet_id BETWEEN %(first)s AND %(last)s
        ) AS g ON g.id = drawn.lot AND g.wallet_id = drawn.wallet_id
        LEFT JOIN (
            SELECT h.wallet_id, (draw ->> 0)::bigint AS lot, sum((draw ->> 1)::numeric) AS credits
            FROM wallet_hold AS h CROSS JOIN LATERAL jsonb_array_elements(h.draws) AS draw
            WHERE h.wallet_id BETWEEN %(first)s AND %(last)s AND h.status = 'open'
            GROUP BY 1, 2
        ) AS set_aside ON set_aside.lot = g.id AND set_aside.wallet_id = g.wallet_id
    """,
    place="""
        CASE WHEN g.id IS NULL THEN ARRAY[drawn.wallet_id, drawn.sequence, drawn.lot]
        ELSE ARRAY[g.wallet_id, 0, g.id] END
    """,
    rules=(
        Rule("foreign_lots", "it draws on lot {id}, which is not of this wallet", "g.id IS NULL"),
        Rule(
            "lots",
            "what is left in lot {id} is not the sum of its draws",
            "g.remaining <> coalesce(drawn.credits, 0)",
        ),
        Rule(
            "lot_cost",
            "the cents drawn on lot {id} are not those of the credits drawn",
            "drawn.cents <> g.cost_cents"
            " - round(g.cost_cents * (g.credits - g.remaining) / nullif(g.credits, 0))",
        ),
        Rule(
            "held",
            "what lot {id} sets aside is not the sum of its open holds",
            "g.held <> coalesce(set_aside.credits, 0)",
        ),
    ),
)

ORIGIN = Pass(
    rows="""
        FROM wallet_grant AS g
        LEFT JOIN (
            SELECT DISTINCT ON (e.wallet_id, lot)
                   e.wallet_id, lot, e.created_at, said.metadata,
                   coalesce((said.metadata ->> 'credits')::numeric, e.credits) AS credits,
                   coalesce((said.metadata ->> 'cost_cents')::bigint, e.cost_cents) AS cost_cents,
                   CASE WHEN e.reverses_id IS NULL THEN e.reference
                   ELSE 'entry ' || e.reverses_id END AS reference
            FROM wallet_ledgerentry AS e
            CROSS JOIN LATERAL jsonb_array_elements(e.draws) AS draw
            CROSS JOIN LATERAL (SELECT (draw ->> 0)::bigint AS lot) AS named
            CROSS JOIN LATERAL (
                SELECT coalesce(e.metadata -> 'lots' -> lot::text, e.metadata) AS metadata
            ) AS said
            WHERE e.wallet_id BETWEEN %(first)s AND %(last)s AND e.credits > 0
            ORDER BY e.wallet_id, lot, e.sequence
        ) AS made ON made.wallet_id = g.wallet_id AND made.lot = g.id
        WHERE g.wallet_id BETWEEN %(first)s AND %(last)s
    """,
    place="ARRAY[g.wallet_id, 0, g.id]",
    rules=(
        Rule(
            "origin",
            "lot {id} is not what the entry says that made it",
            """
            (g.created_at, g.credits, g.cost_cents, g.reference, g.source, g.currency,
             g.priority::text, to_char(g.expires_at AT TIME ZONE 'UTC', %(moment)s))
            IS DISTINCT FROM
            (made.created_at, made.credits, made.cost_cents, made.reference,
             made.metadata ->> 'source', made.metadata ->> 'currency',
             made.metadata ->> 'priority', made.metadata ->> 'expires_at')
            """,
        ),
    ),
)

WALLETS = Pass(
    rows="""
        FROM (SELECT * FROM wallet_wallet WHERE id BETWEEN %(first)s AND %(last)s) AS w
        FULL JOIN (
            SELECT wallet_id, count(*) AS entries, max(sequence) AS newest,
                   sum(cost_cents) AS cents,
                   sum((metadata ->> 'repaid_debt')::numeric) FILTER (WHERE kind = 'clawback')
                   AS repaid,
                   max(sequence) FILTER (WHERE kind = 'clawback' AND metadata ? 'debt_left')
                   AS last_repaid
            FROM wallet_ledgerentry WHERE wallet_id BETWEEN %(first)s AND %(last)s GROUP BY 1
        ) AS posted ON posted.wallet_id = w.id
        LEFT JOIN LATERAL (
            SELECT e.balance_after, e.hash, e.created_at FROM wallet_ledgerentry AS e
            WHERE e.wallet_id = w.id AND e.sequence = posted.newest
            LIMIT 1
        ) AS newest ON TRUE
        LEFT JOIN (
            SELECT wallet_id, min(expires_at) FILTER (WHERE is_open AND remaining > held) AS expiry,
                   sum(cost_cents
                       - round(cost_cents * (credits - remaining) / nullif(credits, 0))) AS cents
            FROM wallet_grant WHERE wallet_id BETWEEN %(first)s AND %(last)s GROUP BY 1
        ) AS lots ON lots.wallet_id = w.id
        LEFT JOIN (
            SELECT wallet_id, sum(credits) AS credits, min(expires_at) AS expiry
            FROM wallet_hold
            WHERE wallet_id BETWEEN %(first)s AND %(last)s AND status = 'open' GROUP BY 1
        ) AS holds ON holds.wallet_id = w.id
        LEFT JOIN LATERAL (
            SELECT (e.metadata ->> 'debt_left')::numeric AS debt, e.created_at
            FROM wallet_ledgerentry AS e
            WHERE e.wallet_id = w.id AND e.sequence = posted.last_repaid
            LIMIT 1
        ) AS said ON TRUE
        LEFT JOIN LATERAL (
            -- At the very moment of the repayment a claw-back may have been before or after it.
            SELECT
                coalesce(sum(c.owed) FILTER (WHERE c.created_at > said.created_at), 0) AS at_least,
                coalesce(sum(c.owed), 0) AS at_most
            FROM wallet_clawback AS c
            WHERE c.wallet_id = w.id AND c.created_at >= said.created_at
        ) AS since ON TRUE
        LEFT JOIN (
            SELECT wallet_id, sum(owed) AS credits
            FROM wallet_clawback WHERE wallet_id BETWEEN %(first)s AND %(last)s GROUP BY 1
        ) AS owed ON owed.wallet_id = w.id
    """,
    place="ARRAY[coalesce(w.id, posted.wallet_id), 0]",
    rules=(
        Rule(
            "wallet",
            "it does not stand where its newest entry left it",
            """
            w.id IS NULL OR coalesce(posted.entries, 0) <> w.sequence
            OR (w.sequence, w.balance, w.head, w.last_entry_at) IS DISTINCT FROM (
                coalesce(posted.newest, 0), coalesce(newest.balance_after, 0),
                coalesce(newest.hash, ''), newest.created_at)
            """,
        ),
        Rule(
            "cost",
            "the value its entries moved is not the value of what is left in its lots",
            "coalesce(lots.cents, 0) <> coalesce(posted.cents, 0)",
        ),
        Rule(
            "figures",
            "it holds credits or owes some, and nothing says why",
            """
            (w.held, w.debt) IS DISTINCT FROM (
                coalesce(holds.credits, 0), coalesce(owed.credits, 0) - coalesce(posted.repaid, 0))
            """,
        ),
        Rule(
            "debt",
            "it does not owe what its newest repayment left, with what was owed since",
            "w.debt NOT BETWEEN said.debt + since.at_least AND said.debt + since.at_most",
        ),
        Rule(
            "expiry",
            "a lot expires or a hold times out before it looks for one",
            "lots.expiry < w.next_expiry_at OR holds.expiry < w.next_release_at",
        ),
    ),
)
