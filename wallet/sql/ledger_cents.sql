-- What credits are worth that take a lot from one remainder to another, in cents, signed like them.
--
-- A lot's cost is spread over its credits by rounding the running total, so that the parts of a
-- lot add up to its cost to the cent.
CREATE OR REPLACE FUNCTION ledger_cents(
    p_cost_cents bigint, p_credits numeric, p_before numeric, p_after numeric
)
RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
SELECT (
    round(p_cost_cents * (p_credits - p_before) / p_credits)
    - round(p_cost_cents * (p_credits - p_after) / p_credits)
)::bigint
$$;
