"""Tests of log-ins and API keys."""
