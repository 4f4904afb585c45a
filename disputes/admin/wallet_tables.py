"""What the page of a wallet lists of its customer's disputes."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse

from creditsite.kernel.credits import ZERO
from disputes.models import Dispute
from wallet.admin.tables import Cell, Table, moment, number
from wallet.models import Wallet

NEWEST = 10


def dispute_tables(wallet: Wallet) -> Iterator[Table]:
    """Yield the newest disputes of the wallet, where there are any."""
    disputes = Dispute.objects.filter(wallet=wallet).with_sums().order_by("-pk")[:NEWEST]
    if disputes:
        yield Table(
            title="Disputes",
            heads=("Dispute", "Reason", "Status", "Credits back", "Opened"),
            rows=[
                [
                    Cell(str(each.pk), reverse("admin:disputes_dispute_change", args=[each.pk])),
                    Cell(each.get_reason_display()),
                    Cell(each.get_status_display()),
                    number(each.refunded or ZERO),
                    moment(each.opened_at),
                ]
                for each in disputes
            ],
        )
