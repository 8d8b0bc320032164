"""Invented markets as Manifold writes them: milliseconds and mana as numbers, answers in the full form only."""

import string
from typing import Any

from oraculum_dev.venues.polymarket.identity import slug
from oraculum_dev.venues.sim.book import Side
from oraculum_dev.venues.sim.chance import digest
from oraculum_dev.venues.sim.market import Event, Market, Trade
from oraculum_dev.venues.sim.pool import Pool
from oraculum_dev.venues.sim.terms import Phase, Topic, Verdict

_LETTERS = string.ascii_letters + string.digits
_CREATORS = ("Zoë", "Łukasz", "日本の予報士", "Mira", "Олена", "Ṣọlá")
_GROUPS = {
    Topic.SPORTS: "sports-default",
    Topic.POLITICS: "politics-default",
    Topic.CRYPTO: "crypto-prices",
    Topic.WEATHER: "weather",
    Topic.ECONOMICS: "economics-default",
    Topic.ENTERTAINMENT: "entertainment",
}
_RESOLUTIONS = {Verdict.YES: "YES", Verdict.NO: "NO", Verdict.VOID: "CANCEL"}


def _code(length: int, *words: object) -> str:
    """Return an id of letters and digits that depends on the words alone."""
    drawn = digest(*words)
    return "".join(_LETTERS[byte % len(_LETTERS)] for byte in drawn[:length])


def contract_id(seed: int, event: Event) -> str:
    """Return the id of a contract: ten characters, as the newer ones have."""
    return _code(10, seed, "manifold", event.key)


def answer_id(seed: int, market: Market) -> str:
    """Return the id of an answer."""
    return _code(10, seed, "answer", market.key)


def is_multiple(event: Event) -> bool:
    """Whether a contract has answers."""
    return len(event.markets) > 1


def pool_of(market: Market) -> Pool:
    """Return a market's pool, which every market of this venue has."""
    if market.pool is None:
        raise TypeError(f"{market.key} is no market of Manifold: it has no pool")
    return market.pool


def _creator(seed: int, event: Event) -> dict[str, Any]:
    index = digest(seed, event.key, "creator")[0] % len(_CREATORS)
    name = _CREATORS[index]
    return {
        "creatorId": _code(28, seed, "user", index),
        "creatorUsername": f"forecaster{index}",
        "creatorName": name,
        "creatorAvatarUrl": f"https://example.com/avatars/{index}.png",
    }


def _resolution(seed: int, event: Event) -> dict[str, Any]:
    if event.phase is not Phase.FINAL:
        return {"isResolved": False}
    shown: dict[str, Any] = {"isResolved": True, "resolutionTime": event.finalized_ms}
    if is_multiple(event):
        winners = [market for market in event.markets if market.verdict is Verdict.YES]
        shown["resolution"] = answer_id(seed, winners[0]) if winners else "CANCEL"
        return shown
    market = event.markets[0]
    shown["resolution"] = _RESOLUTIONS[market.verdict or Verdict.VOID]
    shown["resolutionProbability"] = pool_of(market).probability
    return shown


def close_time(event: Event) -> int:
    """Return when betting ends; an early resolution pulls it back to its own moment."""
    if event.finalized_ms is not None:
        return min(event.plan.closes_ms, event.finalized_ms)
    return event.plan.closes_ms


