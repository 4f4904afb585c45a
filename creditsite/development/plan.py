"""What one run of the site uses: ports, addresses, folders, the environment of its processes."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import environ

BASE_DIR = Path(__file__).resolve().parent.parent.parent
SANDBOX_KEY = "sk_test_creditsite0sandbox0local"
LARGEST_PORT = 65_535


class CannotRun(Exception):
    """The site can't be started; the message tells the person what to change."""


@dataclass(frozen=True)
class Plan:
    """One run: `sandbox_port` is None where Stripe's own test mode is used."""

    data: Path
    port: int
    sandbox_port: int | None

    @property
    def site(self) -> str:
        return f"http://localhost:{self.port}"

    @property
    def local_address(self) -> str:
        """The site for programs on this machine: `localhost` may be an IPv6 address."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def sandbox(self) -> str | None:
        return f"http://127.0.0.1:{self.sandbox_port}" if self.sandbox_port else None

    @property
    def demo_file(self) -> Path:
        return self.data / "demo.json"

    def environment(self) -> dict[str, str]:
        """Return what the settings of every process of the run have to say."""
        values = {
            "DJANGO_SETTINGS_MODULE": "creditsite.settings",
            "DATA_DIR": str(self.data),
            "PORT": str(self.port),
            "SITE_URL": os.environ.get("SITE_URL") or self.site,
            "HASHED_STATIC_FILES": "true",
            # Whoever tries the demo has its operator's password and nothing else.
            "STAFF_MFA_REQUIRED": os.environ.get("STAFF_MFA_REQUIRED") or "false",
            "PYTHONPATH": os.pathsep.join(
                filter(None, [str(BASE_DIR), os.environ.get("PYTHONPATH")])
            ),
            "PYTHONUNBUFFERED": "1",
        }
        if self.sandbox:
            values["STRIPE_API_BASE"] = self.sandbox
        return values


def read_plan() -> Plan:
    """Read the plan from the environment and `.env`."""
    environ.Env.read_env(BASE_DIR / ".env")
    port = _port("PORT", 8000)
    sandbox_port = None if _uses_stripe_itself() else read_sandbox_port()
    if port == sandbox_port:
        raise CannotRun("PORT and SANDBOX_PORT are the same. Give them different numbers.")
    data = Path(os.environ.get("DATA_DIR") or BASE_DIR / ".data").expanduser().resolve()
    try:
        data.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CannotRun(f"DATA_DIR can't be used: {error}. Set it to a folder.") from error
    return Plan(data, port, sandbox_port)


def read_sandbox_port() -> int:
    """Read the sandbox's port from the environment and `.env`."""
    environ.Env.read_env(BASE_DIR / ".env")
    return _port("SANDBOX_PORT", 12111)


def _port(variable: str, default: int) -> int:
    text = os.environ.get(variable, "").strip() or str(default)
    if not text.isdecimal() or not 0 < int(text) <= LARGEST_PORT:
        raise CannotRun(f"{variable} is {text!r}. Set it to a number from 1 to {LARGEST_PORT}.")
    return int(text)


def _uses_stripe_itself() -> bool:
    """Tell whether a Stripe account of the person's own, or a sandbox of theirs, is set."""
    key = os.environ.get("STRIPE_TEST_SECRET_KEY", "").strip()
    return key not in ("", SANDBOX_KEY) or bool(os.environ.get("STRIPE_API_BASE", "").strip())
