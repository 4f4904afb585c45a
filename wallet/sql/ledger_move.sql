-- Put credits into lots (positive) or take them out (negative), and say what moved.
--
-- `draws` is [[grant id, "signed credits", cents], …] in the order of the arguments, `cost_cents`
-- the value of all of it, signed alike. The caller holds the wallet's lock and appends the entry
-- that says so.
CREATE OR REPLACE FUNCTION ledger_move(
    p_lots bigint[], p_credits numeric[],
    OUT draws jsonb, OUT cost_cents bigint
)
LANGUAGE plpgsql
AS $$
DECLARE
    v_part numeric(18, 4);
    v_cents bigint;
BEGIN
    draws := '[]';
    cost_cents := 0;
    -- One statement a lot: nearly always there is one, and its plan is found once.
    FOR i IN 1 .. cardinality(p_lots) LOOP
        v_part := p_credits[i];
        UPDATE wallet_grant AS g
        SET remaining = g.remaining + v_part, is_open = g.remaining + v_part > 0
        WHERE g.id = p_lots[i]
        RETURNING ledger_cents(g.cost_cents, g.credits, g.remaining - v_part, g.remaining)
        INTO STRICT v_cents;
        draws := draws || jsonb_build_array(
            jsonb_build_array(p_lots[i], v_part::text, v_cents)
        );
        cost_cents := cost_cents + v_cents;
    END LOOP;
END
$$;
