"""What the database itself refuses about packages, whoever writes."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from billing.models import Package, PackageVersion, StripePrice, StripeProduct
from billing.tests.test_constraints import copy_of

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("constraint", "change"),
    [
        ("package_state_known", {"state": "lost"}),
        ("package_visibility_known", {"visibility": "some"}),
        ("package_has_name", {"name": ""}),
        ("package_fixed", {"slug": "other"}),
    ],
)
def test_a_package_row_is_legal(constraint: str, change: dict[str, Any]) -> None:
    with pytest.raises(DatabaseError, match=constraint.replace("package_fixed", "slug")):
        Package.objects.filter(slug="starter").update(**change)


@pytest.mark.parametrize(
    ("constraint", "change"),
    [
        ("package_version_number_unique", {"number": 1}),
        ("package_version_counts_from_1", {"number": 0}),
        ("package_version_price_positive", {"price_cents": 0}),
        ("package_version_credits_positive", {"credits": 0}),
        ("package_version_interval_known", {"interval": "week"}),
        ("package_version_rollover_known", {"rollover": "some", "rollover_months": 1}),
        ("package_version_cap_where_capped", {"rollover_cap": 5}),
        ("package_version_cap_where_capped", {"rollover": "capped", "rollover_months": 1}),
        ("package_version_months_where_rolled_over", {"rollover_months": 1}),
        ("package_version_months_where_rolled_over", {"rollover": "all"}),
        ("package_version_months_1_to_60", {"rollover": "all", "rollover_months": 61}),
        (
            "package_version_cap_within_credits",
            {"rollover": "capped", "rollover_cap": 221, "rollover_months": 1},
        ),
        ("package_version_discount_below_100", {"top_up_discount_percent": 100}),
    ],
)
def test_a_version_row_is_legal(constraint: str, change: dict[str, Any]) -> None:
    version = copy_of(PackageVersion.objects.get(package__slug="starter"), **{"number": 2} | change)
    with pytest.raises(IntegrityError, match=constraint):
        version.save(force_insert=True)


def test_a_version_stays_as_it_was_published() -> None:
    for change in (PackageVersion.objects.all().delete, lambda: price_all(1)):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            change()


def price_all(cents: int) -> None:
    PackageVersion.objects.all().update(price_cents=cents)


def test_stripes_ids_are_named_and_there_is_one_per_mode() -> None:
    version = PackageVersion.objects.get(package__slug="starter")
    for model, owner in (
        (StripePrice, {"version": version}),
        (StripeProduct, {"package": version.package}),
    ):
        model.objects.create(**owner, livemode=False, stripe_id="x")
        for stripe_id, constraint in (("y", "one_per_mode"), ("", "has_id")):
            livemode = stripe_id == ""
            with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
                model.objects.create(**owner, livemode=livemode, stripe_id=stripe_id)
