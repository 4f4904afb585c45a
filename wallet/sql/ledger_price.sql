-- What a quantity of a service costs at a moment: quantity × rate, at least the rate's minimum.
--
-- No row where no rate is in force yet; `credits` is rounded half up to four places.
CREATE OR REPLACE FUNCTION ledger_price(
    p_service bigint, p_quantity numeric, p_at timestamptz
)
RETURNS TABLE (rate bigint, credits numeric)
LANGUAGE sql STABLE
AS $$
SELECT r.id, greatest(round(p_quantity * r.credits_per_unit, 4), r.minimum_credits)
FROM wallet_servicerate AS r
WHERE r.service_id = p_service AND r.effective_at <= p_at
ORDER BY r.effective_at DESC LIMIT 1
$$;
