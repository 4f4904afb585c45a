-- Take credits out of a wallet's open lots, in the published draw order, and say from which.
--
-- `draws` is [[grant id, "-credits"], …] in the order drawn, `cost_cents` the negative value of
-- what was drawn. A lot's cost is spread over its credits by rounding the running total, so
-- that the parts of a lot add up to its cost to the cent. Both are NULL, and nothing is
-- written, where the unexpired lots do not hold enough. The caller holds the wallet's lock.
CREATE OR REPLACE FUNCTION ledger_draw(
    p_wallet bigint, p_credits numeric, p_at timestamptz,
    OUT draws jsonb, OUT cost_cents bigint
)
LANGUAGE plpgsql
AS $$
DECLARE
    v_lot record;
    v_left numeric := p_credits;
    v_take numeric(18, 4);
    v_ids bigint[] := '{}';
    v_takes numeric[] := '{}';
    v_draws jsonb := '[]';
    v_cost bigint := 0;
BEGIN
    FOR v_lot IN
        SELECT g.id, g.credits, g.remaining, g.cost_cents
        FROM wallet_grant AS g
        WHERE g.wallet_id = p_wallet AND g.is_open AND g.expires_at > p_at
        ORDER BY
            g.priority, g.expires_at, g.cost_cents > 0, g.cost_cents / g.credits,
            g.created_at, g.id
    LOOP
        v_take := least(v_left, v_lot.remaining);
        v_ids := v_ids || v_lot.id;
        v_takes := v_takes || v_take;
        v_draws := v_draws || jsonb_build_array(jsonb_build_array(v_lot.id, (-v_take)::text));
        v_cost := v_cost
            + round(v_lot.cost_cents * (v_lot.credits - v_lot.remaining + v_take) / v_lot.credits)
            - round(v_lot.cost_cents * (v_lot.credits - v_lot.remaining) / v_lot.credits);
        v_left := v_left - v_take;
        EXIT WHEN v_left = 0;
    END LOOP;
    IF v_left > 0 THEN
        RETURN;
    END IF;
    UPDATE wallet_grant AS g
    SET remaining = g.remaining - taken.credits, is_open = g.remaining > taken.credits
    FROM unnest(v_ids, v_takes) AS taken (id, credits)
    WHERE g.id = taken.id;
    draws := v_draws;
    cost_cents := -v_cost;
END
$$;
