"""Making and ending subscriptions."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from oraculum_kit.clock import Clock
from oraculum_kit.db import Connection
from oraculum_kit.ids import uuid7
from oraculum_kit.validation import Violations
from oraculum_notification.errors import (
    SubscriptionDisabled,
    SubscriptionNotFound,
    TooManyChallenges,
    TooManyPublicSubscriptions,
    TooManySubscriptions,
)
from oraculum_notification.gone import Gatekeeper
from oraculum_notification.webhooks import telling
from oraculum_notification.webhooks.addresses import Rules, UrlRefusedError
from oraculum_notification.webhooks.feed import OWN_KINDS
from oraculum_notification.webhooks.proving import ASKED_MAX, ASKED_WITHIN
from oraculum_notification.webhooks.public import PUBLIC_KINDS, channels_of
from oraculum_notification.webhooks.records import Subscription
from oraculum_notification.webhooks.repository import Feeding, Subscriptions
from oraculum_notification.webhooks.signing import Secrets, mark

KINDS: Final = (*OWN_KINDS, *PUBLIC_KINDS)
SUBSCRIPTIONS_MAX: Final = 10
# Of those that hear what everybody may: each costs a row for every line.
PUBLIC_SUBSCRIPTIONS_MAX: Final = 2


class Desk:
    """Where people ask to be told, and not to be any more."""

    def __init__(self, rules: Rules, secrets: Secrets, clock: Clock) -> None:
        self._rules = rules
        self._secrets = secrets
        self._clock = clock
        self._rows = Subscriptions()
        self._feeding = Feeding()
        self._gatekeeper = Gatekeeper()

    def check(self, url: str, kinds: Sequence[str]) -> None:
        """Name what is wrong with a wish."""
        check = Violations()
        try:
            self._rules.destination(url)
        except UrlRefusedError as error:
            check.refuse("url", str(error))
        if not kinds:
            check.refuse("heard_kinds", f"are one or more of {', '.join(KINDS)}")
        for place, kind in enumerate(kinds):
            if kind not in KINDS:
                check.refuse(f"heard_kinds[{place}]", f"is none of {', '.join(KINDS)}")
            elif kind in kinds[:place]:
                check.refuse(f"heard_kinds[{place}]", "is named twice")
        check.finish()

    async def open(
        self, connection: Connection, user_id: UUID, url: str, kinds: Sequence[str]
    ) -> Subscription:
        """Make a subscription in the caller's transaction."""
        # Two that are made at once count each other, and none is made behind the deletion of its owner's account.
        await self._gatekeeper.admit(connection, user_id)
        there = await self._rows.of(connection, user_id)
        if len(there) >= SUBSCRIPTIONS_MAX:
            raise TooManySubscriptions(maximum=SUBSCRIPTIONS_MAX)
        if channels_of(kinds) and sum(_is_public(one) for one in there) >= PUBLIC_SUBSCRIPTIONS_MAX:
            raise TooManyPublicSubscriptions(maximum=PUBLIC_SUBSCRIPTIONS_MAX)
        now = self._clock.now()
        made = Subscription(
            subscription_id=uuid7(),
            user_id=user_id,
            url=url,
            kinds=[kind for kind in KINDS if kind in kinds],
            created_at=now,
            unproved_since=now,
        )
        # Before its row: everybody locks channels before subscriptions.
        await telling.made(connection, made, made.created_at)
        await self._rows.insert(connection, made, mark(self.secret(made.subscription_id)))
        await self._ask(connection, user_id)
        return made

    async def verify(self, connection: Connection, user_id: UUID, subscription_id: UUID) -> Subscription:
        """Let the address of one of a person's be asked again; one that has shown what it wants is left in peace."""
        await self._gatekeeper.admit(connection, user_id)
        one = await self._rows.hold(connection, user_id, subscription_id)
        if one is None:
            raise SubscriptionNotFound(subscription_id=subscription_id)
        if one.disabled_at is not None:
            raise SubscriptionDisabled(subscription_id=subscription_id)
        if one.unproved_since is not None:
            await self._rows.ask_again(connection, subscription_id)
            await self._ask(connection, user_id)
        return one

    async def _ask(self, connection: Connection, user_id: UUID) -> None:
        """Count that an address of this person's is asked, and wake whoever asks."""
        asked, seconds = await self._rows.count_asking(connection, user_id, ASKED_WITHIN)
        if asked > ASKED_MAX:
            raise TooManyChallenges(maximum=ASKED_MAX, retry_after_seconds=max(1.0, seconds))
        await self._feeding.wake(connection)

    def secret(self, subscription_id: UUID) -> str:
        """What a subscription's messages are signed with."""
        return self._secrets.of(subscription_id)

    async def of(self, connection: Connection, user_id: UUID) -> list[Subscription]:
        """A person's subscriptions."""
        return await self._rows.of(connection, user_id)

    async def end(self, connection: Connection, user_id: UUID, subscription_id: UUID) -> None:
        """End one of a person's."""
        await self._gatekeeper.admit(connection, user_id)
        await telling.ended(connection, user_id, subscription_id, self._clock.now())
        # Where there is none of this person's, none of this was written: the transaction ends with the refusal.
        if not await self._rows.delete(connection, subscription_id, user_id):
            raise SubscriptionNotFound(subscription_id=subscription_id)


def _is_public(one: Subscription) -> bool:
    """Whether it takes its share of what everybody is told."""
    return one.disabled_at is None and not set(PUBLIC_KINDS).isdisjoint(one.kinds)
