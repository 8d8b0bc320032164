"""Every route of the public API. Made by clients/python/generate.py from surface.json; change the routes, not this file."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

from oraculum_client import shapes_generated as shapes
from oraculum_client.connections import Connection
from oraculum_client.exchange import Ask, segment


class Oraculum(Connection):
    """The public API."""

    def place_prediction(
        self,
        *,
        event_id: str | UUID,
        outcome: int,
        side: Literal["buy", "sell"] | None = None,
        type: Literal["market", "limit"] | None = None,
        time_in_force: Literal["gtc", "gtd", "ioc", "fok"] | None = None,
        post_only: bool | None = None,
        expires_at: datetime | None = None,
        self_trade: Literal["cancel_maker", "cancel_taker"] | None = None,
        amount: Decimal | None = None,
        shares: Decimal | None = None,
        max_price: Decimal | None = None,
        min_price: Decimal | None = None,
        idempotency_key: str = "",
    ) -> shapes.Prediction:
        """Buy or sell shares, by amount or by shares."""
        return self.told(
            Ask(
                "POST",
                "/api/v1/predictions",
                body={
                    "event_id": event_id,
                    "outcome": outcome,
                    "side": side,
                    "type": type,
                    "time_in_force": time_in_force,
                    "post_only": post_only,
                    "expires_at": expires_at,
                    "self_trade": self_trade,
                    "amount": amount,
                    "shares": shares,
                    "max_price": max_price,
                    "min_price": min_price,
                },
                key=idempotency_key,
            ),
            shapes.Prediction,
        )

    def list_predictions(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        event_id: str | None = None,
        status: Literal[
            "pending",
            "open",
            "partially_filled",
            "confirmed",
            "cancelled",
            "expired",
            "rejected",
            "failed",
            "settled",
            "refunded",
        ]
        | None = None,
    ) -> shapes.PredictionPage:
        """My bets, newest first."""
        return self.told(
            Ask(
                "GET",
                "/api/v1/predictions",
                query={"limit": limit, "cursor": cursor, "event_id": event_id, "status": status},
            ),
            shapes.PredictionPage,
        )

    def get_prediction(self, id: str | UUID) -> shapes.Prediction:
        """One of my bets."""
        return self.told(Ask("GET", f"/api/v1/predictions/{segment(id)}"), shapes.Prediction)

    def edit_prediction(
        self,
        id: str | UUID,
        *,
        price: Decimal | None = None,
        shares: Decimal | None = None,
        expires_at: datetime | None = None,
        outcome: int | None = None,
        amount: Decimal | None = None,
        min_price: Decimal | None = None,
        idempotency_key: str = "",
    ) -> shapes.Edited:
        """Change what rests of a bet, or sell what a filled one bought and buy anew in one step."""
        return self.told(
            Ask(
                "PUT",
                f"/api/v1/predictions/{segment(id)}",
                body={
                    "price": price,
                    "shares": shares,
                    "expires_at": expires_at,
                    "outcome": outcome,
                    "amount": amount,
                    "min_price": min_price,
                },
                key=idempotency_key,
            ),
            shapes.Edited,
        )

    def cancel_prediction(self, id: str | UUID, *, idempotency_key: str = "") -> shapes.Prediction:
        """Take back what rests of a bet."""
        return self.told(
            Ask("DELETE", f"/api/v1/predictions/{segment(id)}", key=idempotency_key), shapes.Prediction
        )

    def list_positions(
        self, *, limit: int | None = None, cursor: str | None = None, event_id: str | None = None
    ) -> shapes.PositionPage:
        """What I hold."""
        return self.told(
            Ask("GET", "/api/v1/positions", query={"limit": limit, "cursor": cursor, "event_id": event_id}),
            shapes.PositionPage,
        )

    def list_positions_of_event(
        self, event_id: str | UUID, *, limit: int | None = None, cursor: str | None = None
    ) -> shapes.PositionPage:
        """What I hold of one event."""
        return self.told(
            Ask("GET", f"/api/v1/positions/{segment(event_id)}", query={"limit": limit, "cursor": cursor}),
            shapes.PositionPage,
        )

    def quote(
        self,
        id: str | UUID,
        *,
        outcome: int,
        side: Literal["buy", "sell"] | None = None,
        amount: Decimal | None = None,
        shares: Decimal | None = None,
    ) -> shapes.EventsQuote:
        """What a bet would cost or bring now."""
        return self.told(
            Ask(
                "GET",
                f"/api/v1/events/{segment(id)}/quote",
                query={"outcome": outcome, "side": side, "amount": amount, "shares": shares},
            ),
            shapes.EventsQuote,
        )

    def list_trades(
        self, id: str | UUID, *, limit: int | None = None, cursor: str | None = None
    ) -> shapes.TradePage:
        """Fills of an event, newest first."""
        return self.told(
            Ask("GET", f"/api/v1/events/{segment(id)}/trades", query={"limit": limit, "cursor": cursor}),
            shapes.TradePage,
        )

    def place_predictions(
        self, *, predictions: Sequence[shapes.PredictionIn], idempotency_key: str = ""
    ) -> shapes.PlacedList:
        """Several bets, each decided and answered by itself."""
        return self.told(
            Ask("POST", "/api/v1/predictions:batch", body={"predictions": predictions}, key=idempotency_key),
            shapes.PlacedList,
        )

    def place_basket(
        self,
        *,
        event_id: str | UUID,
        legs: Sequence[shapes.BasketLegIn],
        max_cost: Decimal | None = None,
        idempotency_key: str = "",
    ) -> shapes.Basket:
        """Several bets in one event that are filled together or not at all."""
        return self.told(
            Ask(
                "POST",
                "/api/v1/predictions:basket",
                body={"event_id": event_id, "legs": legs, "max_cost": max_cost},
                key=idempotency_key,
            ),
            shapes.Basket,
        )

    def cancel_predictions(
        self, *, event_id: str | UUID | None = None, idempotency_key: str = ""
    ) -> shapes.Cancelled:
        """Take back everything that rests."""
        return self.told(
            Ask("POST", "/api/v1/predictions:cancel-all", body={"event_id": event_id}, key=idempotency_key),
            shapes.Cancelled,
        )

    def set_dead_man(self, *, timeout_seconds: int, idempotency_key: str = "") -> shapes.DeadMan:
        """Cancel everything that rests after a silence."""
        return self.told(
            Ask(
                "PUT",
                "/api/v1/predictions/dead-man",
                body={"timeout_seconds": timeout_seconds},
                key=idempotency_key,
            ),
            shapes.DeadMan,
        )

    def get_receipt(self, id: str | UUID) -> shapes.Receipts:
        """All that computes the fills of a bet anew."""
        return self.told(Ask("GET", f"/api/v1/predictions/{segment(id)}/receipt"), shapes.Receipts)

    def list_my_trades(
        self, *, limit: int | None = None, cursor: str | None = None, event_id: str | None = None
    ) -> shapes.MyTradePage:
        """My fills, newest first."""
        return self.told(
            Ask("GET", "/api/v1/trades", query={"limit": limit, "cursor": cursor, "event_id": event_id}),
            shapes.MyTradePage,
        )

    def get_my_trade(self, id: str | UUID) -> shapes.MyTrade:
        """One fill of mine."""
        return self.told(Ask("GET", f"/api/v1/trades/{segment(id)}"), shapes.MyTrade)

    def get_portfolio(self) -> shapes.Portfolio:
        """What my positions cost, are worth and brought."""
        return self.told(Ask("GET", "/api/v1/portfolio"), shapes.Portfolio)

    def merge_sets(
        self, event_id: str | UUID, *, shares: Decimal, idempotency_key: str = ""
    ) -> shapes.Prediction:
        """Turn complete sets into cash."""
        return self.told(
            Ask(
                "POST",
                f"/api/v1/positions/{segment(event_id)}/merge",
                body={"shares": shares},
                key=idempotency_key,
            ),
            shapes.Prediction,
        )

    def add_subsidy(self, id: str | UUID, *, amount: Decimal, idempotency_key: str = "") -> shapes.Subsidy:
        """Add liquidity to a market for good; no price moves."""
        return self.told(
            Ask(
                "POST", f"/api/v1/events/{segment(id)}/subsidy", body={"amount": amount}, key=idempotency_key
            ),
            shapes.Subsidy,
        )

    def get_book(
        self,
        id: str | UUID,
        *,
        outcome: int | None = None,
        levels: int | None = None,
        step: Decimal | None = None,
    ) -> shapes.OrderbookBook:
        """What rests by price, and what the market maker gives between."""
        return self.told(
            Ask(
                "GET",
                f"/api/v1/events/{segment(id)}/book",
                query={"outcome": outcome, "levels": levels, "step": step},
            ),
            shapes.OrderbookBook,
        )

    def list_realisations(
        self, *, limit: int | None = None, cursor: str | None = None, event_id: str | None = None
    ) -> shapes.RealisationPage:
        """What my sales and settlements came to, newest first."""
        return self.told(
            Ask(
                "GET",
                "/api/v1/positions/history",
                query={"limit": limit, "cursor": cursor, "event_id": event_id},
            ),
            shapes.RealisationPage,
        )

    def get_profit(
        self, *, interval: Literal["hour", "day", "week", "month"] | None = None, points: int | None = None
    ) -> shapes.Profit:
        """What I won or lost over time."""
        return self.told(
            Ask("GET", "/api/v1/portfolio/history", query={"interval": interval, "points": points}),
            shapes.Profit,
        )

    def list_public_predictions(
        self, id: str | UUID, *, limit: int | None = None, cursor: str | None = None
    ) -> shapes.PublicPositionPage:
        """What somebody predicts and predicted, as far as they show it."""
        return self.told(
            Ask("GET", f"/api/v1/users/{segment(id)}/predictions", query={"limit": limit, "cursor": cursor}),
            shapes.PublicPositionPage,
        )

    def get_public_stats(self, id: str | UUID) -> shapes.Stats:
        """What somebody's trading came to until yesterday, as far as they show it."""
        return self.told(Ask("GET", f"/api/v1/users/{segment(id)}/stats"), shapes.Stats)

    def get_my_analytics(
        self, *, interval: Literal["day", "week", "month"] | None = None, points: int | None = None
    ) -> shapes.MyAnalytics:
        """What my trading came to: in all, by category, over time."""
        return self.told(
            Ask("GET", "/api/v1/analytics/users/me", query={"interval": interval, "points": points}),
            shapes.MyAnalytics,
        )

    def get_event_analytics(
        self, id: str | UUID, *, interval: Literal["hour", "day"] | None = None, points: int | None = None
    ) -> shapes.EventAnalytics:
        """How an event is traded: volume, people, prices, over time."""
        return self.told(
            Ask(
                "GET",
                f"/api/v1/analytics/events/{segment(id)}",
                query={"interval": interval, "points": points},
            ),
            shapes.EventAnalytics,
        )

    def admin_list_predictions(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        user_id: str | None = None,
        event_id: str | None = None,
        status: Literal[
            "pending",
            "open",
            "partially_filled",
            "confirmed",
            "cancelled",
            "expired",
            "rejected",
            "failed",
            "settled",
            "refunded",
        ]
        | None = None,
        from_: datetime | None = None,
        to: datetime | None = None,
    ) -> shapes.PredictionPage:
        """Everybody's bets, newest first."""
        return self.told(
            Ask(
                "GET",
                "/api/v1/admin/predictions",
                query={
                    "limit": limit,
                    "cursor": cursor,
                    "user_id": user_id,
                    "event_id": event_id,
                    "status": status,
                    "from": from_,
                    "to": to,
                },
            ),
            shapes.PredictionPage,
        )

    def admin_get_stats(self) -> shapes.Overview:
        """The platform in figures: accounts, events, trading, revenue."""
        return self.told(Ask("GET", "/api/v1/admin/stats"), shapes.Overview)

    def list_events(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        status: Literal["draft", "active", "locked", "resolving", "resolved", "cancelled"] | None = None,
        category: str | None = None,
        type: Literal["binary", "multiple_choice", "scalar"] | None = None,
        q: str | None = None,
        creator: str | None = None,
        sort: str | None = None,
        page: int | None = None,
        venue: str | None = None,
        market_id: str | None = None,
    ) -> shapes.EventPage:
        """Events by filters and full-text search."""
        return self.told(
            Ask(
                "GET",
                "/api/v1/events",
                query={
                    "limit": limit,
                    "cursor": cursor,
                    "status": status,
                    "category": category,
                    "type": type,
                    "q": q,
                    "creator": creator,
                    "sort": sort,
                    "page": page,
                    "venue": venue,
                    "market_id": market_id,
                },
            ),
            shapes.EventPage,
        )

    def create_event(
        self,
        *,
        title: str,
        category: str,
        end_time: datetime,
        description: str | None = None,
        type: Literal["binary", "multiple_choice", "scalar"] | None = None,
        tags: Sequence[str] | None = None,
        outcomes: Sequence[str] | None = None,
        start_time: datetime | None = None,
        resolution_source: str | None = None,
        asset: str | None = None,
        subsidy: Decimal | None = None,
        prices: Sequence[Decimal] | None = None,
        image_url: str | None = None,
        scale: shapes.ScaleIn | None = None,
        mechanism: Literal["lmsr", "cpmm", "cpmm_multi"] | None = None,
        draft: bool | None = None,
        challenge_seconds: int | None = None,
        resolve_by: datetime | None = None,
        deadline_payouts: Sequence[Decimal] | None = None,
        idempotency_key: str = "",
    ) -> shapes.Event:
        """Create an event and open its market, or keep it a draft."""
        return self.told(
            Ask(
                "POST",
                "/api/v1/events",
                body={
                    "title": title,
                    "description": description,
                    "type": type,
                    "category": category,
                    "tags": tags,
                    "outcomes": outcomes,
                    "start_time": start_time,
                    "end_time": end_time,
                    "resolution_source": resolution_source,
                    "asset": asset,
                    "subsidy": subsidy,
                    "prices": prices,
                    "image_url": image_url,
                    "scale": scale,
                    "mechanism": mechanism,
                    "draft": draft,
                    "challenge_seconds": challenge_seconds,
                    "resolve_by": resolve_by,
                    "deadline_payouts": deadline_payouts,
                },
                key=idempotency_key,
            ),
            shapes.Event,
        )

    def get_event(self, id: str | UUID) -> shapes.Event:
        """One event with its prices."""
        return self.told(Ask("GET", f"/api/v1/events/{segment(id)}"), shapes.Event)

    def update_event(
        self,
        id: str | UUID,
        *,
        title: str | None = None,
        description: str | None = None,
        category: str | None = None,
        start_time: datetime | None = None,
        end_time: datetime | None = None,
        resolution_source: str | None = None,
        image_url: str | None = None,
        tags: Sequence[str] | None = None,
        outcomes: Sequence[str] | None = None,
        prices: Sequence[Decimal] | None = None,
        subsidy: Decimal | None = None,
        scale: shapes.ScaleIn | None = None,
        mechanism: Literal["lmsr", "cpmm", "cpmm_multi"] | None = None,
        version: int | None = None,
        idempotency_key: str = "",
    ) -> shapes.Event:
        """Change what may still be changed; a draft is its author's to change."""
        return self.told(
            Ask(
                "PUT",
                f"/api/v1/events/{segment(id)}",
                body={
                    "title": title,
                    "description": description,
                    "category": category,
                    "start_time": start_time,
                    "end_time": end_time,
                    "resolution_source": resolution_source,
                    "image_url": image_url,
                    "tags": tags,
                    "outcomes": outcomes,
                    "prices": prices,
                    "subsidy": subsidy,
                    "scale": scale,
                    "mechanism": mechanism,
                    "version": version,
                },
                key=idempotency_key,
            ),
            shapes.Event,
        )

    def cancel_event(
        self,
        id: str | UUID,
        *,
        reason: str | None = None,
        void_hour_ends_at: datetime | None = None,
        idempotency_key: str = "",
    ) -> shapes.Event:
        """Call an event off, whose shares are paid their void prices; or throw a draft of mine away."""
        return self.told(
            Ask(
                "DELETE",
                f"/api/v1/events/{segment(id)}",
                query={"reason": reason, "void_hour_ends_at": void_hour_ends_at},
                key=idempotency_key,
            ),
            shapes.Event,
        )

    def resolve_event(
        self,
        id: str | UUID,
        *,
        outcome: int | None = None,
        payouts: Sequence[Decimal] | None = None,
        value: Decimal | None = None,
        correct: bool | None = None,
        note: str | None = None,
        idempotency_key: str = "",
    ) -> shapes.Event:
        """Resolve an event, or propose its result where it may be challenged."""
        return self.told(
            Ask(
                "POST",
                f"/api/v1/events/{segment(id)}/resolve",
                body={
                    "outcome": outcome,
                    "payouts": payouts,
                    "value": value,
                    "correct": correct,
                    "note": note,
                },
                key=idempotency_key,
            ),
            shapes.Event,
        )

    def admin_list_events(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        status: Literal["draft", "active", "locked", "resolving", "resolved", "cancelled"] | None = None,
        category: str | None = None,
        type: Literal["binary", "multiple_choice", "scalar"] | None = None,
        q: str | None = None,
        creator: str | None = None,
        sort: str | None = None,
        page: int | None = None,
        venue: str | None = None,
        market_id: str | None = None,
    ) -> shapes.EventPage:
        """Events in every state, with the results that wait to be confirmed."""
        return self.told(
            Ask(
                "GET",
                "/api/v1/admin/events",
                query={
                    "limit": limit,
                    "cursor": cursor,
                    "status": status,
                    "category": category,
                    "type": type,
                    "q": q,
                    "creator": creator,
                    "sort": sort,
                    "page": page,
                    "venue": venue,
                    "market_id": market_id,
                },
            ),
            shapes.EventPage,
        )

    def admin_lock_event(
        self, id: str | UUID, *, reason: str | None = None, idempotency_key: str = ""
    ) -> shapes.Event:
        """Lock an event before its time."""
        return self.told(
            Ask(
                "POST",
                f"/api/v1/admin/events/{segment(id)}/lock",
                body={"reason": reason},
                key=idempotency_key,
            ),
            shapes.Event,
        )

    def list_categories(self) -> shapes.Categories:
        """Categories with what is open in each."""
        return self.told(Ask("GET", "/api/v1/categories"), shapes.Categories)

    def list_balances(self) -> shapes.Balances:
        """My balances."""
        return self.told(Ask("GET", "/api/v1/wallet/balances"), shapes.Balances)

    def list_transactions(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        type: Literal[
            "deposit",
            "withdrawal",
            "bet",
            "sale",
            "payout",
            "refund",
            "fee",
            "subsidy",
            "house_result",
            "capital",
            "adjustment",
            "reserve",
            "release",
            "bond",
            "bond_return",
            "bond_forfeit",
            "creation",
            "creation_return",
        ]
        | None = None,
        asset: str | None = None,
    ) -> shapes.TransactionPage:
        """My transactions, newest first."""
        return self.told(
            Ask(
                "GET",
                "/api/v1/wallet/transactions",
                query={"limit": limit, "cursor": cursor, "type": type, "asset": asset},
            ),
            shapes.TransactionPage,
        )

    def create_deposit(
        self, *, rail: str, amount: Decimal, asset: str | None = None, idempotency_key: str = ""
    ) -> shapes.Deposit:
        """Begin a deposit."""
        return self.told(
            Ask(
                "POST",
                "/api/v1/wallet/deposits",
                body={"rail": rail, "amount": amount, "asset": asset},
                key=idempotency_key,
            ),
            shapes.Deposit,
        )

    def get_deposit(self, id: str | UUID) -> shapes.Deposit:
        """One of my deposits."""
        return self.told(Ask("GET", f"/api/v1/wallet/deposits/{segment(id)}"), shapes.Deposit)

    def admin_check_ledger(self) -> shapes.Ledger:
        """Prove that debits equal credits."""
        return self.told(Ask("GET", "/api/v1/admin/ledger"), shapes.Ledger)

    def get_statement(
        self,
        *,
        from_: datetime,
        to: datetime,
        asset: str | None = None,
        format: Literal["json", "csv"] | None = None,
    ) -> shapes.Statement:
        """My books over a span of time, as JSON or CSV."""
        return self.told(
            Ask(
                "GET",
                "/api/v1/wallet/statement",
                query={"from": from_, "to": to, "asset": asset, "format": format},
            ),
            shapes.Statement,
        )

    def explain_balance(self, *, asset: str | None = None) -> shapes.BalanceExplained:
        """What each figure of my balance is made of."""
        return self.told(
            Ask("GET", "/api/v1/wallet/balances/explain", query={"asset": asset}), shapes.BalanceExplained
        )

    def explain_transaction(self, id: str | UUID) -> shapes.TransactionExplained:
        """What one transaction means, and the balance after it."""
        return self.told(
            Ask("GET", f"/api/v1/wallet/transactions/{segment(id)}/explain"), shapes.TransactionExplained
        )

    def admin_get_account(self, id: str | UUID, *, at: datetime | None = None) -> shapes.Account:
        """An account of the ledger, as it is or as it was."""
        return self.told(
            Ask("GET", f"/api/v1/admin/ledger/accounts/{segment(id)}", query={"at": at}), shapes.Account
        )

    def admin_list_account_transfers(
        self,
        id: str | UUID,
        *,
        from_: datetime,
        to: datetime,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> shapes.TransferPage:
        """All that touched an account in a time, newest first."""
        return self.told(
            Ask(
                "GET",
                f"/api/v1/admin/ledger/accounts/{segment(id)}/transfers",
                query={"limit": limit, "cursor": cursor, "from": from_, "to": to},
            ),
            shapes.TransferPage,
        )

    def admin_get_transfer(self, id: str | UUID) -> shapes.Transfer:
        """A transfer of the ledger."""
        return self.told(Ask("GET", f"/api/v1/admin/ledger/transfers/{segment(id)}"), shapes.Transfer)

    def admin_list_incidents(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        closed: Literal["true", "false"] | None = None,
    ) -> shapes.IncidentPage1:
        """What can't happen and did, newest first."""
        return self.told(
            Ask("GET", "/api/v1/admin/incidents", query={"limit": limit, "cursor": cursor, "closed": closed}),
            shapes.IncidentPage1,
        )

    def admin_close_incident(
        self, id: str | UUID, *, note: str, idempotency_key: str = ""
    ) -> shapes.LedgerIncident:
        """Close an incident and thaw what it froze."""
        return self.told(
            Ask(
                "POST",
                f"/api/v1/admin/incidents/{segment(id)}/close",
                body={"note": note},
                key=idempotency_key,
            ),
            shapes.LedgerIncident,
        )

    def list_drafts(
        self, *, limit: int | None = None, cursor: str | None = None, creator: str | None = None
    ) -> shapes.EventPage:
        """My drafts that are not published."""
        return self.told(
            Ask("GET", "/api/v1/drafts", query={"limit": limit, "cursor": cursor, "creator": creator}),
            shapes.EventPage,
        )

    def get_draft(self, id: str | UUID) -> shapes.Event:
        """One of my drafts."""
        return self.told(Ask("GET", f"/api/v1/drafts/{segment(id)}"), shapes.Event)

    def publish_event(
        self, id: str | UUID, *, version: int | None = None, idempotency_key: str = ""
    ) -> shapes.Event:
        """Publish a draft: pay what it costs and open its market."""
        return self.told(
            Ask(
                "POST",
                f"/api/v1/events/{segment(id)}/publish",
                body={"version": version},
                key=idempotency_key,
            ),
            shapes.Event,
        )

    def admin_create_category(
        self, *, category: str, label: str, idempotency_key: str = ""
    ) -> shapes.Category:
        """Add a category."""
        return self.told(
            Ask(
                "POST",
                "/api/v1/admin/categories",
                body={"category": category, "label": label},
                key=idempotency_key,
            ),
            shapes.Category,
        )

    def open_dispute(
        self, id: str | UUID, *, reason: str, evidence_url: str | None = None, idempotency_key: str = ""
    ) -> shapes.Dispute:
        """Dispute a proposed result; a bond is held until it is decided."""
        return self.told(
            Ask(
                "POST",
                f"/api/v1/events/{segment(id)}/disputes",
                body={"reason": reason, "evidence_url": evidence_url},
                key=idempotency_key,
            ),
            shapes.Dispute,
        )

    def list_my_disputes(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        status: Literal["bonding", "open", "refused", "upheld", "rejected", "moot"] | None = None,
        event_id: str | None = None,
    ) -> shapes.DisputePage:
        """My disputes, newest first."""
        return self.told(
            Ask(
                "GET",
                "/api/v1/disputes",
                query={"limit": limit, "cursor": cursor, "status": status, "event_id": event_id},
            ),
            shapes.DisputePage,
        )

    def admin_list_disputes(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        status: Literal["bonding", "open", "refused", "upheld", "rejected", "moot"] | None = None,
        event_id: str | None = None,
    ) -> shapes.DisputePage:
        """Disputes, newest first."""
        return self.told(
            Ask(
                "GET",
                "/api/v1/admin/disputes",
                query={"limit": limit, "cursor": cursor, "status": status, "event_id": event_id},
            ),
            shapes.DisputePage,
        )

    def admin_decide_dispute(
        self,
        id: str | UUID,
        *,
        decision: Literal["uphold", "reject"],
        note: str,
        outcome: int | None = None,
        payouts: Sequence[Decimal] | None = None,
        value: Decimal | None = None,
        idempotency_key: str = "",
    ) -> shapes.Dispute:
        """Uphold a dispute and say what is right, or reject it."""
        return self.told(
            Ask(
                "POST",
                f"/api/v1/admin/disputes/{segment(id)}/decide",
                body={
                    "decision": decision,
                    "note": note,
                    "outcome": outcome,
                    "payouts": payouts,
                    "value": value,
                },
                key=idempotency_key,
            ),
            shapes.Dispute,
        )

    def admin_confirm_resolution(
        self,
        id: str | UUID,
        *,
        decision: Literal["confirm", "withdraw"],
        note: str | None = None,
        idempotency_key: str = "",
    ) -> shapes.Event:
        """Confirm a result that waits for another administrator, or withdraw one."""
        return self.told(
            Ask(
                "POST",
                f"/api/v1/admin/events/{segment(id)}/confirm",
                body={"decision": decision, "note": note},
                key=idempotency_key,
            ),
            shapes.Event,
        )

    def admin_get_crawler_rules(self) -> shapes.CrawlerRules:
        """The rules by which venue markets become events."""
        return self.told(Ask("GET", "/api/v1/admin/crawler-rules"), shapes.CrawlerRules)

    def admin_set_crawler_rules(
        self,
        *,
        rules: Sequence[shapes.CrawlerRuleIn],
        category_words: Mapping[str, Any] | None = None,
        version: int | None = None,
        idempotency_key: str = "",
    ) -> shapes.CrawlerRules:
        """Replace the rules by which venue markets become events."""
        return self.told(
            Ask(
                "PUT",
                "/api/v1/admin/crawler-rules",
                body={"rules": rules, "category_words": category_words, "version": version},
                key=idempotency_key,
            ),
            shapes.CrawlerRules,
        )

    def admin_dry_run_crawler_rules(
        self, *, rules: shapes.RulesIn | None = None, venue: str | None = None, limit: int | None = None
    ) -> shapes.DryRun:
        """What rules would open now, and why not the others; opens nothing."""
        return self.told(
            Ask(
                "POST",
                "/api/v1/admin/crawler-rules:dry-run",
                body={"rules": rules, "venue": venue, "limit": limit},
            ),
            shapes.DryRun,
        )

    def register(
        self, *, email: str, password: str, display_name: str | None = None, idempotency_key: str = ""
    ) -> shapes.SignedIn:
        """Open an account with e-mail and password."""
        return self.told(
            Ask(
                "POST",
                "/api/v1/auth/register",
                body={"email": email, "password": password, "display_name": display_name},
                key=idempotency_key,
            ),
            shapes.SignedIn,
        )

    def create_challenge(
        self,
        *,
        chain: Literal["evm", "solana"],
        address: str,
        chain_id: str | None = None,
        idempotency_key: str = "",
    ) -> shapes.Challenge:
        """Get a message for a wallet to sign."""
        return self.told(
            Ask(
                "POST",
                "/api/v1/auth/challenge",
                body={"chain": chain, "address": address, "chain_id": chain_id},
                key=idempotency_key,
            ),
            shapes.Challenge,
        )

    def login(
        self,
        *,
        nonce: str | None = None,
        signature: str | None = None,
        email: str | None = None,
        password: str | None = None,
        totp: str | None = None,
        verification_code: str | None = None,
        idempotency_key: str = "",
    ) -> shapes.SignedIn:
        """Sign in with a signed challenge, or with e-mail and password."""
        return self.told(
            Ask(
                "POST",
                "/api/v1/auth/login",
                body={
                    "nonce": nonce,
                    "signature": signature,
                    "email": email,
                    "password": password,
                    "totp": totp,
                    "verification_code": verification_code,
                },
                key=idempotency_key,
            ),
            shapes.SignedIn,
        )

    def refresh(self, *, refresh_token: str | None = None, idempotency_key: str = "") -> shapes.Tokens:
        """Exchange a refresh token for a new pair."""
        return self.told(
            Ask("POST", "/api/v1/auth/refresh", body={"refresh_token": refresh_token}, key=idempotency_key),
            shapes.Tokens,
        )

    def logout(self, *, idempotency_key: str = "") -> None:
        """End this session."""
        self.done(Ask("POST", "/api/v1/auth/logout", key=idempotency_key))

    def list_sessions(self) -> shapes.Sessions:
        """List my sessions."""
        return self.told(Ask("GET", "/api/v1/auth/sessions"), shapes.Sessions)

    def end_session(self, id: str | UUID, *, idempotency_key: str = "") -> None:
        """End one of my sessions."""
        self.done(Ask("DELETE", f"/api/v1/auth/sessions/{segment(id)}", key=idempotency_key))

    def get_jwks(self) -> dict[str, Any]:
        """The public keys of access tokens."""
        return self.told(Ask("GET", "/.well-known/jwks.json"), dict[str, Any])

    def get_jwks_under_base(self) -> dict[str, Any]:
        """The same keys under the base address."""
        return self.told(Ask("GET", "/api/v1/.well-known/jwks.json"), dict[str, Any])

    def get_me(self) -> shapes.User:
        """My account."""
        return self.told(Ask("GET", "/api/v1/users/me"), shapes.User)

    def update_me(
        self,
        *,
        display_name: str | None = None,
        preferences: Mapping[str, Any] | None = None,
        idempotency_key: str = "",
    ) -> shapes.User:
        """Change my profile."""
        return self.told(
            Ask(
                "PUT",
                "/api/v1/users/me",
                body={"display_name": display_name, "preferences": preferences},
                key=idempotency_key,
            ),
            shapes.User,
        )

    def delete_me(self, *, confirm: str | UUID, idempotency_key: str = "") -> None:
        """Delete my account, of which a pseudonym stays in the books."""
        self.done(Ask("DELETE", "/api/v1/users/me", query={"confirm": confirm}, key=idempotency_key))

    def get_user(self, id: str | UUID) -> shapes.PublicUser:
        """What anybody may know about a user."""
        return self.told(Ask("GET", f"/api/v1/users/{segment(id)}"), shapes.PublicUser)

    def admin_list_users(
        self, *, limit: int | None = None, cursor: str | None = None, q: str | None = None
    ) -> shapes.UserPage:
        """Accounts, newest first."""
        return self.told(
            Ask("GET", "/api/v1/admin/users", query={"limit": limit, "cursor": cursor, "q": q}),
            shapes.UserPage,
        )

    def admin_set_roles(
        self,
        id: str | UUID,
        *,
        roles: Sequence[Literal["user", "creator", "admin"]],
        idempotency_key: str = "",
    ) -> shapes.User:
        """Set the roles of an account; the operator alone makes administrators."""
        return self.told(
            Ask(
                "POST", f"/api/v1/admin/users/{segment(id)}/role", body={"roles": roles}, key=idempotency_key
            ),
            shapes.User,
        )

    def admin_set_tier(
        self, id: str | UUID, *, tier: Literal["basic", "verified", "premium"], idempotency_key: str = ""
    ) -> shapes.User:
        """Set the tier of an account."""
        return self.told(
            Ask("POST", f"/api/v1/admin/users/{segment(id)}/tier", body={"tier": tier}, key=idempotency_key),
            shapes.User,
        )

    def admin_ban_user(self, id: str | UUID, *, reason: str, idempotency_key: str = "") -> shapes.User:
        """Bar an account; its sessions end everywhere within a second."""
        return self.told(
            Ask(
                "POST", f"/api/v1/admin/users/{segment(id)}/ban", body={"reason": reason}, key=idempotency_key
            ),
            shapes.User,
        )

    def admin_unban_user(self, id: str | UUID, *, idempotency_key: str = "") -> shapes.User:
        """Let a barred account in again."""
        return self.told(
            Ask("POST", f"/api/v1/admin/users/{segment(id)}/unban", key=idempotency_key), shapes.User
        )

    def verify_email(self, *, token: str, idempotency_key: str = "") -> None:
        """Prove an e-mail address with the token that was mailed to it."""
        self.done(Ask("POST", "/api/v1/auth/verify-email", body={"token": token}, key=idempotency_key))

    def resend_verification(self, *, idempotency_key: str = "") -> shapes.MailOnItsWay:
        """Mail me such a token once more."""
        return self.told(
            Ask("POST", "/api/v1/auth/verify-email/resend", key=idempotency_key), shapes.MailOnItsWay
        )

    def forgot_password(self, *, email: str, idempotency_key: str = "") -> shapes.MailOnItsWay:
        """Have a new password offered to an address, if it has an account."""
        return self.told(
            Ask("POST", "/api/v1/auth/password/forgot", body={"email": email}, key=idempotency_key),
            shapes.MailOnItsWay,
        )

    def reset_password(self, *, token: str, new_password: str, idempotency_key: str = "") -> None:
        """Set a new password with a mailed token; ends all sessions and API keys."""
        self.done(
            Ask(
                "POST",
                "/api/v1/auth/password/reset",
                body={"token": token, "new_password": new_password},
                key=idempotency_key,
            )
        )

    def change_password(self, *, current_password: str, new_password: str, idempotency_key: str = "") -> None:
        """Set a new password; ends my other sessions and my API keys."""
        self.done(
            Ask(
                "POST",
                "/api/v1/auth/password/change",
                body={"current_password": current_password, "new_password": new_password},
                key=idempotency_key,
            )
        )

    def enroll_totp(self, *, idempotency_key: str = "") -> shapes.Enrolment:
        """Get a secret for an authenticator."""
        return self.told(Ask("POST", "/api/v1/auth/totp/enroll", key=idempotency_key), shapes.Enrolment)

    def confirm_totp(self, *, code: str, idempotency_key: str = "") -> shapes.RecoveryCodes:
        """Put the second factor in force with its first code; answers with recovery codes."""
        return self.told(
            Ask("POST", "/api/v1/auth/totp/confirm", body={"code": code}, key=idempotency_key),
            shapes.RecoveryCodes,
        )

    def disable_totp(self, *, code: str, idempotency_key: str = "") -> None:
        """Take the second factor away."""
        self.done(Ask("POST", "/api/v1/auth/totp/disable", body={"code": code}, key=idempotency_key))

    def renew_recovery_codes(self, *, code: str, idempotency_key: str = "") -> shapes.RecoveryCodes:
        """Make new recovery codes; the old ones serve no more."""
        return self.told(
            Ask("POST", "/api/v1/auth/totp/recovery", body={"code": code}, key=idempotency_key),
            shapes.RecoveryCodes,
        )

    def start_open_id(self, provider: str | UUID, *, idempotency_key: str = "") -> shapes.OpenIdStart:
        """Begin to sign in with a provider of OpenID Connect: go to `authorization_url`."""
        return self.told(
            Ask("GET", f"/api/v1/auth/oauth/{segment(provider)}/start", key=idempotency_key),
            shapes.OpenIdStart,
        )

    def finish_open_id(
        self,
        provider: str | UUID,
        *,
        state: str | None = None,
        code: str | None = None,
        iss: str | None = None,
        error: str | None = None,
        totp: str | None = None,
        verification_code: str | None = None,
        idempotency_key: str = "",
    ) -> shapes.SignedIn:
        """End it, with what the provider answered and the cookie of the start."""
        return self.told(
            Ask(
                "GET",
                f"/api/v1/auth/oauth/{segment(provider)}/callback",
                query={
                    "state": state,
                    "code": code,
                    "iss": iss,
                    "error": error,
                    "totp": totp,
                    "verification_code": verification_code,
                },
                key=idempotency_key,
            ),
            shapes.SignedIn,
        )

    def get_my_kyc(self) -> shapes.Kyc:
        """Where my identity check stands."""
        return self.told(Ask("GET", "/api/v1/users/me/kyc"), shapes.Kyc)

    def start_kyc(
        self,
        *,
        legal_name: str,
        birth_date: str,
        country: str,
        region: str | None = None,
        idempotency_key: str = "",
    ) -> shapes.Kyc:
        """Begin an identity check."""
        return self.told(
            Ask(
                "POST",
                "/api/v1/users/me/kyc",
                body={
                    "legal_name": legal_name,
                    "birth_date": birth_date,
                    "country": country,
                    "region": region,
                },
                key=idempotency_key,
            ),
            shapes.Kyc,
        )

    def add_kyc_document(
        self,
        *,
        kind: Literal["passport", "identity_card", "driving_licence", "residence_permit", "utility_bill"],
        country: str,
        media_type: Literal["image/jpeg", "image/png", "application/pdf"],
        content_base64: str,
        idempotency_key: str = "",
    ) -> shapes.Kyc:
        """Send a document for it, which goes to the provider."""
        return self.told(
            Ask(
                "POST",
                "/api/v1/users/me/kyc/documents",
                body={
                    "kind": kind,
                    "country": country,
                    "media_type": media_type,
                    "content_base64": content_base64,
                },
                key=idempotency_key,
            ),
            shapes.Kyc,
        )

    def receive_kyc_webhook(self, provider: str | UUID, *, idempotency_key: str = "") -> None:
        """For providers of identity checks: a verdict, signed."""
        self.done(Ask("POST", f"/api/v1/webhooks/kyc/{segment(provider)}", key=idempotency_key))

    def admin_decide_kyc(
        self, id: str | UUID, *, approved: bool, reason: str, idempotency_key: str = ""
    ) -> shapes.Kyc:
        """Decide an identity check in the provider's place."""
        return self.told(
            Ask(
                "POST",
                f"/api/v1/admin/kyc/{segment(id)}/decide",
                body={"approved": approved, "reason": reason},
                key=idempotency_key,
            ),
            shapes.Kyc,
        )

    def admin_list_compliance_reports(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        user_id: str | UUID | None = None,
        kind: str | None = None,
    ) -> shapes.ComplianceReportPage:
        """What looked suspicious, newest first."""
        return self.told(
            Ask(
                "GET",
                "/api/v1/admin/compliance/reports",
                query={"limit": limit, "cursor": cursor, "user_id": user_id, "kind": kind},
            ),
            shapes.ComplianceReportPage,
        )

    def get_my_limits(self) -> shapes.Play:
        """Limits and times without play that I have set myself."""
        return self.told(Ask("GET", "/api/v1/users/me/limits"), shapes.Play)

    def set_my_limits(
        self,
        *,
        limits: shapes.LimitsIn | None = None,
        exclusion: shapes.ExclusionIn | None = None,
        idempotency_key: str = "",
    ) -> shapes.Play:
        """Set myself limits: lower ones hold at once, higher ones after a day."""
        return self.told(
            Ask(
                "PUT",
                "/api/v1/users/me/limits",
                body={"limits": limits, "exclusion": exclusion},
                key=idempotency_key,
            ),
            shapes.Play,
        )

    def export_me(self) -> shapes.Export:
        """Everything held about me."""
        return self.told(Ask("GET", "/api/v1/users/me/export"), shapes.Export)

    def get_my_consents(self) -> shapes.Consents:
        """What I agreed to."""
        return self.told(Ask("GET", "/api/v1/users/me/consents"), shapes.Consents)

    def set_my_consents(
        self, *, consents: Sequence[shapes.ConsentIn], idempotency_key: str = ""
    ) -> shapes.Consents:
        """Agree to a purpose, or take it back."""
        return self.told(
            Ask("PUT", "/api/v1/users/me/consents", body={"consents": consents}, key=idempotency_key),
            shapes.Consents,
        )

    def admin_list_audit_logs(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        actor: str | None = None,
        subject: str | None = None,
        action: str | None = None,
        class_: str | None = None,
        service: str | None = None,
        from_: datetime | None = None,
        to: datetime | None = None,
    ) -> shapes.AuditEntryPage:
        """What was done, by whom, to what; newest first."""
        return self.told(
            Ask(
                "GET",
                "/api/v1/admin/audit-logs",
                query={
                    "limit": limit,
                    "cursor": cursor,
                    "actor": actor,
                    "subject": subject,
                    "action": action,
                    "class": class_,
                    "service": service,
                    "from": from_,
                    "to": to,
                },
            ),
            shapes.AuditEntryPage,
        )

    def list_api_keys(self) -> shapes.ApiKeys:
        """List my API keys."""
        return self.told(Ask("GET", "/api/v1/auth/api-keys"), shapes.ApiKeys)

    def create_api_key(
        self,
        *,
        name: str,
        scopes: Sequence[Literal["read", "trade", "events", "wallet", "notifications", "scores:write"]],
        days: int | None = None,
        totp: str | None = None,
        idempotency_key: str = "",
    ) -> shapes.NewApiKey:
        """Make an API key; its secret is told once."""
        return self.told(
            Ask(
                "POST",
                "/api/v1/auth/api-keys",
                body={"name": name, "scopes": scopes, "days": days, "totp": totp},
                key=idempotency_key,
            ),
            shapes.NewApiKey,
        )

    def revoke_api_key(self, id: str | UUID, *, idempotency_key: str = "") -> None:
        """End an API key, everywhere within a second."""
        self.done(Ask("DELETE", f"/api/v1/auth/api-keys/{segment(id)}", key=idempotency_key))

    def list_my_wallets(self) -> shapes.Wallets:
        """The addresses that sign in to my account."""
        return self.told(Ask("GET", "/api/v1/users/me/wallets"), shapes.Wallets)

    def add_wallet(self, *, nonce: str, signature: str, idempotency_key: str = "") -> shapes.Wallet:
        """Add the address that signed such a message."""
        return self.told(
            Ask(
                "POST",
                "/api/v1/users/me/wallets",
                body={"nonce": nonce, "signature": signature},
                key=idempotency_key,
            ),
            shapes.Wallet,
        )

    def create_wallet_challenge(
        self,
        *,
        chain: Literal["evm", "solana"],
        address: str,
        chain_id: str | None = None,
        idempotency_key: str = "",
    ) -> shapes.Challenge:
        """Get a message that adds an address to my account."""
        return self.told(
            Ask(
                "POST",
                "/api/v1/users/me/wallets/challenge",
                body={"chain": chain, "address": address, "chain_id": chain_id},
                key=idempotency_key,
            ),
            shapes.Challenge,
        )

    def remove_wallet(self, id: str | UUID, *, idempotency_key: str = "") -> None:
        """Take an address off my account."""
        self.done(Ask("DELETE", f"/api/v1/users/me/wallets/{segment(id)}", key=idempotency_key))

    def advise_stake(
        self,
        *,
        event_id: str | UUID,
        outcome: int,
        probability: Decimal,
        bankroll: Decimal | None = None,
        fraction: Decimal | None = None,
        max_stake: Decimal | None = None,
    ) -> shapes.Kelly:
        """How much to stake, by my own probability."""
        return self.told(
            Ask(
                "POST",
                "/api/v1/risk/kelly",
                body={
                    "event_id": event_id,
                    "outcome": outcome,
                    "probability": probability,
                    "bankroll": bankroll,
                    "fraction": fraction,
                    "max_stake": max_stake,
                },
            ),
            shapes.Kelly,
        )

    def measure_impact(
        self,
        *,
        event_id: str | UUID,
        outcome: int,
        side: Literal["buy", "sell"] | None = None,
        amount: Decimal | None = None,
        shares: Decimal | None = None,
    ) -> shapes.Impact:
        """What an order does to the price."""
        return self.told(
            Ask(
                "POST",
                "/api/v1/risk/impact",
                body={
                    "event_id": event_id,
                    "outcome": outcome,
                    "side": side,
                    "amount": amount,
                    "shares": shares,
                },
            ),
            shapes.Impact,
        )

    def get_limits(self, *, asset: str | None = None) -> shapes.Limits:
        """My limits, what is used and what is left."""
        return self.told(Ask("GET", "/api/v1/risk/limits", query={"asset": asset}), shapes.Limits)

    def get_exposure(self) -> shapes.Exposure:
        """What I have at stake."""
        return self.told(Ask("GET", "/api/v1/risk/exposure"), shapes.Exposure)

    def get_correlation(self, *, hours: int | None = None) -> shapes.Correlation:
        """How the prices of what I hold move together."""
        return self.told(Ask("GET", "/api/v1/risk/correlation", query={"hours": hours}), shapes.Correlation)

    def list_alerts(self, *, limit: int | None = None, cursor: str | None = None) -> shapes.AlertPage:
        """What I should know of my limits, triggers and held orders."""
        return self.told(
            Ask("GET", "/api/v1/risk/alerts", query={"limit": limit, "cursor": cursor}), shapes.AlertPage
        )

    def create_trigger(
        self,
        *,
        event_id: str | UUID,
        outcome: int,
        kind: Literal["stop_loss", "take_profit"],
        price: Decimal,
        shares: Decimal | None = None,
        min_price: Decimal | None = None,
        idempotency_key: str = "",
    ) -> shapes.Trigger:
        """Sell when the price gets there."""
        return self.told(
            Ask(
                "POST",
                "/api/v1/risk/triggers",
                body={
                    "event_id": event_id,
                    "outcome": outcome,
                    "kind": kind,
                    "price": price,
                    "shares": shares,
                    "min_price": min_price,
                },
                key=idempotency_key,
            ),
            shapes.Trigger,
        )

    def list_triggers(
        self, *, limit: int | None = None, cursor: str | None = None, event_id: str | None = None
    ) -> shapes.TriggerPage:
        """My triggers, newest first."""
        return self.told(
            Ask(
                "GET", "/api/v1/risk/triggers", query={"limit": limit, "cursor": cursor, "event_id": event_id}
            ),
            shapes.TriggerPage,
        )

    def get_trigger(self, id: str | UUID) -> shapes.Trigger:
        """One of my triggers."""
        return self.told(Ask("GET", f"/api/v1/risk/triggers/{segment(id)}"), shapes.Trigger)

    def delete_trigger(self, id: str | UUID, *, idempotency_key: str = "") -> shapes.Trigger:
        """Take back a trigger that waits."""
        return self.told(
            Ask("DELETE", f"/api/v1/risk/triggers/{segment(id)}", key=idempotency_key), shapes.Trigger
        )

    def admin_get_exposure(self, *, limit: int | None = None) -> shapes.HouseExposure:
        """What the house can still lose."""
        return self.told(Ask("GET", "/api/v1/admin/exposure", query={"limit": limit}), shapes.HouseExposure)

    def admin_set_limits(
        self,
        id: str | UUID,
        *,
        reason: str,
        asset: str | None = None,
        order: Decimal | None = None,
        market: Decimal | None = None,
        category: Decimal | None = None,
        day_stake: Decimal | None = None,
        week_stake: Decimal | None = None,
        day_loss: Decimal | None = None,
        week_loss: Decimal | None = None,
        orders_per_minute: int | None = None,
        blocked: bool | None = None,
        idempotency_key: str = "",
    ) -> shapes.AssetLimits:
        """Set what one person may do."""
        return self.told(
            Ask(
                "POST",
                f"/api/v1/admin/users/{segment(id)}/limits",
                body={
                    "asset": asset,
                    "order": order,
                    "market": market,
                    "category": category,
                    "day_stake": day_stake,
                    "week_stake": week_stake,
                    "day_loss": day_loss,
                    "week_loss": week_loss,
                    "orders_per_minute": orders_per_minute,
                    "blocked": blocked,
                    "reason": reason,
                },
                key=idempotency_key,
            ),
            shapes.AssetLimits,
        )

    def admin_list_limits(self) -> shapes.Rules:
        """What tiers may do, and what the house may lose."""
        return self.told(Ask("GET", "/api/v1/admin/limits"), shapes.Rules)

    def admin_set_tier_limits(
        self,
        *,
        tier: Literal["basic", "verified", "premium"],
        asset: str,
        order: Decimal,
        market: Decimal,
        category: Decimal,
        day_stake: Decimal,
        week_stake: Decimal,
        day_loss: Decimal,
        week_loss: Decimal,
        orders_per_minute: int,
        reason: str,
        idempotency_key: str = "",
    ) -> shapes.TierLimits:
        """Set what people of a tier may do, from their next bet on."""
        return self.told(
            Ask(
                "PUT",
                "/api/v1/admin/limits/tiers",
                body={
                    "tier": tier,
                    "asset": asset,
                    "order": order,
                    "market": market,
                    "category": category,
                    "day_stake": day_stake,
                    "week_stake": week_stake,
                    "day_loss": day_loss,
                    "week_loss": week_loss,
                    "orders_per_minute": orders_per_minute,
                    "reason": reason,
                },
                key=idempotency_key,
            ),
            shapes.TierLimits,
        )

    def admin_set_house_limits(
        self,
        *,
        asset: str,
        reason: str,
        market: Decimal | None = None,
        total: Decimal | None = None,
        least_resting: Decimal | None = None,
        idempotency_key: str = "",
    ) -> shapes.HouseLimits:
        """Set what the house may lose, and what rests at least, from the next bet on."""
        return self.told(
            Ask(
                "PUT",
                "/api/v1/admin/limits/house",
                body={
                    "asset": asset,
                    "market": market,
                    "total": total,
                    "least_resting": least_resting,
                    "reason": reason,
                },
                key=idempotency_key,
            ),
            shapes.HouseLimits,
        )

    def admin_list_prohibited(self) -> shapes.Prohibitions:
        """What nobody may buy into."""
        return self.told(Ask("GET", "/api/v1/admin/prohibited"), shapes.Prohibitions)

    def admin_set_prohibited(
        self, *, data: Sequence[shapes.ProhibitionIn], idempotency_key: str = ""
    ) -> shapes.Prohibitions:
        """Replace what nobody may buy into."""
        return self.told(
            Ask("PUT", "/api/v1/admin/prohibited", body={"data": data}, key=idempotency_key),
            shapes.Prohibitions,
        )

    def admin_list_reviews(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        status: Literal["pending", "approved", "placed", "rejected"] | None = None,
    ) -> shapes.ReviewPage:
        """Orders that wait for somebody to look at them."""
        return self.told(
            Ask("GET", "/api/v1/admin/reviews", query={"limit": limit, "cursor": cursor, "status": status}),
            shapes.ReviewPage,
        )

    def admin_decide_review(
        self, id: str | UUID, *, decision: Literal["approve", "reject"], note: str, idempotency_key: str = ""
    ) -> shapes.Review:
        """Let an order pass or turn it away."""
        return self.told(
            Ask(
                "POST",
                f"/api/v1/admin/reviews/{segment(id)}/decide",
                body={"decision": decision, "note": note},
                key=idempotency_key,
            ),
            shapes.Review,
        )

    def list_markets(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        venue: Literal["polymarket", "kalshi", "manifold"] | None = None,
        q: str | None = None,
        status: Literal[
            "upcoming", "open", "paused", "closed", "determined", "disputed", "resolved", "void", "unknown"
        ]
        | None = None,
        page: int | None = None,
    ) -> shapes.MarketPage:
        """Markets of the venues."""
        return self.told(
            Ask(
                "GET",
                "/api/v1/markets",
                query={
                    "limit": limit,
                    "cursor": cursor,
                    "venue": venue,
                    "q": q,
                    "status": status,
                    "page": page,
                },
            ),
            shapes.MarketPage,
        )

    def list_market_matches(
        self,
        *,
        venue: Literal["polymarket", "kalshi", "manifold"] | None = None,
        market_id: str | None = None,
        limit: int | None = None,
    ) -> shapes.Matches:
        """The same question on several venues, with the price gap."""
        return self.told(
            Ask(
                "GET",
                "/api/v1/markets/matches",
                query={"venue": venue, "market_id": market_id, "limit": limit},
            ),
            shapes.Matches,
        )

    def list_market_incidents(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        venue: Literal["polymarket", "kalshi", "manifold"] | None = None,
        market_id: str | None = None,
        open: Literal["true", "false"] | None = None,
    ) -> shapes.IncidentPage2:
        """What was wrong with what the venues said."""
        return self.told(
            Ask(
                "GET",
                "/api/v1/markets/incidents",
                query={
                    "limit": limit,
                    "cursor": cursor,
                    "venue": venue,
                    "market_id": market_id,
                    "open": open,
                },
            ),
            shapes.IncidentPage2,
        )

    def get_market(self, venue: str | UUID, id: str | UUID) -> shapes.Market:
        """One market with its latest prices."""
        return self.told(Ask("GET", f"/api/v1/markets/{segment(venue)}/{segment(id)}"), shapes.Market)

    def get_market_quote(self, venue: str | UUID, id: str | UUID) -> shapes.Quotes:
        """The latest prices."""
        return self.told(Ask("GET", f"/api/v1/markets/{segment(venue)}/{segment(id)}/quote"), shapes.Quotes)

    def get_market_book(self, venue: str | UUID, id: str | UUID) -> shapes.Books:
        """The order book."""
        return self.told(Ask("GET", f"/api/v1/markets/{segment(venue)}/{segment(id)}/book"), shapes.Books)

    def list_market_trades(
        self, venue: str | UUID, id: str | UUID, *, limit: int | None = None, cursor: str | None = None
    ) -> shapes.MarketTradePage:
        """Trades, newest first."""
        return self.told(
            Ask(
                "GET",
                f"/api/v1/markets/{segment(venue)}/{segment(id)}/trades",
                query={"limit": limit, "cursor": cursor},
            ),
            shapes.MarketTradePage,
        )

    def list_market_candles(
        self,
        venue: str | UUID,
        id: str | UUID,
        *,
        interval: Literal["1m", "5m", "1h", "1d"] | None = None,
        outcome: int | None = None,
        start: datetime | None = None,
        end: datetime | None = None,
    ) -> shapes.Candles:
        """Candles, oldest first."""
        return self.told(
            Ask(
                "GET",
                f"/api/v1/markets/{segment(venue)}/{segment(id)}/candles",
                query={"interval": interval, "outcome": outcome, "start": start, "end": end},
            ),
            shapes.Candles,
        )

    def list_candles(
        self,
        id: str | UUID,
        *,
        interval: Literal["1m", "5m", "1h", "1d"] | None = None,
        outcome: int | None = None,
        start: datetime | None = None,
        end: datetime | None = None,
    ) -> shapes.Candles:
        """Candles of an event, oldest first."""
        return self.told(
            Ask(
                "GET",
                f"/api/v1/events/{segment(id)}/candles",
                query={"interval": interval, "outcome": outcome, "start": start, "end": end},
            ),
            shapes.Candles,
        )

    def list_notifications(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        unread: Literal["true", "false"] | None = None,
    ) -> shapes.Inbox:
        """My notices, newest first."""
        return self.told(
            Ask("GET", "/api/v1/notifications", query={"limit": limit, "cursor": cursor, "unread": unread}),
            shapes.Inbox,
        )

    def mark_notification_read(self, id: str | UUID, *, idempotency_key: str = "") -> shapes.Notification:
        """Mark a notice as read."""
        return self.told(
            Ask("POST", f"/api/v1/notifications/{segment(id)}/read", key=idempotency_key), shapes.Notification
        )

    def mark_all_notifications_read(self, *, idempotency_key: str = "") -> shapes.Marked:
        """Mark all notices as read."""
        return self.told(Ask("POST", "/api/v1/notifications/read-all", key=idempotency_key), shapes.Marked)

    def get_notification_preferences(self) -> shapes.Preferences:
        """Which notices reach me where, and when my channel is quiet."""
        return self.told(Ask("GET", "/api/v1/notifications/preferences"), shapes.Preferences)

    def set_notification_preferences(
        self,
        *,
        choices: Sequence[shapes.ChoiceIn],
        quiet_hours: shapes.QuietHoursIn | None = None,
        idempotency_key: str = "",
    ) -> shapes.Preferences:
        """Say which notices reach me where, for what is sent from now on."""
        return self.told(
            Ask(
                "PUT",
                "/api/v1/notifications/preferences",
                body={"choices": choices, "quiet_hours": quiet_hours},
                key=idempotency_key,
            ),
            shapes.Preferences,
        )

    def list_webhooks(self) -> shapes.Subscriptions:
        """Where my programs are told, and how that goes."""
        return self.told(Ask("GET", "/api/v1/webhooks/subscriptions"), shapes.Subscriptions)

    def create_webhook(
        self, *, url: str, kinds: Sequence[str], idempotency_key: str = ""
    ) -> shapes.NewSubscription:
        """Be told at an address that wants it, signed and in order; the secret is told once."""
        return self.told(
            Ask(
                "POST",
                "/api/v1/webhooks/subscriptions",
                body={"url": url, "kinds": kinds},
                key=idempotency_key,
            ),
            shapes.NewSubscription,
        )

    def verify_webhook(self, id: str | UUID, *, idempotency_key: str = "") -> shapes.Subscription:
        """Have its address asked again whether it wants to be told; what it answers shows in the list."""
        return self.told(
            Ask("POST", f"/api/v1/webhooks/subscriptions/{segment(id)}/verify", key=idempotency_key),
            shapes.Subscription,
        )

    def delete_webhook(self, id: str | UUID, *, idempotency_key: str = "") -> None:
        """Be told there no more; what still waited is dropped."""
        self.done(Ask("DELETE", f"/api/v1/webhooks/subscriptions/{segment(id)}", key=idempotency_key))

    def admin_set_maintenance(
        self,
        *,
        state: Literal["off", "announced", "on"],
        reason: str,
        message: str | None = None,
        starts_at: datetime | None = None,
        ends_at: datetime | None = None,
        idempotency_key: str = "",
    ) -> shapes.Maintenance:
        """Announce maintenance, begin it (commands wait, with 503) or end it."""
        return self.told(
            Ask(
                "POST",
                "/api/v1/admin/maintenance",
                body={
                    "state": state,
                    "message": message,
                    "starts_at": starts_at,
                    "ends_at": ends_at,
                    "reason": reason,
                },
                key=idempotency_key,
            ),
            shapes.Maintenance,
        )

    def get_health(self) -> shapes.Health:
        """Whether everything answers."""
        return self.told(Ask("GET", "/api/v1/health"), shapes.Health)
