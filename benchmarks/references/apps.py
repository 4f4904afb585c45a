"""The site's accounts without what only its pages need."""

from django.apps import AppConfig


class PlainAccounts(AppConfig):
    """The models alone: no log-in pages whose second factors would be logged."""

    name = "creditsite.accounts"
