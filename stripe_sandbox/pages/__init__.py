"""Pages for people: hosted Checkout, and the sandbox's own front page."""
