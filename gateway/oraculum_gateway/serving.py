"""What happens around every route: who asks, how often, in what form, and how the answer leaves.

In this order: the token is verified, the limit is asked, the form is read, the handler runs as the caller, the answer
is written. A refusal at any step is a problem document, and nothing has moved. A bad token counts against the address
that sent it: who has no limit as a user has one as a stranger.
"""

import dataclasses
import hashlib
from collections.abc import Callable, Coroutine
from typing import Any, Final

import structlog
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from oraculum_gateway import cookies, metrics, problems
from oraculum_gateway.bodies import query_pairs, read_json, read_query
from oraculum_gateway.caching.answers import Answers, Content
from oraculum_gateway.caching.keeping import changed_by
from oraculum_gateway.caching.news import News
from oraculum_gateway.edge import Edge
from oraculum_gateway.limits import RateLimiter, counted
from oraculum_gateway.maintenance import Maintenance
from oraculum_gateway.problems import Problem
from oraculum_gateway.route import Call, Created, Limit, Route, Who
from oraculum_gateway.services import Services
from oraculum_gateway.shapes.people import SignedInOut, TokensOut
from oraculum_gateway.signed import KEY_HEADER, SignedRequests
from oraculum_kit import replay
from oraculum_kit.authorization import Trust
from oraculum_kit.caller import Caller, User, calling_as
from oraculum_kit.errors import NotFound, ServiceError
from oraculum_kit.headers import IDEMPOTENCY_KEY_LENGTH_MAX, is_printable
from oraculum_kit.ids import uuid7

_log = structlog.stdlib.get_logger(__name__)

_BEARER: Final = "bearer "

Endpoint = Callable[[Request], Coroutine[Any, Any, Response]]


class Serving:
    """Makes endpoints of routes."""

    def __init__(
        self,
        services: Services,
        trust: Trust,
        limiter: RateLimiter,
        signed: SignedRequests,
        answers: Answers,
        news: News,
        maintenance: Maintenance,
    ) -> None:
        self._services = services
        self._answers = answers
        self._news = news
        self._maintenance = maintenance
        self._trust = trust
        self._limiter = limiter
        self._signed = signed

    def endpoint(self, route: Route) -> Endpoint:
        """What Starlette calls for a route."""

        async def handle(request: Request) -> Response:
            edge: Edge = request.scope["edge"]
            edge.route = route.full_path
            mark = replay.begin()
            try:
                return _replayed(await self._answer(route, request, edge), mark)
            except Problem as problem:
                refusal = problem
            except ServiceError as error:
                refusal = problems.from_service(error, command=route.command)
                if refusal.status >= 500:
                    _log.warning("request.failed", route=route.name, reason=error.reason, error=str(error))
            except Exception:  # noqa: BLE001  the edge of the process
                # A defect of ours: it is told in the log, whole, and outside by its request id alone.
                _log.exception("request.broke", route=route.name, request_id=edge.request_id)
                refusal = problems.broken()
            metrics.REFUSED.labels(route.name, refusal.code).inc()
            return _replayed(
                problems.answer(refusal, path=request.url.path, request_id=edge.request_id), mark
            )

        return handle

    async def _answer(self, route: Route, request: Request, edge: Edge) -> Response:
        user, user_token, counts = await self._who(route, request, edge)
        edge.user_id = None if user is None else str(user.id)
        edge.device_id = cookies.named_device(request)
        await self._limit(route, counts, edge)
        if not route.who.admits(user):
            raise _not_admitted(route.who, user)
        if route.command and not route.during_maintenance:
            self._maintenance.admit(user)
        if route.keep is not None:
            kept = await self._kept(route, request, edge, signed_in=user is not None)
            if kept is not None:
                return _shared(route, request, kept)
        call = Call(
            request=request,
            services=self._services,
            user=user,
            idempotency_key=_key(request),
            body=None if route.body is None else await read_json(request, route.body),
            query=_query(route, request),
        )
        caller = Caller(
            request_id=edge.request_id,
            user=user,
            user_token=user_token,
            idempotency_key=call.idempotency_key,
            device_id=edge.device_id or None,
            address=edge.address,
        )
        with calling_as(caller):
            answer = await route.handler(call)
        if route.command:
            told = answer.body if isinstance(answer, Created) else answer
            parameters = request.path_params
            self._news.changed_here(changed_by(route.full_path, parameters, call.body, told, edge.user_id))
        if cookies.wants_cookies(request):
            return _in_cookies(route, request, answer, edge)
        return _response(route, request, answer)

    async def _kept(self, route: Route, request: Request, edge: Edge, *, signed_in: bool) -> Content | None:
        """The answer that everybody gets; None where somebody who is signed in may see more than everybody."""
        # Only what could be read and was answered is found by it. A name stands in a query once, so their order says nothing.
        asked = f"{request.url.path}?{sorted(query_pairs(request))}"

        async def load() -> Content:
            call = Call(request, self._services, None, str(uuid7()), query=_query(route, request))
            # As nobody: what is kept must not depend on who happened to ask first.
            with calling_as(Caller(request_id=edge.request_id)):
                answer = await route.handler(call)
            return _content(route, request, answer)

        try:
            return await self._answers.get(route.name, asked, load)
        except NotFound:
            if signed_in:
                return None
            raise

    async def _who(
        self, route: Route, request: Request, edge: Edge
    ) -> tuple[User | None, str | None, tuple[str, str]]:
        """The user behind the bearer token or the API key, and against whom the request counts.

        A bad token or key is refused even where none was needed.
        """
        header = request.headers.get("authorization")
        if header is None and KEY_HEADER not in request.headers:
            return await self._by_cookie(route, request, edge)
        try:
            if KEY_HEADER in request.headers:
                if not self._signed.knows(request.headers[KEY_HEADER]):
                    # Invented keys must not become a flood of questions to auth.
                    await self._limiter.check(Limit.READ, *counted(None, edge.address))
                signed = await self._signed.verify(route, request)
                # Against the owner: twenty keys would be twenty times what a person may ask for.
                return signed.user, f"Bearer {signed.access_token}", counted(signed.user, edge.address)
            if header is not None and header[: len(_BEARER)].lower() == _BEARER:
                token = header[len(_BEARER) :].strip()
                user = await self._trust.users.verify(token)
                return user, f"Bearer {token}", counted(user, edge.address)
        except (ServiceError, Problem):
            await self._limiter.check(Limit.READ, *counted(None, edge.address))
            raise
        await self._limiter.check(Limit.READ, *counted(None, edge.address))
        raise Problem(401, "token_invalid", "Authorization must be a bearer token.")

    async def _by_cookie(
        self, route: Route, request: Request, edge: Edge
    ) -> tuple[User | None, str | None, tuple[str, str]]:
        """The user of a page's session. A browser sends what it has, so where nobody is needed it proves nothing."""
        stranger = None, None, counted(None, edge.address)
        if "cookie" not in request.headers or route.who is Who.ANYONE:
            return stranger
        token = cookies.access_token(request)
        if token is None:
            return stranger
        try:
            user = await self._trust.users.verify(token)
        except ServiceError:
            await self._limiter.check(Limit.READ, *counted(None, edge.address))
            raise
        return user, f"Bearer {token}", counted(user, edge.address)

    async def _limit(self, route: Route, counts: tuple[str, str], edge: Edge) -> None:
        if edge.unlimited:
            return
        if route.limit is Limit.SIGN_IN:
            counts = counted(None, edge.address)
        verdict = await self._limiter.check(route.limit, *counts, route.name)
        if verdict is not None:
            edge.headers.update(verdict.headers())


