-- Answer a request with the entry that answered it the first time, and count that it came again.
CREATE OR REPLACE FUNCTION ledger_replay(p_entry bigint)
RETURNS wallet_ledgerentry
LANGUAGE plpgsql
AS $$
DECLARE
    e wallet_ledgerentry;
BEGIN
    SELECT * INTO STRICT e FROM wallet_ledgerentry AS first WHERE first.id = p_entry;
    INSERT INTO wallet_entryretries AS r (entry_id, count, last_at)
    VALUES (p_entry, 1, clock_timestamp())
    ON CONFLICT (entry_id) DO UPDATE
    SET count = r.count + 1, last_at = excluded.last_at;
    RETURN e;
END
$$;
