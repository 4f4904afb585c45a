"""People and programs that come in: log-ins and API keys."""
