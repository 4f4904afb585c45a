"""Refusals in Stripe's error envelope."""

from typing import Any

DOCS = "https://docs.stripe.com/error-codes#"


class StripeError(Exception):
    """A refusal that the API answers with; ``body()`` is what goes over the wire.

    ``replayable`` is false for refusals made before the operation began: Stripe
    does not keep those under an idempotency key.
    """

    def __init__(
        self,
        status: int,
        message: str,
        *,
        kind: str = "invalid_request_error",
        code: str | None = None,
        param: str | None = None,
        decline_code: str | None = None,
        extras: dict[str, Any] | None = None,
        replayable: bool = True,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.kind = kind
        self.code = code
        self.param = param
        self.decline_code = decline_code
        self.extras = extras or {}
        self.replayable = replayable

    def details(self) -> dict[str, Any]:
        """Return the error object without the envelope, as in ``last_payment_error``."""
        known = {
            "code": self.code,
            "decline_code": self.decline_code,
            "doc_url": DOCS + self.code.replace("_", "-") if self.code else None,
            "message": self.message,
            "param": self.param,
            "type": self.kind,
        }
        return {name: value for name, value in known.items() if value is not None} | self.extras

    def body(self) -> dict[str, Any]:
        """Return the whole answer."""
        return {"error": self.details()}


def invalid_request(message: str, param: str | None = None, code: str | None = None) -> StripeError:
    """Return a 400 about one parameter or the request as a whole."""
    return StripeError(400, message, code=code, param=param)


def missing(param: str) -> StripeError:
    """Return the 400 for a required parameter that was not sent."""
    return invalid_request(f"Missing required param: {param}.", param, "parameter_missing")


def no_such(kind: str, object_id: str, param: str = "id", status: int = 404) -> StripeError:
    """Return the refusal for an id that names nothing; 404 in a URL, 400 in a parameter."""
    noun = NOUNS.get(kind, kind.replace(".", " ").replace("_", " "))
    return StripeError(
        status, f"No such {noun}: '{object_id}'", code="resource_missing", param=param
    )


NOUNS = {
    "checkout.session": "checkout.session",
    "payment_intent": "payment_intent",
    "payment_method": "PaymentMethod",
}


def not_in_sandbox(param: str) -> StripeError:
    """Return the refusal for what Stripe knows and this sandbox does not have yet."""
    return invalid_request(f"The Stripe sandbox does not support this yet: {param}", param)


def unrecognized_url(method: str, path: str) -> StripeError:
    """Return the 404 for a URL that is no operation."""
    return StripeError(
        404,
        f"Unrecognized request URL ({method}: {path}). Check the path and its trailing slash; "
        "the sandbox's README lists what it does not have yet.",
        replayable=False,
    )


def unauthorized(message: str) -> StripeError:
    """Return a 401; nothing ran, so nothing is kept under an idempotency key."""
    return StripeError(401, message, replayable=False)
