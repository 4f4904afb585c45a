"""The operators' admin."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin


class CreditsiteAdminSite(admin.AdminSite):
    """Operators log in where customers do, so that the limits on tries hold for them too."""

    site_header = "Creditsite operators"
    site_title = "Creditsite operators"
    index_title = "Credits, money, jobs"

    login = secure_admin_login(admin.AdminSite.login)
