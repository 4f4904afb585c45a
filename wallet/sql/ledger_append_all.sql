-- Append a run of spends to the ledger: what `ledger_post` does for one entry, for all at once.
--
-- The entries stand by wallet, in the order they are to have, and share their moment; `p_wallets`
-- names those wallets.
CREATE OR REPLACE FUNCTION ledger_append_all(p_wallets bigint[], p_entries wallet_ledgerentry[])
RETURNS wallet_ledgerentry[]
LANGUAGE plpgsql
AS $$
DECLARE
    v_touched CURSOR FOR SELECT * FROM wallet_wallet WHERE id = ANY(p_wallets) ORDER BY id;
    e wallet_ledgerentry;
    w wallet_wallet;
    v_wallets wallet_wallet[] := '{}';
    v_crossed wallet_wallet[] := '{}';
BEGIN
    OPEN v_touched;
    FOR i IN 1 .. cardinality(p_entries) LOOP
        e := p_entries[i];
        IF w.id IS DISTINCT FROM e.wallet_id THEN
            FETCH v_touched INTO w;
            v_wallets := v_wallets || w;
        END IF;
        e.id := nextval('wallet_ledgerentry_id_seq');
        e.sequence := w.sequence + 1;
        e.balance_after := w.balance + e.credits;
        e.reference := coalesce(e.reference, '');
        e.reason := coalesce(e.reason, '');
        e.metadata := coalesce(e.metadata, '{}');
        e.hash := ledger_entry_hash(w.head, e);
        IF ledger_crosses(w, e) THEN
            v_crossed := v_crossed || w;
        END IF;
        w.balance := e.balance_after;
        w.sequence := e.sequence;
        w.head := e.hash;
        w.last_entry_at := e.created_at;
        w.is_low := coalesce(w.balance - w.held < w.alert_below, FALSE);
        p_entries[i] := e;
        v_wallets[cardinality(v_wallets)] := w;
    END LOOP;
    CLOSE v_touched;
    INSERT INTO wallet_ledgerentry SELECT entry.* FROM unnest(p_entries) AS entry;
    IF cardinality(v_wallets) = 1 THEN
        UPDATE wallet_wallet
        SET
            balance = w.balance, sequence = w.sequence, head = w.head,
            last_entry_at = w.last_entry_at, is_low = w.is_low
        WHERE id = w.id;
    ELSE
        UPDATE wallet_wallet AS old
        SET
            balance = new.balance, sequence = new.sequence, head = new.head,
            last_entry_at = new.last_entry_at, is_low = new.is_low
        FROM unnest(v_wallets) AS new
        WHERE old.id = new.id;
    END IF;
    FOR i IN 1 .. cardinality(v_crossed) LOOP
        w := v_crossed[i];
        PERFORM ledger_tell_low(w, told.balance_after - w.held, told.created_at)
        FROM wallet_ledgerentry AS told
        WHERE told.wallet_id = w.id AND told.sequence = w.sequence + 1;
    END LOOP;
    PERFORM ledger_count_usage(p_entries);
    RETURN p_entries;
END
$$;
