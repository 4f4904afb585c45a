"""The SQL of `mass_records`: what a mixed ledger differs in, and the rows beside it."""

from __future__ import annotations

# Of a wallet's entries one in 118 is a grant, one in 400 a reversal, one in 900 an expiry.
KIND = """
    CASE
        WHEN k > 1 THEN 'spend'
        WHEN n %% 118 = 59 THEN 'grant'
        WHEN n %% 400 = 200 THEN 'reversal'
        WHEN n %% 900 = 450 THEN 'expiry'
        WHEN n = 30 AND w.id %% 500 = 0 THEN 'adjustment'
        ELSE 'spend'
    END
"""
IS_RARE = "n = 3 AND w.id %% 100 = 0 AND k = 1"
# A wallet uses one service for some time, then another.
TURN = "1 + (w.id + n / 8) %% cardinality(%(services)s::bigint[])"
VARIED = {
    "kind": KIND,
    "credits": f"CASE WHEN {KIND} IN ('spend', 'expiry') THEN e.credits ELSE -e.credits END",
    "service_id": f"""
        CASE
            WHEN {KIND} NOT IN ('spend', 'reversal') THEN NULL
            WHEN {IS_RARE} THEN %(rare)s ELSE (%(services)s::bigint[])[{TURN}]
        END
    """,
    "rate_id": f"""
        CASE
            WHEN {KIND} <> 'spend' THEN NULL
            WHEN {IS_RARE} THEN %(rare_rate)s ELSE (%(rates)s::bigint[])[{TURN}]
        END
    """,
    "quantity": f"CASE WHEN {KIND} = 'spend' THEN e.quantity END",
    "reverses_id": f"""
        CASE WHEN {KIND} = 'reversal' THEN currval('wallet_ledgerentry_id_seq') - 1 END
    """,
    "reason": f"CASE WHEN {KIND} = 'adjustment' THEN 'Goodwill' ELSE '' END",
    "metadata": f"""
        CASE
            WHEN {KIND} <> 'spend' THEN '{{}}'
            WHEN n %% 50 = 0 THEN jsonb_build_object('run', place, 'outcome', 'failed')
            ELSE jsonb_build_object('run', place, 'workflow', 'invoices')
        END
    """,
}
# Rows in the order of time; every fifth wallet and the next to it have a subscription.
GRANTED = """
    SELECT e.*, e.wallet_id %% 5 < 2 OR e.wallet_id = %(busy)s AS is_allocated
    FROM wallet_ledgerentry AS e WHERE e.kind = 'grant' AND e.sequence > 2 ORDER BY e.id
"""
SPENDS = """
    SELECT * FROM wallet_ledgerentry WHERE id %% 1250 = 0 AND kind = 'spend' ORDER BY id
"""
STATEMENTS = {
    "days of usage": """
        INSERT INTO wallet_usageday (
            wallet_id, service_id, day, spends, quantity, credits, reversed, failed
        )
        SELECT wallet_id, service_id, (created_at AT TIME ZONE 'UTC')::date AS day, count(*),
            sum(quantity), sum(-credits), 0,
            count(*) FILTER (WHERE metadata ->> 'outcome' = 'failed')
        FROM wallet_ledgerentry WHERE kind = 'spend'
        GROUP BY wallet_id, service_id, day ORDER BY day, wallet_id
        ON CONFLICT DO NOTHING
    """,
    "lots": f"""
        INSERT INTO wallet_grant (
            wallet_id, source, credits, remaining, held, is_open, priority, expires_at,
            cost_cents, currency, reference, created_at
        )
        SELECT e.wallet_id, CASE WHEN is_allocated THEN 'subscription' ELSE 'top_up' END,
            100, CASE WHEN e.id %% 20 = 0 THEN 40 ELSE 0 END, 0, e.id %% 20 = 0, 0,
            e.created_at + interval '400 days', 1000, 'usd', e.id::text, e.created_at
        FROM ({GRANTED}) AS e
    """,
    "holds": """
        INSERT INTO wallet_hold (
            wallet_id, service_id, credits, captured, status, draws, expires_at, settled_at,
            idempotency_key, request_hash, actor, metadata, created_at
        )
        SELECT e.wallet_id, e.service_id, 1, (status = 'captured')::int, status, '[]',
            e.created_at + interval '1 hour', e.created_at + interval '1 minute',
            'hold ' || e.id, '', 'system:bench', '{}', e.created_at
        FROM wallet_ledgerentry AS e
        CROSS JOIN LATERAL (
            SELECT (ARRAY['captured', 'released', 'expired'])[1 + e.id %% 3] AS status
        ) AS s
        WHERE e.kind = 'spend' AND e.id %% 100 = 0 ORDER BY e.id
    """,
    "top-ups": f"""
        INSERT INTO billing_topup (
            id, wallet_id, status, credits, quote, total_cents, currency, actor,
            idempotency_key, stripe_session_id, checkout_url, stripe_payment_intent,
            created_at, expires_at, paid_at, entry_id
        )
        SELECT gen_random_uuid(), wallet_id, 'paid', 100,
            '{{"lines": [], "total_cents": 1000}}'::jsonb, 1000, 'usd', 'system:bench',
            'key ' || id, 'cs_' || id, '', 'pi_' || id, created_at,
            created_at + interval '1 day', created_at + interval '1 minute', id
        FROM ({GRANTED}) AS e WHERE NOT is_allocated
        UNION ALL
        SELECT gen_random_uuid(), wallet_id, 'expired', 100,
            '{{"lines": [], "total_cents": 1000}}', 1000, 'usd', 'system:bench', '', NULL, '', '',
            created_at, created_at + interval '1 day', NULL, NULL
        FROM ({GRANTED}) AS e WHERE id %% 10 = 0
    """,
    "subscriptions": f"""
        INSERT INTO billing_subscription (
            id, wallet_id, version_id, status, code, actor, idempotency_key, checkout_url,
            expires_at, stripe_id, stripe_item_id, period_start, period_end, stripe_schedule_id,
            pay_url, created_at, ended_at, end_reason
        )
        SELECT gen_random_uuid(), wallet_id, v.id,
            CASE wallet_id %% 10 WHEN 5 THEN 'ended' WHEN 6 THEN 'past_due' ELSE 'active' END,
            '', 'system:bench', '', '', begun, 'sub_' || wallet_id, '', newest,
            newest + interval '1 month', '', '', begun,
            CASE wallet_id %% 10 WHEN 5 THEN newest + interval '1 month' END, ''
        FROM (
            SELECT wallet_id, min(created_at) AS begun, max(created_at) AS newest
            FROM ({GRANTED}) AS e WHERE is_allocated GROUP BY wallet_id
        ) AS w
        INNER JOIN billing_packageversion AS v ON v.id = (
            SELECT id FROM billing_packageversion ORDER BY id OFFSET w.wallet_id / 5 %% 4 LIMIT 1
        )
        ORDER BY begun
    """,
    "allocations": f"""
        INSERT INTO billing_allocation (
            subscription_id, version_id, kind, stripe_invoice_id, stripe_line_id, period_start,
            period_end, credits, paid_cents, currency, entry_id, grant_id, created_at, settled_at
        )
        SELECT s.id, s.version_id, 'period', 'in_' || e.id, 'il_' || e.id, e.created_at,
            e.created_at + interval '1 month', 100, 1000, 'usd', e.id, g.id, e.created_at,
            CASE WHEN e.created_at < now() - interval '1 month' THEN now() END
        FROM ({GRANTED}) AS e
        INNER JOIN billing_subscription AS s ON s.wallet_id = e.wallet_id
        INNER JOIN wallet_grant AS g ON g.reference = e.id::text
        WHERE is_allocated ORDER BY e.id
    """,
    "invoices": """
        INSERT INTO billing_invoice (
            wallet_id, stripe_id, subscription_id, top_up_id, number, label, status, total_cents,
            currency, page_url, pdf_url, issued_at, paid_at, attempts, told_at
        )
        SELECT wallet_id, id, subscription_id, top_up_id, 'N-' || id, 'Credits',
            CASE WHEN paid_at IS NULL THEN 'open' ELSE 'paid' END, 1000, 'usd', '', '', issued_at,
            paid_at, 1, issued_at
        FROM (
            SELECT s.wallet_id, a.stripe_invoice_id AS id, s.id AS subscription_id,
                NULL::uuid AS top_up_id, a.created_at AS issued_at,
                CASE WHEN a.id %% 50 > 0 THEN a.created_at END AS paid_at
            FROM billing_allocation AS a
            INNER JOIN billing_subscription AS s ON s.id = a.subscription_id
            UNION ALL
            SELECT wallet_id, 'in_' || stripe_session_id, NULL, id, created_at, paid_at
            FROM billing_topup WHERE status = 'paid'
        ) AS billed ORDER BY issued_at
    """,
    "refunds": """
        INSERT INTO billing_refund (
            wallet_id, stripe_id, stripe_charge_id, status, total_cents, currency, reason,
            created_at, told_at
        )
        SELECT wallet_id, 're_' || id, 'ch_' || id, 'succeeded', 500, 'usd', '',
            issued_at + interval '3 days', issued_at + interval '3 days'
        FROM billing_invoice WHERE id %% 20 = 0 ORDER BY issued_at
    """,
    "disputes": f"""
        INSERT INTO disputes_dispute (
            id, wallet_id, reason, explanation, status, level, actor, idempotency_key,
            request_hash, opened_at, review_began_at, respond_by, waited, closed_at
        )
        SELECT id, wallet_id, (ARRAY['not_mine', 'duplicate', 'failed_run', 'other'])[1 + id %% 4],
            'The run did not do what it should have done.',
            CASE WHEN id %% 100000 = 0 THEN 'open' ELSE 'closed' END, 1, 'system:bench', '', '',
            created_at, created_at, created_at + interval '2 days', '0',
            CASE WHEN id %% 100000 > 0 THEN created_at + interval '1 day' END
        FROM ({SPENDS}) AS e
    """,
    "charges of disputes": f"""
        INSERT INTO disputes_disputedcharge (dispute_id, entry_id, claimed, refunded, is_live)
        SELECT d.id, d.id, 1, (d.id %% 3 = 0)::int, d.is_live FROM disputes_dispute AS d
        INNER JOIN ({SPENDS}) AS e ON e.id = d.id ORDER BY d.id
    """,
    "timelines": """
        INSERT INTO disputes_disputeevent (
            dispute_id, kind, from_status, to_status, actor, note, created_at
        )
        SELECT id, kind, '', '', 'system:bench', '', opened_at FROM disputes_dispute
        CROSS JOIN unnest(ARRAY['opened', 'taken', 'noted']) AS kind ORDER BY id
    """,
    "rulings": """
        INSERT INTO disputes_ruling (
            dispute_id, level, outcome, explanation, reviewer_id, rule, actor, granted_cents,
            respond_by, reviewed_in, ruled_at
        )
        SELECT d.id, 1, CASE WHEN d.id %% 3 = 0 THEN 'full_refund' ELSE 'explanation' END,
            'It ran as it should.', u.id, '', 'system:bench', 0, d.respond_by, interval '1 hour',
            d.closed_at
        FROM disputes_dispute AS d
        CROSS JOIN (SELECT id FROM accounts_user WHERE is_staff LIMIT 1) AS u
        WHERE d.closed_at IS NOT NULL ORDER BY d.id
    """,
    "Stripe's events": """
        INSERT INTO billing_stripeevent (
            event_id, type, created, livemode, api_version, stripe_customer_id, payload, state,
            attempts, error, received_at, processed_at, mirror_error, replayed_by
        )
        SELECT 'evt_' || n, type, at, FALSE, '2026-08-26.dahlia', 'cus_' || n %% 5000,
            jsonb_build_object('data', jsonb_build_object('object', jsonb_build_object(
                'id', 'in_' || n, 'filled', (SELECT string_agg(md5(n || ' ' || g), ' ')
                FROM generate_series(1, 40) AS g)))),
            state, 1, '', at, CASE WHEN state IN ('processed', 'ignored') THEN at END, '', ''
        FROM (
            SELECT n, now() - interval '365 days' * ((%(rows)s - n) / %(rows)s::float) AS at,
                CASE WHEN n = 10 THEN 'account.updated' ELSE
                    (ARRAY['invoice.paid', 'invoice.created', 'checkout.session.completed'])
                    [1 + n %% 3] END AS type,
                CASE WHEN n %% 20000 = 0 THEN 'dead' WHEN n > %(rows)s - 5 THEN 'received'
                    WHEN n %% 3 = 1 THEN 'ignored' ELSE 'processed' END AS state
            FROM generate_series(1, %(rows)s) AS n
        ) AS events ORDER BY n
    """,
    "events of wallets": """
        INSERT INTO wallet_walletevent (wallet_id, kind, data, created_at, mailed_at)
        SELECT id, CASE WHEN n = 7 THEN 'wallet.closed' ELSE 'invoice.paid' END, '{}', at, at
        FROM (
            SELECT n, now() - interval '365 days' * ((%(rows)s - n) / %(rows)s::float) AS at
            FROM generate_series(1, %(rows)s) AS n
        ) AS events
        INNER JOIN wallet_wallet AS w ON w.id = (
            SELECT min(id) FROM wallet_wallet
        ) + n %% (SELECT count(*) FROM wallet_wallet) ORDER BY n
    """,
    "claw-backs": """
        INSERT INTO wallet_clawback (
            wallet_id, credits, taken, owed, idempotency_key, request_hash, reference, reason,
            actor, created_at
        )
        SELECT wallet_id, 5, 0, 5, stripe_id, '', stripe_charge_id, 'Its money went back',
            'system:bench', created_at
        FROM billing_refund ORDER BY id
    """,
    "audit log": """
        INSERT INTO django_admin_log (
            action_time, object_id, object_repr, action_flag, change_message, content_type_id,
            user_id
        )
        SELECT now() - interval '365 days' * ((%(rows)s - n) / %(rows)s::float), n::text,
            'Wallet ' || n, 2, 'Paused. Reason: card reported stolen', c.id, u.id
        FROM generate_series(1, %(rows)s) AS n
        CROSS JOIN (
            SELECT id FROM django_content_type WHERE app_label = 'wallet' AND model = 'wallet'
        ) AS c
        CROSS JOIN (SELECT id FROM accounts_user WHERE is_staff LIMIT 1) AS u ORDER BY n
    """,
    "API keys": """
        INSERT INTO accounts_apikey (customer_id, name, prefix, secret_hash, scopes, created_at)
        SELECT id, 'script', 'k' || id, '', '{}', date_joined FROM accounts_user WHERE NOT is_staff
    """,
}
