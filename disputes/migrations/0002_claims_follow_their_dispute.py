"""A claim is live exactly while its dispute is: the database carries that over by itself."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations

TABLES = ("disputes_disputedcharge", "disputes_disputedpurchase")


class Migration(migrations.Migration):
    dependencies: ClassVar = [("disputes", "0001_disputes")]
    operations: ClassVar = [
        migrations.RunSQL(
            f"""
            ALTER TABLE {table} ADD CONSTRAINT {table}_lives_with_dispute
            FOREIGN KEY (dispute_id, is_live) REFERENCES disputes_dispute (id, is_live)
            ON UPDATE CASCADE
            """,
            f"ALTER TABLE {table} DROP CONSTRAINT {table}_lives_with_dispute",
        )
        for table in TABLES
    ]
