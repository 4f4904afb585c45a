-- What the entries from `p_from` until before `p_until` moved, by hour, kind and origin.
--
-- The origin of a grant is the source of its lot; what lapsed into another lot has "rollover".
CREATE OR REPLACE FUNCTION ledger_hours(p_from timestamptz, p_until timestamptz)
RETURNS TABLE (
    at timestamptz, kind text, origin text, entries bigint, credits numeric, cost_cents bigint
)
LANGUAGE sql STABLE
AS $$
SELECT
    date_trunc('hour', e.created_at, 'UTC'),
    e.kind,
    CASE
        WHEN e.kind = 'grant' THEN g.source
        WHEN e.kind = 'expiry' AND e.metadata ? 'rolled_over' THEN 'rollover'
        ELSE ''
    END,
    count(*),
    sum(e.credits),
    sum(e.cost_cents)::bigint
FROM wallet_ledgerentry AS e
LEFT JOIN wallet_grant AS g ON e.kind = 'grant' AND g.id = (e.draws -> 0 ->> 0)::bigint
WHERE e.created_at >= p_from AND e.created_at < p_until
GROUP BY 1, 2, 3
$$;
