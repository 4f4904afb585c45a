"""A local stand-in of the Stripe API with hosted Checkout and signed webhooks."""

API_VERSION = "2026-08-26.dahlia"
