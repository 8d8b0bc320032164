"""Whoever gets into an account cannot leave an ear there unseen, nor one that outlives their being shut out."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from oraculum.audit.v1.audit_pb2 import AUDIT_CLASS_USER, AuditFact
from oraculum.auth.v1 import users_fact_pb2 as users
from oraculum.notification.v1 import notification_service_pb2 as pb
from oraculum_notification.consumers import Teller
from oraculum_notification.errors import SubscriptionNotFound
from oraculum_notification.preferences import FIXED

URL = "https://hooks.example/?token=secret"


async def tell(owner: Any, fact: users.UsersFact, time: datetime) -> None:
    record: Any = SimpleNamespace(topic="users", message=fact, time=time, sampled_trace=None)
    async with owner.service.database.transaction() as connection:
        await Teller().tell(connection, [record])


def ended(owner: Any, reason: str) -> users.UsersFact:
    revoked = users.SessionRevoked(user_id=str(owner.id), session_id=str(owner.id), reason=reason)
    return users.UsersFact(session_revoked=revoked)


async def inbox(owner: Any) -> list[str]:
    with owner.service.parties.signed_in(owner.id):
        answer = await owner.service.stub.ListNotifications(pb.ListNotificationsRequest())
    return [notice.kind for notice in reversed(answer.notifications)]


async def audited(owner: Any) -> list[AuditFact]:
    async with owner.service.database.connection() as connection:
        cursor = await connection.execute("select payload from outbox where topic = 'audit' order by id")
        return [AuditFact.FromString(payload) for (payload,) in await cursor.fetchall()]


class TestNotices:
    async def test_its_owner_hears_of_one_that_is_made_and_of_one_that_is_deleted(self, owner) -> None:
        made, again = [(await owner.subscribe(URL, key="once")).subscription for _ in range(2)]
        assert made == again
        assert ["webhook.created"] == await inbox(owner)
        await owner.end(made.subscription_id)
        assert ["webhook.created", "webhook.deleted"] == await inbox(owner)
        facts = await audited(owner)
        assert ["webhook.created", "webhook.deleted"] == [fact.action for fact in facts]
        assert {(AUDIT_CLASS_USER, str(owner.id), made.subscription_id)} == {
            (fact.audit_class, fact.actor_user_id, fact.subject_id) for fact in facts
        }
        assert not any(b"token=secret" in fact.SerializeToString() for fact in facts)
        # Nobody turns these off.
        assert {"webhook.created", "webhook.deleted"} <= FIXED

    async def test_of_what_was_not_deleted_nobody_hears(self, owner) -> None:
        made = await owner.subscribe(URL)
        stranger = type(owner)(owner.service)
        with pytest.raises(SubscriptionNotFound):
            await stranger.end(made.subscription.subscription_id)
        assert ([], 1) == (await inbox(stranger), len(await audited(owner)))


class TestLockout:
    @pytest.mark.parametrize("reason", ["password_changed", "password_reset"])
    async def test_a_new_password_ends_what_there_was_and_not_what_came_after(
        self, owner, reason: str
    ) -> None:
        await owner.subscribe(URL)
        await tell(owner, ended(owner, reason), datetime.now(UTC) - timedelta(hours=1))
        assert [""] == [one.disabled_reason for one in await owner.subscriptions()]
        await tell(owner, ended(owner, reason), datetime.now(UTC) + timedelta(hours=1))
        assert ["password_changed"] == [one.disabled_reason for one in await owner.subscriptions()]

    async def test_a_new_password_ends_them_where_no_other_session_lived(self, owner) -> None:
        """There is nobody to sign out, and an ear may have been left all the same."""
        await owner.subscribe(URL)
        fact = users.UsersFact(password_changed=users.PasswordChanged(user_id=str(owner.id)))
        await tell(owner, fact, datetime.now(UTC) - timedelta(hours=1))
        assert [""] == [one.disabled_reason for one in await owner.subscriptions()]
        await tell(owner, fact, datetime.now(UTC) + timedelta(hours=1))
        assert ["password_changed"] == [one.disabled_reason for one in await owner.subscriptions()]

    async def test_a_ban_ends_them_and_a_session_that_is_ended_does_not(self, owner) -> None:
        await owner.subscribe(URL)
        other = type(owner)(owner.service)
        await other.subscribe(URL)
        later = datetime.now(UTC) + timedelta(hours=1)
        await tell(owner, ended(owner, "signed_out"), later)
        assert [""] == [one.disabled_reason for one in await owner.subscriptions()]
        await tell(owner, users.UsersFact(user_banned=users.UserBanned(user_id=str(owner.id))), later)
        assert ["banned"] == [one.disabled_reason for one in await owner.subscriptions()]
        assert [""] == [one.disabled_reason for one in await other.subscriptions()]
