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
        SELECT g.id, g.remaining - g.held AS credits
        FROM wallet_grant AS g
        WHERE g.wallet_id = p_wallet AND g.is_open AND g.expires_at > p_at
            AND g.remaining > g.held
        ORDER BY
            g.priority, g.expires_at, g.cost_cents > 0, g.cost_cents / g.credits,
            g.created_at, g.id
    LOOP
        v_part := least(v_left, v_lot.credits);
        lots := lots || v_lot.id;
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
