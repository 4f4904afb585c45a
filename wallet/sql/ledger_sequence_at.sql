-- The number of a wallet's newest entry at a moment; 0 before its first.
--
-- Numbers have no gaps and times never fall, so that halving the range finds it in a few
-- looks, without an index on the time.
CREATE OR REPLACE FUNCTION ledger_sequence_at(p_wallet bigint, p_at timestamptz)
RETURNS bigint
LANGUAGE plpgsql STABLE
AS $$
DECLARE
    v_low bigint := 0;
    v_high bigint := (SELECT w.sequence FROM wallet_wallet AS w WHERE w.id = p_wallet);
    v_middle bigint;
BEGIN
    WHILE v_low < v_high LOOP
        v_middle := (v_low + v_high + 1) / 2;
        IF (
            SELECT e.created_at <= p_at FROM wallet_ledgerentry AS e
            WHERE e.wallet_id = p_wallet AND e.sequence = v_middle
        ) THEN
            v_low := v_middle;
        ELSE
            v_high := v_middle - 1;
        END IF;
    END LOOP;
    RETURN v_low;
END
$$;
