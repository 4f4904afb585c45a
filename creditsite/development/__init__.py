"""`make run`: the whole site with database, worker and Stripe sandbox from one command."""
