"""A wallet in plain Python, and what the tests do to a real one."""