def _query(route: Route, request: Request) -> Any:
    if route.query is not None:
        return read_query(request, route.query)
    if request.scope["query_string"]:
        read_query(request, _NOTHING)
    return None


def _content(route: Route, request: Request, answer: Any) -> Content:
    body = answer.model_dump_json().encode()
    if route.keep is None:
        return Content(body, _etag(body), 0)
    fresh = route.keep(request.path_params, answer)
    return Content(body, _etag(body), fresh.seconds, fresh.tags, fresh.members)


class _NOTHING(BaseModel):
    model_config = {"extra": "forbid"}


def _not_admitted(who: Who, user: User | None) -> Problem:
    if user is None:
        return Problem(401, "unauthenticated", "Sign in first.")
    return Problem(403, "permission_denied", f"This is for: {who.value}.")


def _key(request: Request) -> str:
    """The client's idempotency key; a fresh one where none came, so that our own retries still meet their traces."""
    key = request.headers.get("idempotency-key")
    if key is None:
        return str(uuid7())
    if not 1 <= len(key) <= IDEMPOTENCY_KEY_LENGTH_MAX or not is_printable(key):
        raise Problem(
            400,
            "malformed_idempotency_key",
            f"Idempotency-Key has 1 to {IDEMPOTENCY_KEY_LENGTH_MAX} printable characters.",
        )
    return key


def _replayed(response: Response, mark: replay.Mark) -> Response:
    """Say so where the answer, a refusal included, is the stored one of an earlier request."""
    if mark.replayed:
        response.headers["idempotency-replayed"] = "true"
    return response


def _response(route: Route, request: Request, answer: Any) -> Response:
    if isinstance(answer, Response):
        return answer
    if answer is None:
        return Response(status_code=204, headers={"cache-control": "no-store"})
    if isinstance(answer, Created):
        body = answer.body.model_dump_json().encode()
        headers = {"location": answer.location, "cache-control": "no-store"}
        return Response(body, 202 if answer.pending else 201, headers, "application/json")
    if route.command or route.who is not Who.ANYONE or route.method != "GET":
        body = answer.model_dump_json().encode()
        return Response(body, route.status, {"cache-control": "no-store"}, "application/json")
    return _shared(route, request, _content(route, request, answer))


def _in_cookies(route: Route, request: Request, answer: Any, edge: Edge) -> Response:
    """The tokens of a new or renewed session go into cookies, and not into the answer."""
    told = answer.body if isinstance(answer, Created) else answer
    tokens = told.tokens if isinstance(told, SignedInOut) else told
    if not isinstance(tokens, TokensOut):
        return _response(route, request, answer)
    hidden: BaseModel = cookies.hidden(tokens)
    if isinstance(told, SignedInOut):
        hidden = told.model_copy(update={"tokens": hidden})
    if isinstance(answer, Created):
        answer = dataclasses.replace(answer, body=hidden)
    response = _response(route, request, answer if isinstance(answer, Created) else hidden)
    cookies.give(request, response, tokens, edge.device_id)
    return response


def _etag(body: bytes) -> str:
    return f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'


def _shared(route: Route, request: Request, content: Content) -> Response:
    """A public answer: whoever has the same one already is told so in a few bytes."""
    tag = content.etag
    headers = {
        "etag": tag,
        "cache-control": f"public, max-age=0, s-maxage={route.shared_seconds}",
        "vary": "origin",
    }
    known = {candidate.strip() for candidate in request.headers.get("if-none-match", "").split(",")}
    if known & {tag, f"W/{tag}", "*"}:
        return Response(status_code=304, headers=headers)
    return Response(content.body, route.status, headers, "application/json")
