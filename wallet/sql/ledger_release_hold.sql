-- Free what a hold set aside, without spending any of it.
--
-- outcome: posted, replayed (it was released or timed out before: nothing to do), hold_not_found,
-- hold_settled (it was captured; `facts`: hold_status, captured).
CREATE OR REPLACE FUNCTION ledger_release_hold(
    p_hold bigint,
    OUT outcome text, OUT facts jsonb, OUT hold wallet_hold
)
LANGUAGE plpgsql
AS $$
DECLARE
    v_wallet bigint := (SELECT h.wallet_id FROM wallet_hold AS h WHERE h.id = p_hold);
    w wallet_wallet;
    v_at timestamptz;
BEGIN
    w := ledger_lock(v_wallet);
    v_at := greatest(clock_timestamp(), w.last_entry_at);
    SELECT * INTO hold FROM wallet_hold AS h WHERE h.id = p_hold;
    IF hold.id IS NULL THEN
        outcome := 'hold_not_found';
    ELSIF hold.status = 'captured' THEN
        outcome := 'hold_settled';
        facts := jsonb_build_object('hold_status', hold.status, 'captured', hold.captured::text);
        hold := NULL;
    ELSIF hold.status <> 'open' THEN
        outcome := 'replayed';
    ELSE
        IF hold.expires_at > v_at THEN
            PERFORM ledger_settle_hold(hold, 'released', 0, v_at);
            PERFORM ledger_free(hold, 0, v_at);
        ELSE
            PERFORM ledger_sweep_wallet(v_wallet);
        END IF;
        SELECT * INTO hold FROM wallet_hold AS h WHERE h.id = p_hold;
        outcome := 'posted';
    END IF;
END
$$;
