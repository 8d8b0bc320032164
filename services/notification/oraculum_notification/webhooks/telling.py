"""What owners find in their inboxes of their subscriptions: made, ended, given up."""

from datetime import datetime
from typing import Final
from urllib.parse import urlsplit
from uuid import UUID

from oraculum_kit.db import Connection, Database
from oraculum_notification import events, metrics, stories
from oraculum_notification.gone import Gatekeeper
from oraculum_notification.records import Notice
from oraculum_notification.repository import Channels, Notices
from oraculum_notification.webhooks.records import Disabled, Subscription
from oraculum_notification.webhooks.repository import Sending

_WHY: Final = {
    "failing": "It took nothing for three days.",
    "gone": "It answered 410, which means that nobody is there any more.",
    "too_many_waiting": "Too many messages waited for it.",
    "secret_lost": "Our key was replaced, so its secret is not valid any more.",
    "banned": "Your account was barred.",
    "password_changed": "Your password was changed, which ends what somebody else may have set up.",
}


async def made(connection: Connection, one: Subscription, now: datetime) -> None:
    """Tell an owner that an address is told from now on what happens to them. It may not have been them who named it."""
    await _tell_now(
        connection,
        Notice(
            user_id=one.user_id,
            cause=f"webhook.created:{one.subscription_id}",
            kind="webhook.created",
            title="A webhook was made for your account",
            body=f"{urlsplit(one.url).hostname} is told: {', '.join(one.kinds)}. If that was not you, "
            "delete it and change your password.",
            data={"subscription_id": str(one.subscription_id)},
            occurred_at=now,
        ),
        one.subscription_id,
    )


async def ended(connection: Connection, user_id: UUID, subscription_id: UUID, now: datetime) -> None:
    """Tell an owner that somebody signed in as them ended one."""
    await _tell_now(
        connection,
        Notice(
            user_id=user_id,
            cause=f"webhook.deleted:{subscription_id}",
            kind="webhook.deleted",
            title="A webhook of your account was deleted",
            body="What waited was dropped. If that was not you, change your password.",
            data={"subscription_id": str(subscription_id)},
            occurred_at=now,
        ),
        subscription_id,
    )


async def _tell_now(connection: Connection, notice: Notice, subscription_id: UUID) -> None:
    """Write a notice that no choice keeps away, and a line of the log that nobody edits."""
    new = await Notices().write(connection, [notice])
    await events.notices_created(connection, new)
    await events.audit_webhook(
        connection,
        notice.kind,
        owner=notice.user_id,
        subscription_id=subscription_id,
        now=notice.occurred_at,
    )
    await Channels().write(connection, [stories.notice_line(key, one) for key, one in new])
    metrics.NOTICES.inc(len(new))


class OwnersTeller:
    """Tells owners."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._rows = Sending()
        self._notices = Notices()
        self._channels = Channels()
        self._gatekeeper = Gatekeeper()

    async def tell(self) -> None:
        """Tell whoever does not know yet; once each, since the notice is unique by its cause."""
        async with self._database.connection() as connection:
            untold = await self._rows.untold(connection)
        if not untold:
            return
        async with self._database.transaction() as connection:
            notices = [_notice(one) for one in untold]
            # Whoever deleted their account since then finds nothing any more.
            await self._gatekeeper.hold(connection, notices)
            readable = await self._gatekeeper.readable(connection, notices)
            # Rows are locked in the order of every other writer: people, notices, facts, channels, subscriptions.
            new = await self._notices.write(connection, [one for one in readable if isinstance(one, Notice)])
            await events.notices_created(connection, new)
            await self._channels.write(connection, [stories.notice_line(key, notice) for key, notice in new])
            await self._rows.note_told(connection, [one.subscription_id for one in untold])
            metrics.NOTICES.inc(len(new))


def _notice(disabled: Disabled) -> Notice:
    why = _WHY[disabled.disabled_reason]
    return Notice(
        user_id=disabled.user_id,
        cause=f"webhook:{disabled.subscription_id}",
        kind="webhook.disabled",
        title="A webhook of yours was switched off",
        body=f"{why} What waited was dropped; make a new subscription to be told again.",
        data={"subscription_id": str(disabled.subscription_id), "reason": disabled.disabled_reason},
        occurred_at=disabled.disabled_at,
    )
