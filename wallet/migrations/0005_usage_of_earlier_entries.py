"""Count the spends that were posted before usage was counted, and serve the roll-up's look by day."""

from typing import ClassVar

import django.contrib.postgres.indexes
from django.db import migrations

COUNT_EARLIER_SPENDS = """
    INSERT INTO wallet_usageday (
        wallet_id, service_id, day, spends, quantity, credits, reversed, failed
    )
    SELECT
        spend.wallet_id, spend.service_id, (spend.created_at AT TIME ZONE 'UTC')::date,
        count(*), coalesce(sum(spend.quantity), 0), -sum(spend.credits),
        sum(coalesce((
            SELECT sum(back.credits) FROM wallet_ledgerentry AS back
            WHERE back.reverses_id = spend.id
        ), 0)),
        count(*) FILTER (WHERE spend.metadata ->> 'outcome' = 'failed')
    FROM wallet_ledgerentry AS spend
    WHERE spend.kind = 'spend'
    GROUP BY 1, 2, 3
    ON CONFLICT (wallet_id, day, service_id) DO UPDATE
    SET
        spends = excluded.spends, quantity = excluded.quantity, credits = excluded.credits,
        reversed = excluded.reversed, failed = excluded.failed
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("wallet", "0004_complete_ledger")]

    operations: ClassVar = [
        migrations.AddIndex(
            model_name="usageday",
            index=django.contrib.postgres.indexes.BrinIndex(fields=["day"], name="usage_day"),
        ),
        # Wallets stand still meanwhile: a spend in between would be counted by both or by none.
        migrations.RunSQL(
            f"LOCK TABLE wallet_ledgerentry IN EXCLUSIVE MODE; {COUNT_EARLIER_SPENDS}",
            migrations.RunSQL.noop,
        ),
    ]
