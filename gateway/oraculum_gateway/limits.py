"""Rate limits in Redis: the generic cell rate algorithm, one round trip for all limits of a request.

GCRA keeps one number per limit and caller, the time at which an empty bucket would be full again ("theoretical arrival
time"), so a window has no edge at which twice as much passes. https://www.rfc-editor.org/rfc/rfc9110 says nothing of
it; the clearest source is the ATM Forum's, and `brandur.org/rate-limiting` for HTTP. The library `limits` was looked
at: it asks Redis once per limit and once more for the header figures, which on the path of a bet is most of the cost.

A round trip costs the gateway more than anything it does to a bet by itself, so requests share them: what arrives while
one is on its way goes together in the next one, as one call of the script, which answers each in turn. So all limits are
kept by one Redis; a cluster of them would have to be asked node by node.

Redis away: reads and bets go on, sign-in does not, since guessing passwords is what its limit is for.
"""

import asyncio
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Any, Final

import structlog
from prometheus_client import Counter
from redis.asyncio import Redis
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import NoScriptError, RedisError
from redis.exceptions import TimeoutError as RedisTimeoutError

from oraculum_gateway.problems import Problem
from oraculum_gateway.route import Limit
from oraculum_kit.caller import User
from oraculum_kit.metrics import begin_at_zero

_log = structlog.stdlib.get_logger(__name__)

_FAILED: Final = Counter(
    "oraculum_gateway_rate_limit_failures_total", "Requests whose limit could not be asked.", ["limit"]
)
_REFUSED: Final = Counter("oraculum_gateway_rate_limited_total", "Requests past their limit.", ["limit"])
for _counter in (_FAILED, _REFUSED):
    begin_at_zero(_counter, [limit.value for limit in Limit])

# Of each question: how many keys it has, and for each of them how many requests a window of so many microseconds holds, and
# as how many this one counts. Redis' own clock decides, since gateways' clocks differ. The answer of the limit that leaves
# least is told: allowed, left, microseconds until full, until next.
_SCRIPT: Final = """
local t = redis.call('time')
local now = t[1] * 1000000 + t[2]
local function ask(first_key, keys, first_figure)
  local tightest = nil
  local next_times = {}
  for i = 1, keys do
    local figure = first_figure + 3 * (i - 1)
    local count, window, weight = tonumber(ARGV[figure]), tonumber(ARGV[figure + 1]), tonumber(ARGV[figure + 2])
    local interval = window / count
    local arrival = math.max(tonumber(redis.call('get', KEYS[first_key + i - 1]) or now), now)
    local after = arrival + interval * weight
    local wait = after - window - now
    local left = math.floor((window - (after - now)) / interval)
    next_times[i] = after
    if tightest == nil or left < tightest[2] then
      tightest = {wait <= 0 and 1 or 0, left, after - now, wait, i}
    end
    if wait > 0 then
      return {0, 0, arrival - now, wait, i}
    end
  end
  for i = 1, keys do
    redis.call('set', KEYS[first_key + i - 1], string.format('%.0f', next_times[i]),
      'px', math.ceil((next_times[i] - now) / 1000) + 1)
  end
  return tightest
end
local answers = {}
local key, figure = 1, 1
while key <= #KEYS do
  local keys = tonumber(ARGV[figure])
  answers[#answers + 1] = ask(key, keys, figure + 1)
  key, figure = key + keys, figure + 1 + 3 * keys
end
return answers
"""


