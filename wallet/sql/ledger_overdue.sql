-- What overdue holds of a wallet still set aside in lots that have not expired.
CREATE OR REPLACE FUNCTION ledger_overdue(p_wallet bigint, p_at timestamptz)
RETURNS numeric
LANGUAGE sql STABLE
AS $$
SELECT coalesce(sum((draw ->> 1)::numeric(18, 4)), 0)::numeric(18, 4)
FROM wallet_hold AS h
CROSS JOIN LATERAL jsonb_array_elements(h.draws) AS draw
INNER JOIN wallet_grant AS g ON g.id = (draw ->> 0)::bigint
WHERE h.wallet_id = p_wallet AND h.status = 'open' AND h.expires_at <= p_at
    AND g.expires_at > p_at
$$;
