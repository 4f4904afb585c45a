"""The accounts app."""

from django.apps import AppConfig
from django.db.models.signals import pre_migrate

from creditsite.kernel.quick_migrations import join_removals


class AccountsConfig(AppConfig):
    name = "creditsite.accounts"
    label = "accounts"
    verbose_name = "People and keys"

    def ready(self) -> None:
        pre_migrate.connect(join_removals, sender=self)
        # It imports models, which are there only now.
        from creditsite.accounts import factor_log

        factor_log.listen()
