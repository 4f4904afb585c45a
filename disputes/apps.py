"""The disputes app."""

from django.apps import AppConfig


class DisputesConfig(AppConfig):
    name = "disputes"

    def ready(self) -> None:
        from disputes.actions.mail_texts import DISPUTE_MAILINGS
        from wallet.actions.mails import MAILINGS

        MAILINGS.update(DISPUTE_MAILINGS)
