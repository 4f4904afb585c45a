"""The sandbox's tests: everything over real HTTP, held against Stripe's published schema."""
