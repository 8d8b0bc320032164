"""A person whose identity is checked by a provider on a real socket, and what became of it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from oraculum.audit.v1.audit_pb2 import AuditFact
from oraculum.auth.v1 import auth_service_pb2 as auth_pb
from oraculum.auth.v1 import compliance_service_pb2 as pb
from oraculum.auth.v1.users_fact_pb2 import UsersFact
from oraculum_auth.compliance.kyc import Screens
from oraculum_auth.compliance.rescreening import Rescreening
from oraculum_auth.compliance.rules import Jurisdictions
from oraculum_auth.compliance.screening import Networks, Sanctions
from oraculum_auth.compliance.sumsub import Sumsub, SumsubConfig
from oraculum_auth.locations import NOWHERE, Place
from oraculum_auth.repository import Accounts
from oraculum_dev.kyc import APP_SECRET, APP_TOKEN, WEBHOOK_SECRET, Provider, webhook
from oraculum_kit.caller import Caller, calling_as
from oraculum_kit.clock import SystemClock
from oraculum_kit.ids import uuid7

EMAIL, PASSWORD = "ada@example.com", "correct horse battery staple"
LIST = "name;birth_date;list\nIvan Petrenko;1961-04-02;OFAC\n"


class _Places:
    def place(self, address: str) -> Place:
        return {"tehran": Place("IR"), "paris": Place("FR")}.get(address, NOWHERE)


@pytest.fixture
def provider() -> Provider:
    return Provider()


@pytest.fixture
async def outside(web_server, provider: Provider, tmp_path) -> AsyncIterator[dict[str, Any]]:
    (tmp_path / "sanctions.csv").write_text(LIST, encoding="utf-8")
    (tmp_path / "networks.txt").write_text("192.0.2.0/24 vpn\n", encoding="utf-8")
    screens = Screens(
        Jurisdictions.read(None),
        Sanctions.read(str(tmp_path / "sanctions.csv")),
        Networks.read(str(tmp_path / "networks.txt")),
        _Places(),
    )
    async with web_server(provider.app()) as url, httpx.AsyncClient() as http:
        config = SumsubConfig(url, "basic-kyc-level", APP_TOKEN, APP_SECRET, WEBHOOK_SECRET)
        yield {"screens": screens, "kyc": Sumsub(config, http, SystemClock())}


class Ada:
    """Opens an account, begins checks, and sees what is said of them."""

    EMAIL, PASSWORD, LIST = EMAIL, PASSWORD, LIST

    def __init__(self, auth, folder: Path) -> None:
        self.auth = auth
        self._folder = folder

    async def registered(self) -> None:
        await self.auth.stub.Register(auth_pb.RegisterRequest(email=EMAIL, password=PASSWORD))

    @asynccontextmanager
    async def acting(self) -> AsyncIterator[None]:
        """Call as the person who registered, with a token of this moment."""
        answer = await self.auth.stub.SignInWithPassword(
            auth_pb.SignInWithPasswordRequest(email=EMAIL, password=PASSWORD)
        )
        token = f"Bearer {answer.tokens.access_token}"
        with calling_as(Caller(request_id=str(uuid7()), user_token=token)):
            yield

    async def started(self, **changes: str) -> pb.KycCheck:
        said = {"legal_name": "Ada Lovelace", "birth_date": "1990-12-10", "country": "FR", **changes}
        async with self.acting():
            return (await self.auth.compliance.StartKyc(pb.StartKycRequest(**said))).check

    async def sent(self, kind: str = "passport") -> pb.KycCheck:
        request = pb.AddKycDocumentRequest(
            kind=kind, country="FRA", media_type="image/png", content=b"\x89PNG a passport"
        )
        async with self.acting():
            return (await self.auth.compliance.AddKycDocument(request)).check

    async def heard(self, check_id: str, last_name: str = "", **changes: Any) -> None:
        headers, body = webhook(check_id, last_name, **changes)
        await self.auth.compliance.ReceiveKycWebhook(
            pb.ReceiveKycWebhookRequest(provider="sumsub", headers=headers, body=body)
        )

    async def account(self) -> auth_pb.User:
        async with self.acting():
            return (await self.auth.stub.GetMe(auth_pb.GetMeRequest())).user

    async def reports(self) -> list[str]:
        with self.auth.parties.signed_in(uuid7(), roles={"user", "admin"}):
            answer = await self.auth.compliance.ListComplianceReports(pb.ListComplianceReportsRequest())
        return [report.kind for report in answer.reports]

    async def told(self) -> list[str]:
        """What `users` says of identity checks."""
        async with self.auth.database.connection() as connection:
            rows = await connection.execute("select payload from outbox where topic = 'users' order by id")
            facts = [UsersFact.FromString(payload) for (payload,) in await rows.fetchall()]
        return [fact.user_kyc_changed.kyc for fact in facts if fact.WhichOneof("fact") == "user_kyc_changed"]

    async def audited(self) -> list[str]:
        """What became of identity checks, as the audit log is told."""
        async with self.auth.database.connection() as connection:
            rows = await connection.execute("select payload from outbox where topic = 'audit' order by id")
            facts = [AuditFact.FromString(payload) for (payload,) in await rows.fetchall()]
        return [fact.action.removeprefix("kyc.") for fact in facts if fact.action.startswith("kyc.")]

    async def listed_by_now(self, text: str) -> int:
        """Hold everybody against a list that has changed, as auth does after it was started with it."""
        path = self._folder / "newer.csv"
        path.write_text(text, encoding="utf-8")
        listed = Sanctions.read(str(path))
        clock = SystemClock()
        return await Rescreening(
            self.auth.database, Accounts(self.auth.vault), self.auth.vault, clock, listed
        ).run()


@pytest.fixture
def ada(auth, tmp_path: Path) -> Ada:
    return Ada(auth, tmp_path)
