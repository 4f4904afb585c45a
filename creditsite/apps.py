"""How Django's own apps are set up here."""

from django.contrib.admin.apps import AdminConfig


class CreditsiteAdminConfig(AdminConfig):
    """The admin with our site in it, which may import apps: it is loaded after them."""

    default_site = "creditsite.admin_site.CreditsiteAdminSite"
