-- Count spends of any wallets in their day. They share their moment.
CREATE OR REPLACE FUNCTION ledger_count_usage(p_entries wallet_ledgerentry[])
RETURNS void
LANGUAGE plpgsql
AS $$
BEGIN
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
END
$$;
