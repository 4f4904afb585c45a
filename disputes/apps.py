"""The disputes app: nothing stands here yet; see docs/status.md."""

from django.apps import AppConfig


class DisputesConfig(AppConfig):
    name = "disputes"
