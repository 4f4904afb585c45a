-- Put credits into a wallet as a new lot, with the entry that says so.
--
-- outcome: posted, replayed (same key and request: the first entry), key_reused,
-- wallet_not_found, wallet_closed, wallet_full (more than its columns hold). The entry's
-- metadata says what the lot is, so that the hash covers the lot too. The expiry is no part of
-- the request: it is often counted from now, and a retry comes later.
CREATE OR REPLACE FUNCTION ledger_put_in(
    p_wallet bigint, p_kind text, p_source text, p_credits numeric, p_cost_cents bigint,
    p_currency text, p_expires_at timestamptz, p_priority smallint, p_reference text,
    p_key text, p_actor text, p_reason text,
    OUT outcome text, OUT entry wallet_ledgerentry
)
LANGUAGE plpgsql
AS $$
DECLARE
    v_entered record;
    w wallet_wallet;
    v_credits numeric(18, 4) := p_credits;
    v_at timestamptz;
    v_grant bigint;
    v_request bytea := ledger_request_hash(jsonb_build_array(
        p_kind, p_source, v_credits, p_cost_cents, p_currency, p_priority, p_reference));
BEGIN
    v_entered := ledger_enter(p_wallet, p_key, v_request);
    IF v_entered.outcome IS NOT NULL THEN
        outcome := v_entered.outcome;
        entry := v_entered.entry;
        RETURN;
    END IF;
    w := v_entered.w;
    IF w.balance + v_credits >= 1e14 THEN
        outcome := 'wallet_full';
        RETURN;
    END IF;
    v_at := clock_timestamp();
    INSERT INTO wallet_grant (
        wallet_id, source, credits, remaining, is_open, priority, expires_at,
        cost_cents, currency, reference, created_at
    ) VALUES (
        p_wallet, p_source, v_credits, v_credits, TRUE, p_priority, p_expires_at,
        p_cost_cents, p_currency, p_reference, v_at
    ) RETURNING id INTO v_grant;
    UPDATE wallet_wallet
    SET next_expiry_at = p_expires_at
    WHERE id = p_wallet AND next_expiry_at > p_expires_at;
    entry := ledger_append(
        p_wallet, p_kind, v_credits,
        jsonb_build_array(jsonb_build_array(v_grant, v_credits::text)), p_cost_cents,
        p_key, v_request, p_actor, p_reference, p_reason,
        jsonb_build_object(
            'source', p_source,
            'priority', p_priority,
            'currency', p_currency,
            'expires_at', to_char(
                p_expires_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'
            )
        ),
        NULL, NULL, NULL, v_at
    );
    outcome := 'posted';
END
$$;
