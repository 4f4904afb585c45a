"""The site for WSGI servers. Bad settings stop it here, with every problem named."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "creditsite.settings")

application = get_wsgi_application()

from creditsite.checks import refuse_bad_settings  # noqa: E402  (apps must be ready first)

refuse_bad_settings()
