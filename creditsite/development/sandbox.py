"""`python -m creditsite.development.sandbox`, which `make sandbox` calls: the sandbox alone."""

from __future__ import annotations

import os
import sys

from creditsite.development.plan import BASE_DIR, CannotRun, read_sandbox_port


def main() -> None:
    """Become the sandbox on the port of `make run`; options of its own come after that."""
    try:
        port = read_sandbox_port()
    except CannotRun as error:
        sys.exit(str(error))
    os.chdir(BASE_DIR)
    command = [sys.executable, "-m", "stripe_sandbox", "--port", str(port), *sys.argv[1:]]
    os.execv(sys.executable, command)


if __name__ == "__main__":
    main()
