"""Where Stripe tells us what happened."""
