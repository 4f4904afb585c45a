"""A database backend: Django's own for PostgreSQL, with a health check that asks nothing."""
