"""Logs: one line an event, on standard error."""

from typing import Any

from creditsite.settings.environment import read

LOG_LEVEL = read(
    "LOG_LEVEL",
    str.upper,
    default="INFO",
    expects="DEBUG, INFO, WARNING or ERROR",
    check_id="creditsite.E050",
    valid=lambda level: level in {"DEBUG", "INFO", "WARNING", "ERROR"},
)
LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": LOG_LEVEL},
    "loggers": {
        "django.server": {"level": "WARNING"},
        "procrastinate": {"level": "WARNING"},
        "stripe": {"level": "WARNING"},
        "djstripe": {"level": "WARNING"},
        "urllib3": {"level": "WARNING"},
    },
}
