"""`python -m creditsite.development.run`, which `make run` calls."""

from __future__ import annotations

import os
import signal
import sys
from contextlib import ExitStack
from pathlib import Path

from creditsite.development.exclusive import RunLock, check_ports
from creditsite.development.plan import BASE_DIR, CannotRun, Plan, read_plan
from creditsite.development.steps import say, step
from creditsite.embedded import server
from creditsite.embedded.cluster import ServerFailed


class Stopped(BaseException):
    """A signal asked for the end while the run was still being prepared."""


def main() -> int:
    """Run the site until a signal ends it; return the exit code."""
    signal.signal(signal.SIGINT, _stop)
    signal.signal(signal.SIGTERM, _stop)
    # A closed terminal. Whoever handles SIGTERM at that moment knows how to end.
    signal.signal(signal.SIGHUP, lambda *_: signal.raise_signal(signal.SIGTERM))
    try:
        with ExitStack() as ending:
            return run(read_plan(), ending)
    except Stopped:
        return 0
    except (CannotRun, ServerFailed) as error:
        sys.stderr.write(f"\n{error}\n")
        return 1


def run(plan: Plan, ending: ExitStack) -> int:
    """Prepare everything, then run the processes; `ending` undoes what was started."""
    lock = RunLock(plan.data)
    ending.callback(lock.release)
    ended_badly = lock.acquire()
    plan.demo_file.unlink(missing_ok=True)
    os.environ.update(plan.environment())

    with step(1, "Checking settings and ports"):
        check_ports(plan, wait=ended_badly)
        from creditsite.development import preparation

        _set_up_django()
        preparation.check_settings()
    environment = dict(os.environ) | _start_database(plan, ending)
    with step(3, "Running system checks"):
        preparation.check_system()
    with step(4, "Migrating the database"):
        preparation.migrate()
    with step(5, "Collecting static files"):
        preparation.collect_static_files()

    from creditsite.development.processes import Site

    ending.callback(plan.demo_file.unlink, missing_ok=True)
    code = Site(plan, environment).run()
    _ignore_signals()
    return code


def _set_up_django() -> None:
    # Not at the top of the module: the settings read the environment that the plan makes.
    import django

    django.setup()


def _start_database(plan: Plan, ending: ExitStack) -> dict[str, str]:
    """Start the embedded server, unless `DATABASE_URL` names one; return what names it."""
    from django.conf import settings

    if settings.DATABASE_URL:
        with step(2, "Using the PostgreSQL of DATABASE_URL"):
            return {}
    folder = plan.data / "postgres"
    with step(2, f"Starting PostgreSQL 18 in {_short(folder)}"):
        ending.callback(_stop_database, folder)
        running = server.start(folder)
        server.ensure_database(running, "creditsite")
    return {"DATABASE_URL": running.url("creditsite")}


def _stop_database(folder: Path) -> None:
    say("Stopping PostgreSQL …")
    server.stop(folder)
    say("Stopped.")


def _short(path: Path) -> str:
    return str(path.relative_to(BASE_DIR) if path.is_relative_to(BASE_DIR) else path)


def _stop(*_: object) -> None:
    _ignore_signals()
    raise Stopped


def _ignore_signals() -> None:
    """From here on everything only ends; another Ctrl-C must not break that off."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)


if __name__ == "__main__":
    sys.exit(main())
