"""The site's settings, with what the references need beside it."""

from creditsite.settings import *
from creditsite.settings import INSTALLED_APPS as SITE_APPS

INSTALLED_APPS = [*SITE_APPS, "rest_framework.authtoken", "mptt", "djmoney", "hordak"]
ROOT_URLCONF = "benchmarks.urls"
# dj-stripe and django-mptt bring warnings of their own that say nothing about speed.
DEFAULT_CURRENCY = "EUR"
