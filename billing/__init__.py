"""Money: quotes, top-ups, Stripe."""
