"""The operators' admin."""

from django.contrib import admin
from django.contrib.admin.apps import AdminConfig


class CreditsiteAdminConfig(AdminConfig):
    default_site = "creditsite.admin_site.CreditsiteAdminSite"


class CreditsiteAdminSite(admin.AdminSite):
    site_header = "Creditsite operators"
    site_title = "Creditsite operators"
    index_title = "Credits, money, jobs"
