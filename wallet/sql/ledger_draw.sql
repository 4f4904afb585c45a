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
    v_chosen record;
    v_moved record;
BEGIN
    v_chosen := ledger_choose_lots(p_wallet, p_credits, p_at);
    IF v_chosen.lots IS NULL THEN
        RETURN;
    END IF;
    v_moved := ledger_move(v_chosen.lots, ARRAY(SELECT -part FROM unnest(v_chosen.parts) AS part));
    draws := v_moved.draws;
    cost_cents := v_moved.cost_cents;
END
$$;
