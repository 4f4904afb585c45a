"""Keys, hosts, cookies, headers."""

import secrets
from base64 import b64decode
from pathlib import Path

from csp.constants import NONE, SELF

from creditsite.settings.core import DATA_DIR, DEBUG
from creditsite.settings.environment import env, read, words
from creditsite.settings.stripe import STRIPE_API_BASE


def _kept_secret(path: Path) -> str:
    """Return the secret of this installation, made at the first start."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        # Written aside and linked: of two processes starting at once, one wins for both.
        draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(50))
        try:
            path.hardlink_to(draft)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text().strip()


SECRET_KEY = read(
    "SECRET_KEY",
    str,
    default="",
    expects="at least 50 random characters; empty makes one and keeps it in DATA_DIR",
    check_id="creditsite.E020",
    valid=lambda key: len(key) >= 50,
) or _kept_secret(DATA_DIR / "secret_key")

SECRET_KEY_FALLBACKS: list[str] = read(
    "SECRET_KEY_FALLBACKS",
    words,
    default="",
    expects="earlier values of SECRET_KEY, separated by commas, while they are being replaced",
    check_id="creditsite.E024",
    valid=lambda keys: all(len(key) >= 50 for key in keys),
)

# Empty: a key made from SECRET_KEY.
STATEMENT_SIGNING_KEY: bytes = read(
    "STATEMENT_SIGNING_KEY",
    lambda text: b64decode(text, validate=True),
    default="",
    expects="the 32 bytes of an Ed25519 seed in base64; empty derives them from SECRET_KEY",
    check_id="creditsite.E023",
    valid=lambda seed: len(seed) == 32,
)

SITE_URL = read(
    "SITE_URL",
    lambda text: text.rstrip("/"),
    default=f"http://localhost:{env.str('PORT', default='') or '8000'}",
    expects="the site's own address, such as https://credits.example.com",
    check_id="creditsite.E021",
    valid=lambda url: url.startswith(("http://", "https://")),
)
ALLOWED_HOSTS = read(
    "ALLOWED_HOSTS",
    words,
    default="localhost,.localhost,127.0.0.1,[::1]",
    expects="host names, separated by commas",
    check_id="creditsite.E022",
    valid=lambda hosts: all("/" not in host for host in hosts),
)

_https = SITE_URL.startswith("https://")
CSRF_TRUSTED_ORIGINS = [SITE_URL]
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _https
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _https else None
SECURE_SSL_REDIRECT = _https and not DEBUG
SECURE_REDIRECT_EXEMPT = [r"^health$"]
SECURE_HSTS_SECONDS = 31_536_000 if _https else 0
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

MAX_BODY_BYTES = 1_048_576
DATA_UPLOAD_MAX_MEMORY_SIZE = MAX_BODY_BYTES

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        # The top-up form is answered with a redirect to Checkout, which form-action also governs.
        "form-action": [SELF, STRIPE_API_BASE or "https://checkout.stripe.com"],
    }
}
