"""The customer's wallet pages."""
