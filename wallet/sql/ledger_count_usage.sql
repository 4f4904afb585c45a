-- Count spends in their day, and what reversals give back in the day of the spend.
--
-- The entries are of one wallet and share their moment.
CREATE OR REPLACE FUNCTION ledger_count_usage(p_entries wallet_ledgerentry[])
RETURNS void
LANGUAGE plpgsql
AS $$
BEGIN
    IF p_entries[1].kind = 'spend' THEN
        INSERT INTO wallet_usageday AS u (
            wallet_id, service_id, day, spends, quantity, credits, reversed, failed
        )
        SELECT
            e.wallet_id, e.service_id, (e.created_at AT TIME ZONE 'UTC')::date, count(*),
            coalesce(sum(e.quantity), 0), -sum(e.credits), 0,
            count(*) FILTER (WHERE e.metadata ->> 'outcome' = 'failed')
        FROM unnest(p_entries) AS e
        GROUP BY e.wallet_id, e.service_id, (e.created_at AT TIME ZONE 'UTC')::date
        ON CONFLICT (wallet_id, day, service_id) DO UPDATE
        SET
            spends = u.spends + excluded.spends,
            quantity = u.quantity + excluded.quantity,
            credits = u.credits + excluded.credits,
            failed = u.failed + excluded.failed;
    ELSIF p_entries[1].kind = 'reversal' THEN
        UPDATE wallet_usageday AS u
        SET reversed = u.reversed + p_entries[1].credits
        FROM wallet_ledgerentry AS spend
        WHERE spend.id = p_entries[1].reverses_id
            AND u.wallet_id = spend.wallet_id AND u.service_id = spend.service_id
            AND u.day = (spend.created_at AT TIME ZONE 'UTC')::date;
    END IF;
END
$$;
