"""Log-in by e-mail and second factor (allauth), passwords, mail."""

from urllib.parse import urlsplit

import environ

from creditsite.settings.core import DATA_DIR
from creditsite.settings.environment import flag, read
from creditsite.settings.security import SITE_URL

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "wallet:overview"
ACCOUNT_LOGOUT_REDIRECT_URL = "home"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_CONFIRM_EMAIL_ON_GET = False
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_SESSION_REMEMBER = True
# One account may be tried from many addresses; one address may serve a whole office.
# Who tries codes knows the password already: fewer of them in a day.
ACCOUNT_RATE_LIMITS = {"login_failed": "10/5m/key,60/5m/ip", "second_factor": "50/d/key"}
ACCOUNT_ADAPTER = "creditsite.accounts.adapter.AccountAdapter"
ACCOUNT_EMAIL_NOTIFICATIONS = True
# Without it every client behind a proxy has the proxy's address, and shares its limits.
ALLAUTH_TRUSTED_PROXY_COUNT = read(
    "TRUSTED_PROXY_COUNT",
    int,
    default="0",
    expects="how many proxies of yours stand before the site, such as 1",
    check_id="creditsite.E042",
    valid=lambda count: 0 <= count <= 10,
)

STAFF_MFA_REQUIRED: bool = read(
    "STAFF_MFA_REQUIRED",
    flag,
    default="true",
    expects="false lets operators in without a second factor; for demos and tests only",
    check_id="creditsite.E043",
)
MFA_ADAPTER = "creditsite.accounts.adapter.MFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = urlsplit(SITE_URL).netloc
# One step before and after: clocks differ, and a code is typed while it ends.
MFA_TOTP_TOLERANCE = 1
MFA_FORMS = {
    "authenticate": "creditsite.accounts.factor_forms.CodeForm",
    "reauthenticate": "creditsite.accounts.factor_forms.CodeAgainForm",
}

EMAIL_URL = read(
    "EMAIL_URL",
    str,
    default="filemail:///",
    expects="smtp://user:password@host:25, or filemail:/// to keep mails in DATA_DIR/mail",
    check_id="creditsite.E040",
    valid=lambda url: url.startswith(
        ("smtp://", "smtp+tls://", "smtp+ssl://", "smtps://", "filemail://", "consolemail://")
    ),
)
_email = environ.Env.email_url_config(EMAIL_URL)
EMAIL_BACKEND = _email["EMAIL_BACKEND"]
EMAIL_HOST = _email.get("EMAIL_HOST") or "localhost"
EMAIL_PORT = _email.get("EMAIL_PORT") or 25
EMAIL_HOST_USER = _email.get("EMAIL_HOST_USER") or ""
EMAIL_HOST_PASSWORD = _email.get("EMAIL_HOST_PASSWORD") or ""
EMAIL_USE_TLS = bool(_email.get("EMAIL_USE_TLS"))
EMAIL_USE_SSL = bool(_email.get("EMAIL_USE_SSL"))
EMAIL_FILE_PATH = DATA_DIR / "mail"
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = read(
    "DEFAULT_FROM_EMAIL",
    str,
    default="Creditsite <credits@example.com>",
    expects="the sender of mails, such as Name <name@example.com>",
    check_id="creditsite.E041",
    valid=lambda sender: "@" in sender,
)
