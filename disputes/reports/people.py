"""Who did something in a case, as its readers call them."""

from __future__ import annotations

from collections.abc import Iterable

from creditsite.accounts.models import User


def for_customer(actor: str, customer_id: int) -> str:
    """Return how a customer reads an actor; operators stay without a name."""
    kind, _, name = actor.partition(":")
    if kind == "user":
        return "You" if name == str(customer_id) else "An operator"
    return f"API key {name}" if kind == "api_key" else "Creditsite"


def for_operators(actors: Iterable[str]) -> dict[str, str]:
    """Return how operators read each of the actors: people by their address. One query."""
    named = {actor: actor.partition(":")[2] for actor in actors if actor.startswith("user:")}
    people = User.objects.in_bulk([int(name) for name in named.values()])
    return {actor: str(people.get(int(name), actor)) for actor, name in named.items()}
