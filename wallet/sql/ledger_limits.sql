-- The limits that a spend on a service meets (NULL: all of the wallet's), each with what it has
-- used up at a moment, and `facts` to show.
--
-- Used is what was spent in the limit's day or month (UTC), without what was reversed, and what
-- open holds set aside.
CREATE OR REPLACE FUNCTION ledger_limits(
    p_wallet bigint, p_service bigint, p_at timestamptz
)
RETURNS TABLE (limit_id bigint, credits numeric, used numeric, facts jsonb)
LANGUAGE sql STABLE
AS $$
SELECT
    l.id, l.credits, taken.credits,
    jsonb_build_object(
        'limit', l.credits::text,
        'used', taken.credits::text,
        'period', l.period,
        'service', s.slug,
        'resets_at', to_char(
            date_trunc(l.period, p_at AT TIME ZONE 'UTC') + ('1 ' || l.period)::interval,
            'YYYY-MM-DD"T"HH24:MI:SS"Z"'
        )
    )
FROM wallet_spendlimit AS l
LEFT JOIN wallet_service AS s ON s.id = l.service_id
CROSS JOIN LATERAL (
    SELECT ((
        SELECT coalesce(sum(u.credits - u.reversed), 0) FROM wallet_usageday AS u
        WHERE u.wallet_id = l.wallet_id
            AND u.day >= date_trunc(l.period, p_at AT TIME ZONE 'UTC')::date
            AND (l.service_id IS NULL OR u.service_id = l.service_id)
    ) + (
        SELECT coalesce(sum(h.credits), 0) FROM wallet_hold AS h
        WHERE h.wallet_id = l.wallet_id AND h.status = 'open' AND h.expires_at > p_at
            AND (l.service_id IS NULL OR h.service_id = l.service_id)
    ))::numeric(18, 4) AS credits
) AS taken
WHERE l.wallet_id = p_wallet
    AND (p_service IS NULL OR l.service_id IS NULL OR l.service_id = p_service)
ORDER BY l.period, s.slug NULLS FIRST
$$;
