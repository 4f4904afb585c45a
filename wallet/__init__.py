"""Credits: wallets, the ledger, grants, spends, services."""
