-- Put credits into lots (positive) or take them out (negative), and say what moved.
--
-- `draws` is [[grant id, "signed credits", cents], …] in the order of the arguments, `cost_cents`
-- the value of all of it, signed alike. A lot's cost is spread over its credits by rounding the
-- running total, so that the parts of a lot add up to its cost to the cent. The caller holds
-- the wallet's lock and appends the entry that says so.
CREATE OR REPLACE FUNCTION ledger_move(
    p_lots bigint[], p_credits numeric[],
    OUT draws jsonb, OUT cost_cents bigint
)
LANGUAGE plpgsql
AS $$
BEGIN
    WITH moved AS (
        UPDATE wallet_grant AS g
        SET remaining = g.remaining + m.credits, is_open = g.remaining + m.credits > 0
        FROM unnest(p_lots, p_credits) WITH ORDINALITY AS m (id, credits, place)
        WHERE g.id = m.id
        RETURNING
            m.place, g.id, m.credits::numeric(18, 4) AS credits,
            round(g.cost_cents * (g.credits - g.remaining + m.credits) / g.credits)
            - round(g.cost_cents * (g.credits - g.remaining) / g.credits) AS cents
    )
    SELECT
        jsonb_agg(jsonb_build_array(v.id, v.credits::text, v.cents::bigint) ORDER BY v.place),
        sum(v.cents)
    INTO draws, cost_cents
    FROM moved AS v;
END
$$;
