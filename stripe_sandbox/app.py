"""The sandbox as a Starlette application."""

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from stripe_sandbox.control import control_routes
from stripe_sandbox.errors import StripeError
from stripe_sandbox.idempotency import Replies
from stripe_sandbox.pages.authentication_page import authentication_routes
from stripe_sandbox.pages.checkout_page import checkout_routes
from stripe_sandbox.pages.clock_page import clock_page_routes
from stripe_sandbox.pages.deliveries_page import delivery_page_routes
from stripe_sandbox.pages.index_page import index_routes
from stripe_sandbox.pages.invoice_page import invoice_routes
from stripe_sandbox.pages.portal_page import portal_routes
from stripe_sandbox.pages.rendering import render
from stripe_sandbox.pages.requests_page import request_page_routes
from stripe_sandbox.pages.switches_page import switch_page_routes
from stripe_sandbox.resources import register_all
from stripe_sandbox.same_origin import SameOrigin
from stripe_sandbox.sandbox import Sandbox
from stripe_sandbox.switches import Switches
from stripe_sandbox.wire import answer_api, answer_refusal

METHODS = ["GET", "POST", "DELETE", "PUT", "PATCH"]


def create_app(state_path: str | Path | None = None, switches: Switches | None = None) -> Starlette:
    """Return the application; its lifespan starts and ends all background work.

    Args:
        state_path: a file to load at start and to keep up to date; none keeps nothing.
        switches: the behaviour every account begins with.
    """
    register_all()
    sandbox = Sandbox(Path(state_path) if state_path else None, switches)

    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        await sandbox.start()
        try:
            yield
        finally:
            await sandbox.stop()

    api = Route("/v1/{rest:path}", answer_api, methods=METHODS)
    app = Starlette(
        routes=[
            api,
            *control_routes(),
            *authentication_routes(),
            *checkout_routes(),
            *invoice_routes(),
            *portal_routes(),
            *index_routes(),
            *request_page_routes(),
            *delivery_page_routes(),
            *clock_page_routes(),
            *switch_page_routes(),
        ],
        middleware=[Middleware(SameOrigin)],
        lifespan=lifespan,
        exception_handlers={StripeError: _refuse},
    )
    app.router.redirect_slashes = False
    app.state.sandbox = sandbox
    app.state.replies = Replies()
    return app


async def _refuse(request: Request, error: Exception) -> Response:
    assert isinstance(error, StripeError)
    if not request.url.path.startswith("/_sandbox/"):
        return render("refused.html", error.status, message=error.message)
    return answer_refusal(request, error)
