"""`make check`: every linter, type check and consistency check, side by side."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from creditsite.development.plan import BASE_DIR
from creditsite.development.steps import say

PACKAGES = ("creditsite", "wallet", "billing", "disputes", "stripe_sandbox")
# Django looks at the database for migrations it may lack. Nobody listens here, and nothing
# is started: these checks are about the code.
NO_DATABASE = "postgres://nobody@127.0.0.1:1/none"


@dataclass(frozen=True)
class Tool:
    """A tool, and what it must say nothing against."""

    name: str
    command: tuple[str, ...]


def tools() -> list[Tool]:
    """Return all checks, the longest first."""
    manage = ("python", "-W", "ignore::RuntimeWarning", "manage.py")
    templates = [str(path.relative_to(BASE_DIR)) for path in template_files()]
    return [
        Tool("mypy", ("mypy", *PACKAGES, "benchmarks")),
        Tool("sqlfluff", ("sqlfluff", "lint", "--disable-progress-bar", "wallet/sql")),
        Tool("djlint", ("djlint", "--lint", "--quiet", *templates)),
        Tool("migrations", (*manage, "makemigrations", "--check", "--dry-run")),
        Tool("system checks", (*manage, "check", "--fail-level", "WARNING")),
        Tool("import-linter", ("lint-imports", "--no-cache")),
        Tool("djade", ("djade", "--target-version", "5.2", "--check", *templates)),
        Tool("ruff", ("ruff", "check")),
        Tool("ruff format", ("ruff", "format", "--check")),
    ]


def template_files() -> list[Path]:
    """Return the site's templates; the sandbox's are Jinja's."""
    folders = [BASE_DIR / "templates", *(BASE_DIR / name / "templates" for name in PACKAGES)]
    found = [path for folder in folders for path in sorted(folder.rglob("*.html"))]
    return [path for path in found if not path.is_relative_to(BASE_DIR / "stripe_sandbox")]


def run(tool: Tool) -> bool:
    """Run one tool, print its line, and what it said if it was not content."""
    scripts = Path(sys.executable).parent
    began = time.monotonic()
    done = subprocess.run(
        [str(scripts / tool.command[0]), *tool.command[1:]],
        check=False,
        cwd=BASE_DIR,
        env=os.environ | {"DATABASE_URL": NO_DATABASE},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    result = "FAILED" if done.returncode else "ok"
    said = f"\n{done.stdout.rstrip()}\n" if done.returncode else ""
    say(f"{tool.name:<14} {result:<6} {time.monotonic() - began:5.1f} s{said}")
    return done.returncode == 0


def main() -> int:
    """Run all tools, as many at once as there are processors."""
    with ThreadPoolExecutor(os.cpu_count() or 2) as pool:
        results = list(pool.map(run, tools()))
    failed = results.count(False)
    say(f"{failed} of {len(results)} failed" if failed else "All checks passed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
