"""Applications, middleware, templates, static files, time."""

from pathlib import Path

from creditsite.settings.environment import BASE_DIR, flag, read

DEBUG = read("DEBUG", flag, default="false", expects="true or false", check_id="creditsite.E001")
DATA_DIR: Path = read(
    "DATA_DIR",
    lambda text: Path(text).expanduser().resolve(),
    default=str(BASE_DIR / ".data"),
    expects="a folder for the embedded database and generated files",
    check_id="creditsite.E002",
    valid=lambda path: not path.exists() or path.is_dir(),
)
LEDGER_HEADS_DIR: Path = (
    read(
        "LEDGER_HEADS_DIR",
        lambda text: Path(text).expanduser().resolve() if text else None,
        default="",
        expects="a folder for the signed heads of every night; empty is DATA_DIR/heads",
        check_id="creditsite.E004",
        valid=lambda path: not path.exists() or path.is_dir(),
    )
    or DATA_DIR / "heads"
)

INSTALLED_APPS = [
    "creditsite.apps.CreditsiteAdminConfig",
    "creditsite.accounts",
    "wallet",
    "billing",
    "disputes",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_htmx",
    "pgtrigger",
    "procrastinate.contrib.django",
    "djstripe",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "creditsite.middleware.PrivateCacheMiddleware",
    "creditsite.middleware.ApiHostMiddleware",
    "creditsite.middleware.BodySizeMiddleware",
    "creditsite.middleware.ProgramMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "creditsite.accounts.second_factor.SecondFactorMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "creditsite.middleware.RefusalMiddleware",
]

ROOT_URLCONF = "creditsite.urls"
WSGI_APPLICATION = "creditsite.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "libraries": {"creditsite_format": "creditsite.kernel.formatting"},
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# A job held back by its customer's lock is looked for again after a second, not five.
PROCRASTINATE_WORKER_DEFAULTS = {
    "concurrency": 4,
    "fetch_job_polling_interval": 1,
    "delete_jobs": "successful",
    # A worker that was killed is noticed, and its jobs taken up, within half a minute.
    "update_heartbeat_interval": 3,
    "stalled_worker_timeout": 10,
}

# Counts of tries must be the same for every process, and many more than Django's 300: who knocks
# under many names would push out what is counted of the one. What a process keeps for itself may
# be out of date for the few seconds it is kept.
CACHES = {
    "process": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "creditsite_cache",
        "OPTIONS": {"MAX_ENTRIES": 10_000},
    },
}
# In the session, not in a cookie: a new platform key is shown by such a message.
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = True

HASHED_STATIC_FILES = read(
    "HASHED_STATIC_FILES",
    flag,
    default="false",
    expects="true once `manage.py collectstatic` has run",
    check_id="creditsite.E003",
)
STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
# The pictures of the documents, which the help shows.
STATICFILES_DIRS = [BASE_DIR / "static", ("documents", BASE_DIR / "docs" / "img")]
WHITENOISE_USE_FINDERS = not HASHED_STATIC_FILES
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": (
            "creditsite.static_storage.HashedStaticFiles"
            if HASHED_STATIC_FILES
            else "django.contrib.staticfiles.storage.StaticFilesStorage"
        )
    },
}
