"""Refuse what a page of another site makes a browser send here."""

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from stripe_sandbox.errors import StripeError
from stripe_sandbox.pages.rendering import render
from stripe_sandbox.wire import answer_refusal

HARMLESS = ("GET", "HEAD", "OPTIONS")
FORBIDDEN = 403
REFUSAL = (
    "This request was sent by a page of another site, so nothing was done. "
    "Only the sandbox's own pages may press its buttons."
)


class SameOrigin:
    """Lets pages and the control API be used by the sandbox's own pages, and by programs.

    Nothing there asks for a password, so any site open in the same browser could press the
    buttons. ``/v1`` asks for a key, which browsers do not send by themselves.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer 403."""
        if scope["type"] == "http" and _is_foreign(request := Request(scope, receive)):
            if scope["path"].startswith("/_sandbox/"):
                answer = answer_refusal(request, StripeError(FORBIDDEN, REFUSAL))
            else:
                answer = render("refused.html", FORBIDDEN, message=REFUSAL)
            await answer(scope, receive, send)
            return
        await self.app(scope, receive, send)


def _is_foreign(request: Request) -> bool:
    if request.method in HARMLESS or request.url.path.startswith("/v1/"):
        return False
    # Browsers tell it of themselves, but for plain HTTP only on the machine itself.
    told = request.headers.get("sec-fetch-site")
    if told is not None:
        return told not in ("same-origin", "none")
    origin = request.headers.get("origin")
    return origin is not None and origin.partition("://")[2] != request.headers.get("host")
