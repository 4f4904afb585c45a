-- Put a new lot into a wallet. The caller holds the lock and appends the entry that says so.
--
-- `described` is what that entry's metadata says of the lot, so that the hash covers it too.
CREATE OR REPLACE FUNCTION ledger_add_lot(
    p_wallet bigint, p_source text, p_credits numeric, p_cost_cents bigint, p_currency text,
    p_expires_at timestamptz, p_priority smallint, p_reference text, p_at timestamptz,
    OUT lot bigint, OUT described jsonb
)
LANGUAGE plpgsql
AS $$
BEGIN
    INSERT INTO wallet_grant (
        wallet_id, source, credits, remaining, held, is_open, priority, expires_at,
        cost_cents, currency, reference, created_at
    ) VALUES (
        p_wallet, p_source, p_credits, p_credits, 0, TRUE, p_priority, p_expires_at,
        p_cost_cents, p_currency, p_reference, p_at
    ) RETURNING id INTO lot;
    UPDATE wallet_wallet
    SET next_expiry_at = p_expires_at
    WHERE id = p_wallet AND next_expiry_at > p_expires_at;
    described := jsonb_build_object(
        'source', p_source,
        'priority', p_priority,
        'currency', p_currency,
        'expires_at', to_char(
            p_expires_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'
        )
    );
END
$$;
