"""A worker process that lives in moved time: `MOVED_TO` is when it starts."""

from __future__ import annotations

import os
import sys

import time_machine

if __name__ == "__main__":
    time_machine.travel(float(os.environ["MOVED_TO"]), tick=True).start()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "creditsite.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(
        ["manage.py", "procrastinate", "worker", "--concurrency", "4", *sys.argv[1:]]
    )
