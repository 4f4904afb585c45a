"""Keep what a verification of the ledger found, and tell the operators of faults."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse

from creditsite.accounts.models import User
from creditsite.kernel import clock
from wallet.heads import HeadsUnreadable, export_heads, newest_export, read_heads
from wallet.models import LedgerVerification
from wallet.verification import Fault, first_of_each_rule, verify_heads, verify_wallets

logger = logging.getLogger(__name__)


def verify_ledger() -> LedgerVerification:
    """Verify all wallets and the newest export of heads, keep the result, export the heads anew.

    Faults are logged as an error and mailed to every operator. No heads are exported while those
    from before are not in the chains: they stay the measure, and each run tells of it, until an
    operator accepts what is there by exporting heads anew.
    """
    started_at = clock.now()
    wallets = entries = 0
    faults: list[Fault] = []
    for progress in verify_wallets():
        wallets += progress.wallets
        entries += progress.entries
        faults += progress.faults
    head_faults = _head_faults()
    faults += head_faults
    verification = record_verification(
        started_at=started_at, wallets=wallets, entries=entries, faults=faults
    )
    if not head_faults or newest_export() is None:
        export_heads()
    if verification.faults:
        _mail(verification)
    return verification


def record_verification(
    *, started_at: datetime, wallets: int, entries: int, faults: Iterable[Fault]
) -> LedgerVerification:
    """Keep the result of a verification that ends now: the first fault of each rule, logged too."""
    verification = LedgerVerification.objects.create(
        started_at=started_at,
        finished_at=clock.now(),
        wallets=wallets,
        entries=entries,
        faults=[str(fault) for fault in first_of_each_rule(faults)],
    )
    if verification.faults:
        logger.error("The ledger has faults: %s", "; ".join(verification.faults))
    return verification


def _head_faults() -> list[Fault]:
    path = newest_export()
    if path is None:
        # The first run of all has none to look at.
        if not LedgerVerification.objects.exists():
            return []
        return [Fault("heads", 0, 0, "the export of the run before is gone")]
    try:
        return list(verify_heads(read_heads(path)))
    except HeadsUnreadable as problem:
        return [Fault("heads", 0, 0, str(problem))]


def _mail(verification: LedgerVerification) -> None:
    operators = User.objects.filter(is_staff=True, is_active=True).values_list("email", flat=True)
    path = reverse("admin:wallet_ledgerverification_change", args=[verification.pk])
    text = render_to_string(
        "emails/ledger_faults.txt",
        {"verification": verification, "url": f"{settings.SITE_URL}{path}"},
    )
    EmailMessage("The ledger has faults", text, bcc=list(operators)).send()
