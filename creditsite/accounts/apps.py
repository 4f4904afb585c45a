"""The accounts app."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "creditsite.accounts"
    label = "accounts"
    verbose_name = "People and keys"
