"""The HTTP side of ``/v1``: keys, versions, forms, idempotency, errors."""

import asyncio
import base64
import binascii
import json
import logging
import re
import time
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import Response

from stripe_sandbox import API_VERSION
from stripe_sandbox.accounts import Account, Object
from stripe_sandbox.errors import StripeError, invalid_request, unauthorized
from stripe_sandbox.expansion import expand
from stripe_sandbox.faults import break_connection, failure_of, loses_answer
from stripe_sandbox.forms import decode_form
from stripe_sandbox.idempotency import Replies, fingerprint
from stripe_sandbox.identifiers import random_text
from stripe_sandbox.operations import Call, find_operation
from stripe_sandbox.parameters import parse_parameters
from stripe_sandbox.sandbox import Origin, Sandbox

VERSION = re.compile(r"\d{4}-\d{2}-\d{2}(\.[a-z]+)?")
logger = logging.getLogger(__name__)

Pairs = list[tuple[str, str]]


@dataclass
class Exchange:
    """One request on its way to an answer."""

    request: Request
    request_id: str = field(default_factory=lambda: "req_" + random_text(14))
    headers: dict[str, str] = field(default_factory=dict)
    account: Account | None = None
    pairs: "Pairs" = field(default_factory=list)
    # The switch that made the request fail, or its answer get lost.
    fault: str | None = None
    began: float = field(default_factory=time.time)

    @property
    def idempotency_key(self) -> str | None:
        """The key of a POST; other methods repeat safely by nature."""
        if self.request.method != "POST":
            return None
        return self.request.headers.get("idempotency-key") or None

    def answer(self, status: int, body: Object) -> Response:
        """Return the answer with Stripe's headers."""
        return self.raw_answer(status, json.dumps(body, indent=2))

    def raw_answer(self, status: int, text: str) -> Response:
        """Return an answer whose body is already text."""
        headers = {
            "Request-Id": self.request_id,
            "Cache-Control": "no-cache, no-store",
            **self.headers,
        }
        if self.idempotency_key:
            headers["Idempotency-Key"] = _plain(self.idempotency_key)
        if status == HTTPStatus.UNAUTHORIZED:
            headers["WWW-Authenticate"] = 'Basic realm="Stripe sandbox"'
        return Response(text, status, headers, media_type="application/json")

    def entry(self, answer: Response) -> Object:
        """Return what the log keeps of the request."""
        refused = answer.status_code >= HTTPStatus.BAD_REQUEST
        refusal = json.loads(bytes(answer.body))["error"] if refused else {}
        return {
            "id": self.request_id,
            "account": self.account and self.account.id,
            "at": self.began,
            "seconds": round(time.time() - self.began, 4),
            "method": self.request.method,
            "path": self.request.url.path,
            "parameters": [list(pair) for pair in self.pairs],
            "idempotency_key": self.idempotency_key,
            "replayed": "Idempotent-Replayed" in self.headers,
            "fault": self.fault,
            "status": answer.status_code,
            "error": refusal.get("message"),
            "error_code": refusal.get("code"),
        }


async def answer_api(request: Request) -> Response:
    """Answer any request below ``/v1``, and log it; or lose the answer if a switch says so."""
    exchange = Exchange(request)
    try:
        answer = await _answer(exchange)
    except StripeError as refusal:
        answer = exchange.answer(refusal.status, refusal.body())
    account = exchange.account
    if account and not exchange.fault and loses_answer(account, request.method, request.url.path):
        exchange.fault = "lose_answers"
    sandbox: Sandbox = request.app.state.sandbox
    sandbox.requests.add(exchange.entry(answer))
    if exchange.fault:
        sandbox.changed()  # a fault that was counted down
    if exchange.fault == "lose_answers":
        await break_connection(request)
    return answer


async def _answer(exchange: Exchange) -> Response:
    request = exchange.request
    account = exchange.account = request.app.state.sandbox.account(secret_key(request))
    account.base_url = base_url(request)
    exchange.headers["Stripe-Version"] = _version(request)
    exchange.pairs = await _read_pairs(request)
    failure = failure_of(account, request.method, request.url.path)
    if failure:
        exchange.fault = "api_failure"
        if failure.code == "rate_limit":  # Stripe asks its libraries not to press on
            exchange.headers["Stripe-Should-Retry"] = "false"
        raise failure
    return await _answer_once(exchange, account, exchange.pairs)


