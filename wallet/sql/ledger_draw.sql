-- Take credits out of a wallet's open lots, in the published draw order, and say from which.
--
-- `draws` and `cost_cents` as `ledger_move` gives them; both are NULL, and nothing is written,
-- where the unexpired lots do not hold enough. The caller holds the wallet's lock.
CREATE OR REPLACE FUNCTION ledger_draw(
    p_wallet bigint, p_credits numeric, p_at timestamptz,
    OUT draws jsonb, OUT cost_cents bigint
)
LANGUAGE plpgsql
AS $$
DECLARE
    v_lot bigint;
    v_chosen record;
    v_moved record;
BEGIN
    -- Nearly always the first lot has enough: one statement chooses and takes.
    UPDATE wallet_grant AS g
    SET remaining = g.remaining - p_credits, is_open = g.remaining > p_credits
    WHERE g.id = (SELECT open.lot FROM ledger_open_lots(p_wallet, p_at) AS open LIMIT 1)
        AND g.remaining - g.held >= p_credits
    RETURNING
        g.id, ledger_cents(g.cost_cents, g.credits, g.remaining + p_credits, g.remaining)
    INTO v_lot, cost_cents;
    IF v_lot IS NOT NULL THEN
        draws := jsonb_build_array(
            jsonb_build_array(v_lot, (-p_credits)::numeric(18, 4)::text, cost_cents)
        );
        RETURN;
    END IF;
    v_chosen := ledger_choose_lots(p_wallet, p_credits, p_at);
    IF v_chosen.lots IS NULL THEN
        RETURN;
    END IF;
    v_moved := ledger_move(v_chosen.lots, ARRAY(SELECT -part FROM unnest(v_chosen.parts) AS part));
    draws := v_moved.draws;
    cost_cents := v_moved.cost_cents;
END
$$;
