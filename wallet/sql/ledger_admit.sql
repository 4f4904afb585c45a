-- May credits be spent on this service now, as far as the system and the service have a say, and
-- what does the quantity cost?
--
-- One row. outcome: NULL (yes; `service` is its id, `rate` and `credits` its price, NULL where none
-- is in force), system_paused (`facts` say why), what `p_status` of the wallet makes of it,
-- service_not_found, service_paused. SQL that is planned as part of the query that asks.
CREATE OR REPLACE FUNCTION ledger_admit(
    p_status text, p_service text, p_quantity numeric, p_at timestamptz
)
RETURNS TABLE (outcome text, facts jsonb, service bigint, rate bigint, credits numeric)
LANGUAGE sql STABLE
AS $$
SELECT
    CASE
        WHEN p.id IS NOT NULL THEN 'system_paused'
        WHEN p_status <> 'active' THEN 'wallet_' || p_status
        WHEN s.id IS NULL THEN 'service_not_found'
        WHEN s.status <> 'active' THEN 'service_' || s.status
    END,
    CASE WHEN p.id IS NOT NULL THEN jsonb_build_object('reason', p.reason) END,
    s.id, price.rate, price.credits
FROM (SELECT) AS one
LEFT JOIN wallet_systempause AS p ON p.resumed_at IS NULL
LEFT JOIN wallet_service AS s ON s.slug = p_service
LEFT JOIN LATERAL ledger_price(s.id, p_quantity, p_at) AS price ON TRUE
$$;
