"""What the nightly verifications of the ledger found."""

from __future__ import annotations

from typing import ClassVar

from django.contrib import admin
from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe

from creditsite.kernel.admin import ReadOnlyAdmin
from wallet.models import LedgerVerification


@admin.register(LedgerVerification)
class LedgerVerificationAdmin(ReadOnlyAdmin[LedgerVerification]):
    """Verifications, newest first."""

    ordering = ("-id",)
    list_display = ("started_at", "finished_at", "wallets", "entries", "is_clean")
    fields = ("started_at", "finished_at", "wallets", "entries", "found")
    readonly_fields: ClassVar = fields

    @admin.display(description="no fault", boolean=True)
    def is_clean(self, verification: LedgerVerification) -> bool:
        return not verification.faults

    @admin.display(description="faults")
    def found(self, verification: LedgerVerification) -> SafeString | str:
        lines = ((fault,) for fault in verification.faults)
        return format_html_join(mark_safe("<br>"), "{}", lines) or "None"
