-- Choose the lots that a number of credits comes from, in the published draw order.
--
-- `lots` and `parts` go together, in the order drawn; both are NULL where the unexpired lots do
-- not hold enough beside what is held. Writes nothing. The caller holds the wallet's lock.
CREATE OR REPLACE FUNCTION ledger_choose_lots(
    p_wallet bigint, p_credits numeric, p_at timestamptz,
    OUT lots bigint[], OUT parts numeric[]
)
LANGUAGE plpgsql STABLE
AS $$
DECLARE
    v_lot record;
    v_part numeric(18, 4);
    v_left numeric(18, 4) := p_credits;
BEGIN
    FOR v_lot IN
        SELECT open.lot, open.credits FROM ledger_open_lots(p_wallet, p_at) AS open
    LOOP
        v_part := least(v_left, v_lot.credits);
        lots := lots || v_lot.lot;
        parts := parts || v_part;
        v_left := v_left - v_part;
        EXIT WHEN v_left = 0;
    END LOOP;
    IF v_left > 0 THEN
        lots := NULL;
        parts := NULL;
    END IF;
END
$$;
