"""A year of thirty customers, lived on the sandbox in moved time."""
