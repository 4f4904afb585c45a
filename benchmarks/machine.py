"""Where a run took place: the machine, PostgreSQL, its settings."""

from __future__ import annotations

import os
import platform
from importlib.metadata import version
from pathlib import Path

import psycopg

SETTINGS = (
    *("fsync", "synchronous_commit", "full_page_writes", "wal_sync_method", "commit_delay"),
    *("shared_buffers", "max_wal_size", "checkpoint_timeout", "work_mem", "max_connections"),
    *("autovacuum", "io_method", "jit", "plan_cache_mode"),
)
PACKAGES = ("Django", "psycopg", "djangorestframework", "granian", "django-hordak")


def describe(server_url: str) -> dict[str, str]:
    """Return what somebody needs to know to judge the figures, by name."""
    with psycopg.connect(server_url) as session:
        settings = {
            name: session.execute("SELECT current_setting(%s)", [name]).fetchone()
            for name in SETTINGS
        }
        found = session.execute("SELECT version()").fetchone()
    return {
        "machine": f"{platform.system()} {platform.release()} {platform.machine()}",
        "processor": _processor(),
        "cores": str(os.cpu_count()),
        "load before": ", ".join(f"{load:.2f}" for load in os.getloadavg()),
        "Python": platform.python_version(),
        "packages": ", ".join(f"{name} {version(name)}" for name in PACKAGES),
        "PostgreSQL": str(found[0]) if found else "",
        "settings": ", ".join(f"{name}={row[0]}" for name, row in settings.items() if row),
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    names = {line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")}
    return ", ".join(sorted(names)) or platform.processor()
