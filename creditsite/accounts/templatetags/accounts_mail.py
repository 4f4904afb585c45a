"""Where mails are on a site that sends none: `{% load accounts_mail %}`."""

from __future__ import annotations

from django import template
from django.conf import settings

register = template.Library()

KEPT_AS_FILES = "django.core.mail.backends.filebased.EmailBackend"


@register.simple_tag
def mail_folder() -> str:
    """Return the folder that mails are kept in; empty where they are sent, or money is real."""
    if settings.EMAIL_BACKEND != KEPT_AS_FILES or settings.STRIPE_LIVE_MODE:
        return ""
    return str(settings.EMAIL_FILE_PATH)
