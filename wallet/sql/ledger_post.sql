-- Post one entry to a locked wallet: number it, balance it, chain it, move the wallet on.
--
-- `w` is the wallet's row as it stands. This and `ledger_append_all`, which does the same for a
-- run of spends, are the only writers of wallet_ledgerentry and of a wallet's balance, sequence
-- and head. The caller has checked the key, has moved the lots that the `draws` name, and fills
-- the entry with everything but number, balance and hash; texts left out are empty.
CREATE OR REPLACE FUNCTION ledger_post(w wallet_wallet, e wallet_ledgerentry)
RETURNS wallet_ledgerentry
LANGUAGE plpgsql
AS $$
BEGIN
    e.id := nextval('wallet_ledgerentry_id_seq');
    e.wallet_id := w.id;
    e.sequence := w.sequence + 1;
    e.balance_after := w.balance + e.credits;
    e.reference := coalesce(e.reference, '');
    e.reason := coalesce(e.reason, '');
    e.metadata := coalesce(e.metadata, '{}');
    e.hash := ledger_entry_hash(w.head, e);
    INSERT INTO wallet_ledgerentry VALUES (e.*);
    UPDATE wallet_wallet
    SET
        balance = e.balance_after, sequence = e.sequence, head = e.hash,
        last_entry_at = e.created_at,
        is_low = coalesce(e.balance_after - w.held < w.alert_below, FALSE)
    WHERE id = w.id;
    IF ledger_crosses(w, e) THEN
        PERFORM ledger_tell_low(w, e.balance_after - w.held, e.created_at);
    END IF;
    IF e.kind = 'spend' THEN
        INSERT INTO wallet_usageday AS u (
            wallet_id, service_id, day, spends, quantity, credits, reversed, failed
        ) VALUES (
            w.id, e.service_id, (e.created_at AT TIME ZONE 'UTC')::date, 1,
            coalesce(e.quantity, 0), -e.credits, 0,
            CASE WHEN e.metadata ->> 'outcome' = 'failed' THEN 1 ELSE 0 END
        )
        ON CONFLICT (wallet_id, day, service_id) DO UPDATE
        SET
            spends = u.spends + 1,
            quantity = u.quantity + excluded.quantity,
            credits = u.credits + excluded.credits,
            failed = u.failed + excluded.failed;
    ELSIF e.kind = 'reversal' THEN
        UPDATE wallet_usageday AS u
        SET reversed = u.reversed + e.credits
        FROM wallet_ledgerentry AS spend
        WHERE spend.id = e.reverses_id
            AND u.wallet_id = spend.wallet_id AND u.service_id = spend.service_id
            AND u.day = (spend.created_at AT TIME ZONE 'UTC')::date;
    END IF;
    RETURN e;
END
$$;
