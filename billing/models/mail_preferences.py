"""Which mails about payments and plans a customer wants."""

from __future__ import annotations

from django.db import models

from wallet.models import Wallet


class MailPreferences(models.Model):
    """A customer's choice; without a row all mails are sent.

    That a payment failed, a plan ended, or a price will change is told in any case.
    """

    wallet = models.OneToOneField(
        Wallet, on_delete=models.PROTECT, primary_key=True, related_name="mail_preferences"
    )
    receipts = models.BooleanField(default=True, help_text="For each payment.")
    renewals = models.BooleanField(default=True, help_text="Seven days before a plan renews.")
    changes = models.BooleanField(
        default=True, help_text="When a plan was changed, cancelled or resumed."
    )

    class Meta:
        verbose_name_plural = "mail preferences"

    def __str__(self) -> str:
        return f"Mail preferences of {self.wallet}"

    @classmethod
    def of(cls, wallet: Wallet) -> MailPreferences:
        """Return the customer's choice, or what holds without one."""
        return cls.objects.filter(wallet=wallet).first() or cls(wallet=wallet)
