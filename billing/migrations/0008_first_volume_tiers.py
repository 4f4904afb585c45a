from decimal import Decimal

from django.db import migrations

# From how many credits on, percent off.
FIRST = [("100", "5"), ("500", "10"), ("1000", "15")]


def add_tiers(apps, schema_editor):
    """Give top-ups their first discounts by volume; operators edit them."""
    tier = apps.get_model("billing", "VolumeTier")
    for minimum, percent in FIRST:
        tier.objects.create(minimum_credits=Decimal(minimum), percent=Decimal(percent))


class Migration(migrations.Migration):
    dependencies = [("billing", "0007_promotions")]

    operations = [migrations.RunPython(add_tiers, migrations.RunPython.noop)]
