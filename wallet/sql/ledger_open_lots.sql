-- What can be drawn of a wallet's lots at a moment, in the published draw order.
CREATE OR REPLACE FUNCTION ledger_open_lots(p_wallet bigint, p_at timestamptz)
RETURNS TABLE (lot bigint, credits numeric)
LANGUAGE sql STABLE
AS $$
SELECT g.id, g.remaining - g.held
FROM wallet_grant AS g
WHERE g.wallet_id = p_wallet AND g.is_open AND g.expires_at > p_at
    AND g.remaining > g.held
ORDER BY
    g.priority, g.expires_at, g.cost_cents > 0, g.cost_cents / g.credits,
    g.created_at, g.id
$$;
