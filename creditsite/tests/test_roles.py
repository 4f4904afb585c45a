"""The operators' roles: groups whose rights are the product's own."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group, Permission

from creditsite.roles import FINANCE, ROLES, SUPERVISOR, SUPPORT, install_roles


def rights_of(role: str) -> set[str]:
    found = Group.objects.get(name=role).permissions.select_related("content_type")
    return {f"{right.content_type.app_label}.{right.codename}" for right in found}


@pytest.mark.parametrize("role", ROLES)
def test_a_role_has_its_rights_after_migrating(db: None, role: str) -> None:
    assert rights_of(role) == ROLES[role]


def test_what_was_changed_by_hand_is_put_right_and_other_groups_are_left_alone(db: None) -> None:
    support = Group.objects.get(name=SUPPORT)
    support.permissions.clear()
    support.permissions.add(Permission.objects.get(codename="change_wallet"))
    own = Group.objects.create(name="Auditors")
    own.permissions.add(Permission.objects.get(codename="view_wallet"))
    install_roles(using="default")
    assert rights_of(SUPPORT) == ROLES[SUPPORT]
    assert rights_of("Auditors") == {"wallet.view_wallet"}


def test_nobody_who_moves_money_judges_appeals() -> None:
    assert "disputes.rule_on_appeal" not in ROLES[FINANCE]
    assert "wallet.change_wallet" not in ROLES[SUPERVISOR] | ROLES[SUPPORT]
