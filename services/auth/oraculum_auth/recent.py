"""A sign-in of a moment ago, wanted of whoever adds a way into an account, or deletes it.

Whoever steals a token, or finds a signed-in device, has a session that began earlier, and carrying it on with a refresh
token makes it no younger. So what they can do ends with the session: they leave no way in behind (OWASP ASVS 5.0 7.5.1).
"""

from datetime import datetime, timedelta
from typing import Final

from oraculum_auth.errors import SignInTooOld
from oraculum_auth.repository import Sessions
from oraculum_kit.caller import User
from oraculum_kit.db import Connection

SIGNED_IN_WITHIN: Final = timedelta(minutes=15)

_sessions: Final = Sessions()


async def require_recent_sign_in(connection: Connection, user: User, now: datetime) -> None:
    """Refuse unless the caller's session is alive and began a moment ago. A program's key is no session."""
    began_at = await _sessions.began_at(connection, user.session_id, user.id)
    if began_at is None or now - began_at > SIGNED_IN_WITHIN:
        raise SignInTooOld
