"""The billing app."""

from django.apps import AppConfig


class BillingConfig(AppConfig):
    name = "billing"

    def ready(self) -> None:
        from billing import checks, gateway  # noqa: F401  (checks register themselves)
        from billing.actions.mail_texts import BILLING_MAILINGS
        from wallet.actions.mails import MAILINGS

        gateway.limit_default_timeouts()
        MAILINGS.update(BILLING_MAILINGS)
