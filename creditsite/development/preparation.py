"""What must be done before the site can start: settings, database, static files."""

from __future__ import annotations

import hashlib
import time
from importlib.metadata import version
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.checks import run_checks
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.db import connections
from django.db.models.signals import pre_migrate

from creditsite.checks import refuse_bad_settings
from creditsite.development.plan import CannotRun
from creditsite.development.steps import say

PROGRESS_EVERY_SECONDS = 2


def check_settings() -> None:
    """Raise CannotRun with every variable that can't be used; needs no database."""
    try:
        refuse_bad_settings()
    except ImproperlyConfigured as error:
        raise CannotRun(str(error)) from error


def check_system() -> None:
    """Raise CannotRun with every problem that the system checks find."""
    found = [message for message in run_checks() if message.is_serious()]
    if found:
        raise CannotRun("\n".join(f"{message}\n" for message in found))


class MigrationProgress:
    """Counts the migrations as Django prints them; says now and then how far it is."""

    def __init__(self) -> None:
        self.total = 0
        self.done = 0
        self._last_said = time.monotonic()

    def expect(self, plan: list[Any], **_: Any) -> None:
        """Receive `pre_migrate`, which comes once for each app."""
        if not self.total and plan:
            self.total = len(plan)
            say(f"      {self.total} migrations; the first time takes half a minute")

    def write(self, text: str) -> None:
        if "Applying" not in text:
            return
        self.done += 1
        if time.monotonic() - self._last_said >= PROGRESS_EVERY_SECONDS:
            self._last_said = time.monotonic()
            name = text.replace("Applying", "").strip(" .\n")
            say(f"      {self.done} of {self.total}: {name}")

    def flush(self) -> None:
        """Nothing is held back."""


def migrate() -> None:
    """Bring the database up to date."""
    progress = MigrationProgress()
    pre_migrate.connect(progress.expect, weak=False)
    try:
        call_command("migrate", interactive=False, no_color=True, stdout=progress)
    finally:
        pre_migrate.disconnect(progress.expect)
        connections.close_all()


def collect_static_files() -> None:
    """Gather the static files under their hashed names, unless they are as last time."""
    stamp = settings.STATIC_ROOT.with_name("static.stamp")
    state = _static_state()
    if settings.STATIC_ROOT.exists() and stamp.exists() and stamp.read_text() == state:
        return
    call_command("collectstatic", interactive=False, verbosity=0)
    stamp.write_text(state)


def _static_state() -> str:
    digest = hashlib.sha256(f"{version('Django')} {version('whitenoise')}".encode())
    for finder in get_finders():
        for path, storage in finder.list([]):
            changed = storage.get_modified_time(path).timestamp()
            # Folders of their own are served below a prefix.
            served_at = f"{getattr(storage, 'prefix', None) or ''}/{path}"
            digest.update(f"{served_at} {storage.size(path)} {changed}\n".encode())
    return digest.hexdigest()
