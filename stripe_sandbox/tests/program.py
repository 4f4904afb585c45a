"""Run the sandbox as a program of its own, as people do."""

import re
import signal
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
READY = re.compile(r"^Stripe sandbox ready on (http://\S+)$")


class Program:
    """A running ``python -m stripe_sandbox``; ``url`` is where it listens."""

    def __init__(self, *options: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "stripe_sandbox", "--port", "0", *options],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout
        line = self.process.stdout.readline().strip()
        match = READY.match(line)
        if match is None:
            self.kill()
            raise AssertionError(f"the sandbox did not start: {line!r}")
        self.url = match.group(1)

    def stop(self) -> None:
        """End it the polite way, and wait."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """End it without a warning, and wait."""
        self._end(signal.SIGKILL)

    def _end(self, how: signal.Signals) -> None:
        if self.process.poll() is None:
            self.process.send_signal(how)
        self.process.wait(timeout=15)
        if self.process.stdout:
            self.process.stdout.close()
