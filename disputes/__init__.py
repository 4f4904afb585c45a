"""Disputes: a customer doubts a charge, an operator rules on it."""
