"""What time it is for an object: by its customer's test clock, or by the account's clock."""

from stripe_sandbox.accounts import Account, Object

TEST_CLOCK = "test_helpers.test_clock"
# How a thing without a customer of its own leads to one that has.
WAYS_TO_A_CUSTOMER = {
    "subscription": "subscription",
    "invoice": "invoice",
    "charge": "charge",
    "payment_intent": "payment_intent",
}


def clock_of(account: Account, thing: Object | None) -> str | None:
    """Return the id of the test clock that an object lives by, if it lives by one."""
    if thing is None:
        return None
    if thing.get("object") == TEST_CLOCK:
        return str(thing["id"])
    if thing.get("test_clock"):
        return str(thing["test_clock"])
    owner = account.of_kind("customer").get(thing.get("customer") or "")
    if owner is not None:
        return owner.get("test_clock")
    for name, kind in WAYS_TO_A_CUSTOMER.items():
        nearer = account.of_kind(kind).get(_id_in(thing, name))
        if nearer is not None and nearer is not thing:
            return clock_of(account, nearer)
    return None


def time_of(account: Account, thing: Object | None = None) -> float:
    """Return the moment, in unix time, that it is for an object; or for the account."""
    return account.time(clock_of(account, thing))


def _id_in(thing: Object, name: str) -> str:
    value = thing.get(name)
    return value if isinstance(value, str) else ""
