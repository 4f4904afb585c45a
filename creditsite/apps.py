"""How Django's own apps are set up here."""

from django.contrib.admin.apps import AdminConfig
from django.db.models.signals import post_migrate

from creditsite.roles import install_roles


class CreditsiteAdminConfig(AdminConfig):
    """The admin with our site in it, which may import apps: it is loaded after them."""

    default_site = "creditsite.admin_site.CreditsiteAdminSite"

    def ready(self) -> None:
        super().ready()
        post_migrate.connect(install_roles, sender=self)
