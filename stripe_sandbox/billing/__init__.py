"""Subscriptions and invoices: what is owed, when, and how it is collected."""
