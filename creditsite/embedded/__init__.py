"""The embedded PostgreSQL: a Django backend that starts its server by itself, for development."""
