-- The items of a batch that can be posted in one run, by wallet and in order; NULLs where none.
--
-- Those of wallets with nothing in the way of any of their items: system, wallet and services are
-- active, all is priced, every key is new, the credits suffice for all, there is no limit to check,
-- nothing due, and no entry from before the clock was set back. The caller holds all locks.
CREATE OR REPLACE FUNCTION ledger_batch_run(
    p_wallets bigint[], p_services text[], p_quantities numeric[], p_keys text[],
    p_metadata jsonb[], p_at timestamptz,
    OUT places bigint[], OUT wallets bigint[], OUT services bigint[], OUT rates bigint[],
    OUT quantities numeric[], OUT credits numeric[], OUT keys text[], OUT requests bytea[],
    OUT metadata jsonb[]
)
LANGUAGE plpgsql STABLE
AS $$
BEGIN
    WITH item AS MATERIALIZED (
        SELECT
            i.wallet, i.place, s.id AS service, price.rate,
            i.quantity::numeric(18, 4) AS quantity, price.credits, i.key, i.metadata,
            ledger_request_hash(jsonb_build_array(
                'spend', i.service, i.quantity::numeric(18, 4), i.metadata
            )) AS request,
            s.status = 'active' AND price.credits > 0
            AND NOT EXISTS (
                SELECT FROM wallet_ledgerentry AS e
                WHERE e.wallet_id = i.wallet AND e.idempotency_key = i.key
            )
            AND NOT EXISTS (
                SELECT FROM wallet_hold AS h
                WHERE h.wallet_id = i.wallet AND h.idempotency_key = i.key
            ) AS sound
        FROM unnest(p_wallets, p_services, p_quantities, p_keys, p_metadata)
            WITH ORDINALITY AS i (wallet, service, quantity, key, metadata, place)
        LEFT JOIN wallet_service AS s ON s.slug = i.service
        LEFT JOIN LATERAL ledger_price(s.id, i.quantity, p_at) AS price ON TRUE
    ),
    clear AS MATERIALIZED (
        SELECT w.id
        FROM item AS i
        INNER JOIN wallet_wallet AS w ON w.id = i.wallet
        WHERE w.status = 'active' AND NOT w.has_limits
            AND w.next_expiry_at > p_at AND w.next_release_at > p_at
            AND coalesce(w.last_entry_at <= p_at, TRUE)
            AND NOT EXISTS (SELECT FROM wallet_systempause AS p WHERE p.resumed_at IS NULL)
        GROUP BY w.id
        HAVING
            bool_and(coalesce(i.sound, FALSE))
            AND count(*) = count(DISTINCT i.key)
            AND sum(i.credits) <= w.balance - w.held
    )
    SELECT
        array_agg(i.place), array_agg(i.wallet), array_agg(i.service), array_agg(i.rate),
        array_agg(i.quantity), array_agg(i.credits), array_agg(i.key), array_agg(i.request),
        array_agg(i.metadata)
    INTO places, wallets, services, rates, quantities, credits, keys, requests, metadata
    FROM (
        SELECT item.* FROM item INNER JOIN clear ON clear.id = item.wallet
        ORDER BY item.wallet, item.place
    ) AS i;
END
$$;
