from decimal import Decimal

from django.db import migrations
from django.utils import timezone

# slug, name, tagline, cents, credits, features
FIRST = [
    (
        "starter",
        "Starter",
        "For one person who automates now and then",
        1999,
        "220",
        ["Every service of the platform", "Usage, limits and alerts by service"],
    ),
    (
        "professional",
        "Professional",
        "For teams whose work runs every day",
        4999,
        "575",
        ["Everything of Starter", "A lower price per credit"],
    ),
    (
        "enterprise",
        "Enterprise",
        "For companies that run on automations",
        9999,
        "1200",
        ["Everything of Professional", "The lowest price per credit"],
    ),
]


def add_packages(apps, schema_editor):
    """Put three packages on the shelf; `setup_stripe` gives them their prices at Stripe."""
    package, version = apps.get_model("billing", "Package"), apps.get_model("billing", "PackageVersion")
    for position, (slug, name, tagline, cents, credits, features) in enumerate(FIRST):
        made = package.objects.create(
            slug=slug, name=name, tagline=tagline, features=features, position=position
        )
        version.objects.create(
            package=made,
            number=1,
            price_cents=cents,
            currency="usd",
            credits=Decimal(credits),
            starts_at=timezone.now(),
            published_by="system:migration",
        )


class Migration(migrations.Migration):
    dependencies = [("billing", "0003_packages")]

    operations = [migrations.RunPython(add_packages, migrations.RunPython.noop)]
