"""Everything that auth holds about a person, opened for them alone: what is sealed comes out, what is secret does not.

Hashes of passwords, keys and tokens are no knowledge about anybody; that they are there is.
"""

import json
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from oraculum_auth.compliance.kyc import PERSON_FIELD
from oraculum_auth.errors import UserNotFound
from oraculum_auth.play.repository import PlayRows
from oraculum_auth.privacy.consents import Consents
from oraculum_auth.privacy.repository import statements
from oraculum_auth.repository import Accounts, Sessions
from oraculum_auth.repository.api_keys import ApiKeyRows
from oraculum_auth.vault import Vault
from oraculum_kit.clock import Clock
from oraculum_kit.db import Connection, Database
from oraculum_kit.sql_files import Statement

# The newest; with more than these a person asks an administrator, who reads the log by its pages.
_ACTS_MAX: Final = 2000


class Export:
    """Gathers it."""

    def __init__(
        self, database: Database, accounts: Accounts, vault: Vault, clock: Clock, consents: Consents
    ) -> None:
        self._database = database
        self._accounts = accounts
        self._vault = vault
        self._clock = clock
        self._consents = consents
        self._sessions = Sessions()
        self._keys = ApiKeyRows()
        self._play = PlayRows()

    async def of(self, user_id: UUID) -> bytes:
        """A JSON object."""
        consents = await self._consents.of(user_id)
        async with self._database.connection() as connection:
            document = {
                "account": await self._account(connection, user_id),
                "consents": [
                    {
                        "purpose": one.purpose,
                        "granted": one.granted,
                        "version": one.version,
                        "since": one.since,
                    }
                    for one in consents
                ],
                **await self._signing_in(connection, user_id),
                "identity_checks": await self._checks(connection, user_id),
                "limits": await self._limits(connection, user_id),
                "acts": await _rows(connection, statements.acts_of, user_id, row_count=_ACTS_MAX),
            }
        return json.dumps(document, ensure_ascii=False, default=_plain).encode()

    async def _account(self, connection: Connection, user_id: UUID) -> dict[str, Any]:
        account = await self._accounts.by_id(connection, user_id)
        if account is None:
            raise UserNotFound(user_id=user_id)
        wallets = await self._accounts.wallets(connection, [user_id])
        return {
            "id": user_id,
            "email": account.email,
            "email_verified": account.email_verified,
            "display_name": account.display_name,
            "roles": account.roles,
            "tier": account.tier,
            "kyc": account.kyc,
            "jurisdiction": account.jurisdiction,
            "preferences": json.loads(account.preferences_json),
            "second_factor": account.totp_enabled,
            "created_at": account.created_at,
            "wallets": [{"chain": wallet.chain, "address": wallet.address} for wallet in wallets],
        }

    async def _signing_in(self, connection: Connection, user_id: UUID) -> dict[str, Any]:
        now = self._clock.now()
        sessions = await self._sessions.live(connection, user_id, now)
        keys = await self._keys.of(connection, user_id, now)
        return {
            "sessions": [
                {
                    "created_at": one.created_at,
                    "last_used_at": one.last_used_at,
                    "address": one.address,
                    "user_agent": one.user_agent,
                    # What the id stands for; the id itself would let whoever steals this pass for the device.
                    "device": self._accounts.device_label(user_id, one.device_id),
                }
                for one in sessions
            ],
            "api_keys": [
                {"name": key.name, "scopes": key.scopes, "created_at": key.created_at} for key in keys
            ],
            "devices": await _rows(connection, statements.devices_of, user_id),
            "countries": await _rows(connection, statements.known_countries_of, user_id),
            "accounts_elsewhere": await _rows(connection, statements.identities_of, user_id),
        }

    async def _checks(self, connection: Connection, user_id: UUID) -> list[dict[str, Any]]:
        key = await self._accounts.key(connection, user_id)
        checks = await _rows(connection, statements.checks_of, user_id)
        for check in checks:
            sealed = check.pop("person_sealed")
            check["person"] = json.loads(self._vault.open(key, PERSON_FIELD, sealed)) if key else None
        return checks

    async def _limits(self, connection: Connection, user_id: UUID) -> dict[str, Any]:
        state = await self._play.state(connection, user_id)
        limits = await self._play.limits(connection, user_id)
        return {
            "limits": {kind.value: limit.value for kind, limit in limits.items()},
            "exclusion": state.pause.exclusion.value if state else "",
            "excluded_until": state.pause.until if state else None,
        }


async def _rows(
    connection: Connection, statement: Statement, user_id: UUID, **parameters: object
) -> list[dict[str, Any]]:
    return await statement.all(connection, dict[str, Any], user_id=user_id, **parameters)


def _plain(value: object) -> str:
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value)
