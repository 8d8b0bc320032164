"""What auth tells: the topics `users` and `audit`, and to every verifier which tokens count no more."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from oraculum.audit.v1 import audit_pb2
from oraculum.auth.v1 import users_fact_pb2
from oraculum_auth.repository.revocations import RevocationLog
from oraculum_kit import outbox
from oraculum_kit.caller import caller_or_none
from oraculum_kit.db import Connection
from oraculum_kit.ids import uuid7
from oraculum_kit.timestamps import to_wire

# Longer than any access token lives, its grace included; configuration allows no longer ones.
REVOCATION_LIFE: Final = timedelta(hours=1)

_revocations: Final = RevocationLog()


async def user_registered(
    connection: Connection, user_id: UUID, *, display_name: str, method: str, now: datetime
) -> None:
    """An account was opened."""
    fact = users_fact_pb2.UserRegistered(
        user_id=str(user_id), display_name=display_name, method=method, occurred_at=to_wire(now)
    )
    await _tell(connection, user_id, users_fact_pb2.UsersFact(user_registered=fact))
    await audit(connection, "user.registered", user_id, now=now, details={"method": method})


async def rights_changed(connection: Connection, user_id: UUID, *, now: datetime) -> None:
    """What tokens may say of a person has changed: those that they have count no more."""
    await _revocations.tell_user(connection, user_id, now + REVOCATION_LIFE)


async def user_updated(connection: Connection, user_id: UUID, *, display_name: str, now: datetime) -> None:
    """A profile was changed."""
    fact = users_fact_pb2.UserUpdated(
        user_id=str(user_id), display_name=display_name, occurred_at=to_wire(now)
    )
    await _tell(connection, user_id, users_fact_pb2.UsersFact(user_updated=fact))
    await audit(connection, "user.updated", user_id, now=now)


async def user_roles_changed(
    connection: Connection, user_id: UUID, *, roles: list[str], actor_id: UUID, now: datetime
) -> None:
    """Roles were set. Tokens that say otherwise count no more."""
    await _revocations.tell_user(connection, user_id, now + REVOCATION_LIFE)
    fact = users_fact_pb2.UserRolesChanged(user_id=str(user_id), roles=roles, occurred_at=to_wire(now))
    await _tell(connection, user_id, users_fact_pb2.UsersFact(user_roles_changed=fact))
    await audit(
        connection,
        "user.roles_changed",
        user_id,
        now=now,
        actor_id=actor_id,
        audit_class=audit_pb2.AUDIT_CLASS_ADMIN,
        details={"roles": ",".join(roles)},
    )


async def user_tier_changed(
    connection: Connection, user_id: UUID, *, tier: str, actor_id: UUID, now: datetime
) -> None:
    """A tier was set. Tokens that say otherwise count no more."""
    await _revocations.tell_user(connection, user_id, now + REVOCATION_LIFE)
    fact = users_fact_pb2.UserTierChanged(user_id=str(user_id), tier=tier, occurred_at=to_wire(now))
    await _tell(connection, user_id, users_fact_pb2.UsersFact(user_tier_changed=fact))
    await audit(
        connection,
        "user.tier_changed",
        user_id,
        now=now,
        actor_id=actor_id,
        audit_class=audit_pb2.AUDIT_CLASS_ADMIN,
        details={"tier": tier},
    )


async def user_banned(
    connection: Connection, user_id: UUID, *, reason: str, actor_id: UUID, now: datetime
) -> None:
    """An account was barred. All of its tokens count no more."""
    await _revocations.tell_user(connection, user_id, now + REVOCATION_LIFE)
    fact = users_fact_pb2.UserBanned(user_id=str(user_id), occurred_at=to_wire(now))
    await _tell(connection, user_id, users_fact_pb2.UsersFact(user_banned=fact))
    await audit(
        connection,
        "user.banned",
        user_id,
        now=now,
        actor_id=actor_id,
        audit_class=audit_pb2.AUDIT_CLASS_ADMIN,
        details={"reason": reason},
    )


async def user_unbanned(connection: Connection, user_id: UUID, *, actor_id: UUID, now: datetime) -> None:
    """A barred account may come in again."""
    fact = users_fact_pb2.UserUnbanned(user_id=str(user_id), occurred_at=to_wire(now))
    await _tell(connection, user_id, users_fact_pb2.UsersFact(user_unbanned=fact))
    await audit(
        connection,
        "user.unbanned",
        user_id,
        now=now,
        actor_id=actor_id,
        audit_class=audit_pb2.AUDIT_CLASS_ADMIN,
    )


async def user_deleted(connection: Connection, user_id: UUID, *, now: datetime, checks_kept: int) -> None:
    """Somebody deleted their account. All of its tokens count no more."""
    await _revocations.tell_user(connection, user_id, now + REVOCATION_LIFE)
    fact = users_fact_pb2.UserDeleted(user_id=str(user_id), occurred_at=to_wire(now))
    await _tell(connection, user_id, users_fact_pb2.UsersFact(user_deleted=fact))
    await audit(
        connection,
        "user.deleted",
        user_id,
        now=now,
        audit_class=audit_pb2.AUDIT_CLASS_COMPLIANCE,
        details={"identity_checks_kept": str(checks_kept)},
    )


async def kyc_changed(
    connection: Connection,
    user_id: UUID,
    *,
    kyc: str,
    jurisdiction: str,
    risk: str,
    tier: str,
    now: datetime,
) -> None:
    """An identity check was begun or decided, which may have lifted the tier."""
    if kyc != "pending":
        # What it gives or takes holds at once; that one was begun is nothing to end a token for.
        await _revocations.tell_user(connection, user_id, now + REVOCATION_LIFE)
    fact = users_fact_pb2.UserKycChanged(
        user_id=str(user_id), kyc=kyc, jurisdiction=jurisdiction, risk=risk, occurred_at=to_wire(now)
    )
    await _tell(connection, user_id, users_fact_pb2.UsersFact(user_kyc_changed=fact))
    tier_fact = users_fact_pb2.UserTierChanged(user_id=str(user_id), tier=tier, occurred_at=to_wire(now))
    await _tell(connection, user_id, users_fact_pb2.UsersFact(user_tier_changed=tier_fact))


async def play_rules_changed(
    connection: Connection,
    user_id: UUID,
    *,
    revision: int,
    values: Mapping[str, int],
    exclusion: str,
    until: datetime | None,
    now: datetime,
) -> None:
    """What a person may still do by their own will. `values` are limits by kind; time is limited here and told as a pause."""
    fact = users_fact_pb2.PlayRulesChanged(
        user_id=str(user_id),
        revision=revision,
        exclusion=exclusion,
        occurred_at=to_wire(now),
    )
    for kind, value in values.items():
        if kind != "time_day":
            setattr(fact, f"{kind}_units", value)
    if until is not None:
        fact.excluded_until.CopyFrom(to_wire(until))
    await _tell(connection, user_id, users_fact_pb2.UsersFact(play_rules_changed=fact))


async def session_revoked(
    connection: Connection, user_id: UUID, *, session_id: UUID, reason: str, now: datetime
) -> None:
    """A session ended before its time. Its tokens count no more."""
    await _revocations.tell_sessions(connection, [session_id], now + REVOCATION_LIFE)
    fact = users_fact_pb2.SessionRevoked(
        user_id=str(user_id), session_id=str(session_id), reason=reason, occurred_at=to_wire(now)
    )
    await _tell(connection, user_id, users_fact_pb2.UsersFact(session_revoked=fact))
    await audit(
        connection,
        "session.revoked",
        user_id,
        now=now,
        details={"session_id": str(session_id), "reason": reason},
    )


async def password_changed(connection: Connection, user_id: UUID, *, reason: str, now: datetime) -> None:
    """A password was set anew, whatever sessions that ended."""
    fact = users_fact_pb2.PasswordChanged(user_id=str(user_id), reason=reason, occurred_at=to_wire(now))
    await _tell(connection, user_id, users_fact_pb2.UsersFact(password_changed=fact))
    await audit(connection, reason.replace("_", ".", 1), user_id, now=now)


async def api_key_revoked(connection: Connection, user_id: UUID, *, key_id: UUID, now: datetime) -> None:
    """A key of a program ended. Its tokens count no more: the key is their session."""
    await _revocations.tell_sessions(connection, [key_id], now + REVOCATION_LIFE)
    await audit(connection, "api_key.revoked", user_id, now=now, details={"key_id": str(key_id)})


async def audit(
    connection: Connection,
    action: str,
    user_id: UUID,
    *,
    now: datetime,
    actor_id: UUID | None = None,
    audit_class: audit_pb2.AuditClass.ValueType = audit_pb2.AUDIT_CLASS_USER,
    details: Mapping[str, str] | None = None,
) -> None:
    """Note an act for the log that nobody edits."""
    caller = caller_or_none()
    fact = audit_pb2.AuditFact(
        audit_id=str(uuid7()),
        audit_class=audit_class,
        service="auth",
        action=action,
        actor_user_id=str(actor_id or user_id),
        subject_kind="user",
        subject_id=str(user_id),
        details=details or {},
        request_id=caller.request_id if caller else "",
        occurred_at=to_wire(now),
    )
    await outbox.add(connection, topic="audit", key=fact.actor_user_id, message=fact)


async def _tell(connection: Connection, user_id: UUID, message: users_fact_pb2.UsersFact) -> None:
    await outbox.add(connection, topic="users", key=str(user_id), message=message)