def answer_refusal(request: Request, refusal: StripeError) -> Response:
    """Answer with an error outside of ``/v1``."""
    return Exchange(request).answer(refusal.status, refusal.body())


async def _answer_once(exchange: Exchange, account: Account, pairs: Pairs) -> Response:
    sandbox: Sandbox = exchange.request.app.state.sandbox
    replies: Replies = exchange.request.app.state.replies
    path, key = exchange.request.url.path, exchange.idempotency_key
    if key is None:
        return await _run(sandbox, exchange, account, pairs)
    kept = replies.begin(account, key, path, pairs, int(account.time()))
    if kept:
        exchange.headers |= {
            "Idempotent-Replayed": "true",
            "Original-Request": kept["request_id"],
        }
        return exchange.raw_answer(kept["status"], kept["body"])
    try:
        return await _run(sandbox, exchange, account, pairs)
    finally:
        replies.end(account, key)


async def _run(sandbox: Sandbox, exchange: Exchange, account: Account, pairs: Pairs) -> Response:
    if account.switches.api_delay:
        await asyncio.sleep(account.switches.api_delay)
    # From here on nothing awaits: an operation is atomic.
    try:
        status, body = 200, _perform(sandbox, exchange, account, pairs)
        began = True
    except StripeError as refusal:
        status, body, began = refusal.status, refusal.body(), refusal.replayable
    except Exception:  # a fault of the sandbox itself is answered as Stripe answers its own
        logger.exception("%s %s failed.", exchange.request.method, exchange.request.url.path)
        fault = StripeError(500, "The Stripe sandbox failed; see its output.", kind="api_error")
        status, body, began = 500, fault.body(), True
    answer = exchange.answer(status, body)
    key = exchange.idempotency_key
    if key and began:
        reply = {
            "path": exchange.request.url.path,
            "fingerprint": fingerprint(pairs),
            "status": status,
            "body": bytes(answer.body).decode(),
            "request_id": exchange.request_id,
            "at": int(account.time()),
        }
        exchange.request.app.state.replies.keep(account, key, reply)
    if exchange.request.method != "GET":
        sandbox.changed()
    return answer


def _perform(sandbox: Sandbox, exchange: Exchange, account: Account, pairs: Pairs) -> Object:
    request = exchange.request
    operation, ids = find_operation(request.method, request.url.path)
    try:
        tree = decode_form(pairs)
    except StripeError as refusal:
        refusal.replayable = False
        raise
    sent: dict[str, Any] = parse_parameters(operation.fields, tree)
    call = Call(
        sandbox=sandbox,
        account=account,
        origin=Origin(exchange.request_id, exchange.idempotency_key),
        path=request.url.path,
        ids=ids,
        sent=sent,
    )
    return expand(account, operation.action(call), sent.get("expand") or [])


def secret_key(request: Request) -> str:
    """Return the key a request carries, as bearer token or as user name.

    Raises:
        StripeError: 401 when it carries none.
    """
    scheme, _, credentials = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and credentials.strip():
        return credentials.strip()
    if scheme.lower() == "basic":
        try:
            user = base64.b64decode(credentials, validate=True).decode().partition(":")[0]
        except (binascii.Error, UnicodeDecodeError):
            user = ""
        if user:
            return user
    raise unauthorized(
        "You did not provide an API key. Send it as 'Authorization: Bearer YOUR_SECRET_KEY'; "
        "here any sk_test_ key of your own making will do."
    )


def base_url(request: Request) -> str:
    """Return the address the caller reached the sandbox at, without a slash at its end."""
    return str(request.base_url).rstrip("/")


def _version(request: Request) -> str:
    version = request.headers.get("stripe-version", API_VERSION)
    if not VERSION.fullmatch(version):
        refusal = invalid_request(f"Invalid Stripe API version: {_plain(version)}")
        refusal.replayable = False
        raise refusal
    return version


async def _read_pairs(request: Request) -> Pairs:
    pairs = parse_qsl(request.url.query, keep_blank_values=True)
    if request.method not in ("POST", "DELETE"):
        return pairs
    body = await request.body()
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if body and kind not in ("application/x-www-form-urlencoded", ""):
        raise invalid_request(
            f"Invalid request: send form parameters, content type "
            f"application/x-www-form-urlencoded, not {_plain(kind)}."
        )
    try:
        return pairs + parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=5000)
    except ValueError as error:
        raise invalid_request(f"Invalid request: the form cannot be read ({error}).") from error


def _plain(text: str) -> str:
    return re.sub(r"[^\x20-\x7e]", "?", text)[:255]
