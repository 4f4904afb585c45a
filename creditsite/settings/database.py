"""PostgreSQL: the server `DATABASE_URL` names, else the embedded one."""

from typing import Any

import environ

from creditsite.settings.environment import flag, read

DATABASE_URL = read(
    "DATABASE_URL",
    str,
    default="",
    expects="postgres://user:password@host:5432/name; empty starts the embedded PostgreSQL",
    check_id="creditsite.E010",
    valid=lambda url: url.startswith(("postgres://", "postgresql://")),
)

_database: dict[str, Any]
if DATABASE_URL:
    _database = environ.Env.db_url_config(DATABASE_URL)
    _database["ENGINE"] = "creditsite.postgresql"
else:
    _database = {"ENGINE": "creditsite.embedded", "NAME": "creditsite", "USER": "postgres"}
PREPARED_STATEMENTS = read(
    "DATABASE_PREPARED_STATEMENTS",
    flag,
    default="true",
    expects="false behind a pooler that hands a connection from transaction to transaction",
    check_id="creditsite.E011",
)

_database |= {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True, "DISABLE_SERVER_SIDE_CURSORS": False}

DATABASES = {"default": _database}
