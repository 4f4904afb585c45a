-- Count a spend in its day, or what a reversal gives back in the day of the spend.
CREATE OR REPLACE FUNCTION ledger_count_usage(e wallet_ledgerentry)
RETURNS void
LANGUAGE plpgsql
AS $$
BEGIN
    IF e.kind = 'spend' THEN
        INSERT INTO wallet_usageday AS u (
            wallet_id, service_id, day, spends, quantity, credits, reversed, failed
        ) VALUES (
            e.wallet_id, e.service_id, (e.created_at AT TIME ZONE 'UTC')::date, 1,
            coalesce(e.quantity, 0), -e.credits, 0,
            CASE WHEN e.metadata ->> 'outcome' = 'failed' THEN 1 ELSE 0 END
        )
        ON CONFLICT (wallet_id, day, service_id) DO UPDATE
        SET
            spends = u.spends + 1,
            quantity = u.quantity + excluded.quantity,
            credits = u.credits + excluded.credits,
            failed = u.failed + excluded.failed;
    ELSE
        UPDATE wallet_usageday AS u
        SET reversed = u.reversed + e.credits
        FROM wallet_ledgerentry AS spend
        WHERE spend.id = e.reverses_id
            AND u.wallet_id = spend.wallet_id AND u.service_id = spend.service_id
            AND u.day = (spend.created_at AT TIME ZONE 'UTC')::date;
    END IF;
END
$$;