@dataclass(frozen=True, slots=True)
class Allowance:
    """So many requests in so many seconds."""

    count: int
    seconds: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the limits say of one request; told in the `RateLimit-*` headers."""

    allowance: Allowance
    remaining: int
    reset_seconds: int

    def headers(self) -> dict[str, str]:
        """The headers of draft-ietf-httpapi-ratelimit-headers."""
        return {
            "ratelimit-limit": str(self.allowance.count),
            "ratelimit-remaining": str(self.remaining),
            "ratelimit-reset": str(self.reset_seconds),
            "ratelimit-policy": f"{self.allowance.count};w={self.allowance.seconds}",
        }


Tiers = Mapping[str, Sequence[Allowance]]


class RateLimiter:
    """Asks Redis whether one more request is allowed."""

    def __init__(self, redis: Redis, tiers: Tiers, routes: Tiers | None = None) -> None:
        """Allowances by tier, and those that single routes have beside that."""
        self._tiers = tiers
        self._routes = routes or {}
        self._plans: dict[tuple[Limit, str, str], _Plan] = {}
        self._questions = _Questions(redis)

    async def check(
        self, limit: Limit, tier: str, caller: str, route: str = "", *, weight: int = 1
    ) -> Verdict | None:
        """Count one request, or one that weighs more; raises a 429 past the limit.

        None when nothing limits it or nobody can say. Whatever it weighs, it passes where nothing was asked before.
        """
        plan = self._plans.get((limit, tier, route)) or self._plan(limit, tier, route)
        if not plan.allowances:
            return None
        answer = await self._answer(limit, plan.keys(caller), plan.figures(weight))
        if answer is None:
            return None
        allowed, remaining, reset, wait, index = answer
        allowance = plan.allowances[int(index) - 1]
        verdict = Verdict(allowance, max(0, int(remaining)), _seconds(reset))
        if not allowed:
            _REFUSED.labels(limit.value).inc()
            raise Problem(
                429,
                "rate_limited",
                f"More than {allowance.count} requests in {allowance.seconds} seconds.",
                headers={**verdict.headers(), "retry-after": str(max(1, _seconds(wait)))},
            )
        return verdict

    def _plan(self, limit: Limit, tier: str, route: str) -> "_Plan":
        """What such a request is held to, made once: tiers and routes are few."""
        allowances = tuple(self._tiers.get(limit.value if limit in _OWN else tier, ()))
        own = tuple(self._routes.get(route, ())) if allowances else ()
        scopes = [limit.value if limit in _OWN else "all"] * len(allowances) + [route] * len(own)
        plan = self._plans[limit, tier, route] = _Plan((*allowances, *own), tuple(scopes))
        return plan

    async def _answer(
        self, limit: Limit, keys: Sequence[str], figures: Sequence[str]
    ) -> Sequence[float] | None:
        """What Redis says; None where it says nothing and the request passes, a 503 where it must not.

        A sign-in has the time to ask twice, so that it is not refused for a second in which the machine stood still. At worst
        it counts twice.
        """
        for last in (False, True) if limit is Limit.SIGN_IN else (True,):
            try:
                return await self._questions.ask(keys, figures)
            except (RedisError, OSError, TimeoutError) as error:
                _FAILED.labels(limit.value).inc()
                _log.warning("rate_limit.unknown", limit=limit.value, error=str(error))
                if last and limit is Limit.SIGN_IN:
                    raise Problem(
                        503,
                        "sign_in_unavailable",
                        "Sign-in is closed for a moment.",
                        headers={"retry-after": "5"},
                    ) from error
        return None


class _Plan:
    """The limits of one kind of request."""

    def __init__(self, allowances: tuple[Allowance, ...], scopes: tuple[str, ...]) -> None:
        """Allowances, and of what each of them is."""
        self.allowances = allowances
        # The braces are of a time when each question was a call of its own, and names stay while windows last.
        self._places = [
            (f"rate:{scope}:{{", f"}}:{allowance.seconds}")
            for scope, allowance in zip(scopes, allowances, strict=True)
        ]
        self._plain = self._weighing(1)

    def keys(self, caller: str) -> list[str]:
        """Under what a caller's limits are kept."""
        return [f"{before}{caller}{behind}" for before, behind in self._places]

    def figures(self, weight: int) -> list[str]:
        """What the script is told of one question."""
        return self._plain if weight == 1 else self._weighing(weight)

    def _weighing(self, weight: int) -> list[str]:
        figures = [(one.count, one.seconds * 1_000_000, min(weight, one.count)) for one in self.allowances]
        return [str(len(figures)), *(str(figure) for each in figures for figure in each)]


class _Questions:
    """Asks the script for all who have gathered, in one round trip."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._sha = hashlib.sha1(_SCRIPT.encode(), usedforsecurity=False).hexdigest()
        self._gathered: list[_Question] = []
        self._asking: asyncio.Task[None] | None = None

    async def ask(self, keys: Sequence[str], figures: Sequence[str]) -> Sequence[float]:
        """What the script says; raises what Redis raises."""
        question = _Question(keys, figures, asyncio.get_running_loop().create_future())
        self._gathered.append(question)
        if self._asking is None:
            self._asking = asyncio.create_task(self._ask_all())
        return await question.answer

    async def _ask_all(self) -> None:
        try:
            while self._gathered:
                questions, self._gathered = self._gathered[:_GATHERED_MAX], self._gathered[_GATHERED_MAX:]
                await self._ask_some(questions)
        finally:
            self._asking = None

    async def _ask_some(self, questions: Sequence["_Question"]) -> None:
        answers: Sequence[Any]
        try:
            try:
                answers = await self._send(questions)
            except NoScriptError:
                # Redis was restarted, or we are the first: it forgets scripts with everything else.
                await self._redis.script_load(_SCRIPT)
                answers = await self._send(questions)
        except Exception as error:  # noqa: BLE001  each who waits is told, and knows what to do without an answer
            if isinstance(error, _AWAY):
                # Who came meanwhile has waited, too; by portions the last of a crowd would wait for minutes.
                questions, self._gathered = [*questions, *self._gathered], []
            answers = [error] * len(questions)
        for question, answer in zip(questions, answers, strict=True):
            question.resolve(answer)

    async def _send(self, questions: Sequence["_Question"]) -> Sequence[Any]:
        keys = [key for question in questions for key in question.keys]
        figures = [figure for question in questions for figure in question.figures]
        answers: Sequence[Any] = await self._redis.evalsha(self._sha, len(keys), *keys, *figures)
        return answers


@dataclass(slots=True, eq=False)
class _Question:
    keys: Sequence[str]
    figures: Sequence[str]
    answer: "asyncio.Future[Sequence[float]]"

    def resolve(self, answer: Sequence[float] | Exception) -> None:
        """Tell whoever asked, if they still wait."""
        if self.answer.done():
            return
        if isinstance(answer, Exception):
            self.answer.set_exception(answer)
        else:
            self.answer.set_result(answer)


def counted(user: User | None, address: str) -> tuple[str, str]:
    """Which tier a request belongs to, and against whom it counts: the user, or a stranger's address."""
    if user is None:
        return "stranger", f"address:{network(address)}"
    return "admin" if "admin" in user.roles else user.tier, f"user:{user.id}"


def network(address: str) -> str:
    """What one client has of addresses: in IPv6 a network of 2^64, from which each request could come anew."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv4Address):
        return address
    return str(IPv6Address(int(parsed) >> 64 << 64))


# Questions of one round trip: Redis answers nobody else meanwhile.
_GATHERED_MAX: Final = 128
# How it shows that Redis answers nobody.
_AWAY: Final = (RedisConnectionError, RedisTimeoutError, OSError, TimeoutError)

_OWN: Final = frozenset({Limit.SIGN_IN, Limit.CREATE_EVENT})


def _seconds(microseconds: float) -> int:
    return max(0, -(-int(microseconds) // 1_000_000))