def lite(seed: int, event: Event) -> dict[str, Any]:
    """Return a contract as listings have it; only a binary one shows a probability and a pool there."""
    plan, named = event.plan, slug(event.plan.title)[:35].strip("-")
    creator = _creator(seed, event)
    shown: dict[str, Any] = {
        "id": contract_id(seed, event),
        **creator,
        "createdTime": plan.opens_ms,
        "closeTime": close_time(event),
        "question": plan.title,
        "slug": f"{named}-{contract_id(seed, event)}",
        "url": f"https://manifold.markets/{creator['creatorUsername']}/{named}-{contract_id(seed, event)}",
        "totalLiquidity": 100 * len(event.markets),
        "outcomeType": "MULTIPLE_CHOICE" if is_multiple(event) else "BINARY",
        "mechanism": "cpmm-multi-1" if is_multiple(event) else "cpmm-1",
        "volume": sum(market.volume for market in event.markets) / 100,
        "volume24Hours": sum(market.volume for market in event.markets) / 400,
        "uniqueBettorCount": min(400, sum(market.trade_count for market in event.markets)),
        "lastUpdatedTime": max(market.updated_ms for market in event.markets),
    }
    if not is_multiple(event):
        pool = pool_of(event.markets[0])
        shown |= {
            "pool": {"NO": pool.no, "YES": pool.yes},
            "probability": pool.probability,
            "p": pool.p,
        }
    bets = [market.trades[-1].at_ms for market in event.markets if market.trades]
    if bets:
        shown["lastBetTime"] = max(bets)
    return shown | _resolution(seed, event)


def answer(seed: int, market: Market) -> dict[str, Any]:
    """Return one answer of a contract."""
    pool = pool_of(market)
    shown: dict[str, Any] = {
        "id": answer_id(seed, market),
        "contractId": contract_id(seed, market.event),
        "index": market.index,
        "text": market.question.label,
        "createdTime": market.event.plan.opens_ms,
        "userId": _creator(seed, market.event)["creatorId"],
        "isOther": False,
        "poolYes": pool.yes,
        "poolNo": pool.no,
        "probability": pool.probability,
        "totalLiquidity": 100,
        "subsidyPool": 0,
        "volume": market.volume / 100,
    }
    if market.event.phase is Phase.FINAL:
        shown["resolution"] = "YES" if market.verdict is Verdict.YES else "NO"
        shown["resolutionTime"] = market.event.finalized_ms
    return shown


def full(seed: int, event: Event) -> dict[str, Any]:
    """Return a contract as it comes when it is asked for by itself."""
    paragraph = {"type": "paragraph", "content": [{"type": "text", "text": event.plan.rules}]}
    shown = lite(seed, event) | {
        "token": "MANA",
        "visibility": "public",
        "description": {"type": "doc", "content": [paragraph]},
        "textDescription": event.plan.rules,
        "groupSlugs": [_GROUPS[event.plan.topic]],
        "coverImageUrl": "",
    }
    if is_multiple(event):
        shown |= {
            "shouldAnswersSumToOne": True,
            "addAnswersMode": "DISABLED",
            "answers": [answer(seed, market) for market in event.markets],
        }
    return shown


def bet(seed: int, market: Market, trade: Trade) -> dict[str, Any]:
    """Return a bet."""
    index = digest(market.key, trade.serial, "bettor")[0] % len(_CREATORS)
    shown: dict[str, Any] = {
        "id": _code(12, seed, "bet", market.key, trade.serial),
        "contractId": contract_id(seed, market.event),
        "userId": _code(28, seed, "user", index),
        "userName": _CREATORS[index],
        "userUsername": f"forecaster{index}",
        "userAvatarUrl": f"https://example.com/avatars/{index}.png",
        "createdTime": trade.at_ms,
        "updatedTime": trade.at_ms,
        "outcome": "YES" if trade.side is Side.BID else "NO",
        "amount": trade.stake,
        "orderAmount": trade.stake,
        "shares": trade.shares,
        "probBefore": trade.before,
        "probAfter": trade.after,
        "loanAmount": 0,
        "fees": {"creatorFee": 0, "platformFee": 0, "liquidityFee": 0},
        "isFilled": True,
        "isCancelled": False,
        "isRedemption": False,
        "isApi": False,
        "silent": False,
        "visibility": "public",
        "fills": [
            {"matchedBetId": None, "amount": trade.stake, "shares": trade.shares, "timestamp": trade.at_ms}
        ],
    }
    if is_multiple(market.event):
        shown["answerId"] = answer_id(seed, market)
    return shown
