-- Append one entry to a wallet's ledger: number it, balance it, chain it, move the wallet on.
--
-- The only writer of wallet_ledgerentry and of a wallet's balance, sequence and head. The
-- caller holds the wallet's lock, has checked the key, has moved the lots that `e.draws` names,
-- and fills `e` with everything but number, balance and hash; texts it leaves out are empty.
CREATE OR REPLACE FUNCTION ledger_append(p_wallet bigint, e wallet_ledgerentry)
RETURNS wallet_ledgerentry
LANGUAGE plpgsql
AS $$
DECLARE
    w wallet_wallet;
    v_free numeric;
    v_low boolean;
BEGIN
    SELECT * INTO STRICT w FROM wallet_wallet WHERE id = p_wallet FOR NO KEY UPDATE;
    e.id := nextval('wallet_ledgerentry_id_seq');
    e.wallet_id := p_wallet;
    e.sequence := w.sequence + 1;
    e.balance_after := w.balance + e.credits;
    e.reference := coalesce(e.reference, '');
    e.reason := coalesce(e.reason, '');
    e.metadata := coalesce(e.metadata, '{}');
    e.hash := ledger_entry_hash(w.head, e);
    INSERT INTO wallet_ledgerentry SELECT e.*;
    v_free := e.balance_after - w.held;
    v_low := coalesce(v_free < w.alert_below, FALSE);
    UPDATE wallet_wallet
    SET balance = e.balance_after, sequence = e.sequence, head = e.hash, is_low = v_low
    WHERE id = p_wallet;
    IF (v_low AND NOT w.is_low) OR (v_free <= 0 AND w.balance > w.held) THEN
        PERFORM ledger_tell_low(w, v_free, e.created_at);
    END IF;
    IF e.kind IN ('spend', 'reversal') THEN
        PERFORM ledger_count_usage(e);
    END IF;
    RETURN e;
END
$$;
