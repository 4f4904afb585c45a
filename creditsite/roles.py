"""What the operators' roles may do: groups of the product's own, made anew by every migrate.

Each right is Django's, as `app.codename`. A role's rights are set to what stands here; whoever
needs another mix makes a group of another name.
"""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.contrib.auth.management import create_permissions
from django.db import transaction

SUPPORT, FINANCE, SUPERVISOR = "Support", "Finance", "Supervisor"

# What every operator may look at: a customer's whole story, and what is on sale.
LOOK = {
    "accounts": ("user",),
    "wallet": (
        *("wallet", "ledgerentry", "grant", "hold", "clawback", "walletevent", "usageday"),
        *("serviceday", "service", "servicerate", "systempause", "approvalrequest"),
        *("walletnote", "compensation"),
    ),
    "billing": (
        *("topup", "subscription", "allocation", "invoice", "refund", "package", "versionmove"),
        *("promotion", "promotionuse", "volumetier"),
    ),
    "disputes": ("dispute",),
}
VIEWING = frozenset(f"{app}.view_{model}" for app, models in LOOK.items() for model in models)
NOTING = frozenset({"wallet.add_walletnote"})
REVIEWING = frozenset({"disputes.review_dispute"})
# Credits and money, and what they cost.
MONEY = frozenset(
    {
        "wallet.read_reports",
        "wallet.change_wallet",
        "wallet.add_compensation",
        "wallet.add_service",
        "wallet.change_service",
        "wallet.add_servicerate",
        "wallet.view_ledgerverification",
        "billing.add_package",
        "billing.change_package",
        "billing.add_packageversion",
        "billing.add_versionmove",
        "billing.change_versionmove",
        "billing.change_subscription",
        "billing.add_promotion",
        "billing.change_promotion",
        "billing.add_volumetier",
        "billing.change_volumetier",
        "billing.delete_volumetier",
        "billing.view_stripeevent",
        "billing.change_stripeevent",
        "disputes.change_disputedpurchase",
    }
)
# What concerns everybody, and others' decisions.
OVERSIGHT = frozenset(
    {
        "wallet.read_reports",
        "disputes.rule_on_appeal",
        "disputes.assign_dispute",
        "disputes.rule_on_incident",
        "wallet.decide_approvalrequest",
        "wallet.add_systempause",
        "wallet.change_systempause",
        "wallet.view_ledgerverification",
        "billing.view_stripeevent",
        "accounts.view_auditentry",
        "accounts.reset_factors",
    }
)
ROLES: dict[str, frozenset[str]] = {
    SUPPORT: VIEWING | NOTING | REVIEWING,
    FINANCE: VIEWING | NOTING | MONEY,
    SUPERVISOR: VIEWING | NOTING | REVIEWING | OVERSIGHT,
}


def install_roles(using: str, **_: Any) -> None:
    """Give each role the rights that stand here. Receives `post_migrate`."""
    groups = apps.get_model("auth.Group").objects.using(using)
    permissions = apps.get_model("auth.Permission").objects.using(using)
    with transaction.atomic(using=using):
        # Django makes an app's permissions after its own migrations, some after this is called.
        for config in apps.get_app_configs():
            create_permissions(config, verbosity=0, using=using)
        known = {
            f"{permission.content_type.app_label}.{permission.codename}": permission
            for permission in permissions.select_related("content_type")
        }
        for name, rights in ROLES.items():
            role, _created = groups.get_or_create(name=name)
            role.permissions.set([known[right] for right in sorted(rights)])
