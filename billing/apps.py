"""The billing app."""

from django.apps import AppConfig


class BillingConfig(AppConfig):
    name = "billing"

    def ready(self) -> None:
        from billing import checks, gateway  # noqa: F401  (checks register themselves)

        gateway.limit_default_timeouts()
