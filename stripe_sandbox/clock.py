"""The time that objects of the sandbox are stamped with."""

import time


class Clock:
    """Unix time for objects and due dates; deliveries are signed with the machine's own time."""

    def now(self) -> int:
        """Return whole seconds, as they appear in objects."""
        return int(self.time())

    def time(self) -> float:
        """Return the moment with its fraction, for due dates."""
        return time.time()
