-- Does this entry take the wallet, as it was before, below its own warning or to nothing left?
--
-- What is carried on or pays debt was lost before, or is not lost.
CREATE OR REPLACE FUNCTION ledger_crosses(w wallet_wallet, e wallet_ledgerentry)
RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
SELECT (
    (e.balance_after - w.held < w.alert_below AND NOT w.is_low)
    OR (e.balance_after <= w.held AND w.balance > w.held)
) AND NOT (
    e.kind IN ('expiry', 'clawback') AND e.metadata ?| '{rolled_over, repaid_debt}'
)
$$;
