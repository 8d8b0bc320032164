"""Sessions of pages: tokens that no script reads, and commands that no other site can give."""

from dataclasses import dataclass
from http.cookies import SimpleCookie
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import connect

from oraculum.auth.v1 import auth_service_pb2 as pb
from oraculum_gateway.cookies import ACCESS, CSRF, DEVICE, REFRESH

LOGIN = {"email": "ada@example.com", "password": "correct horse battery staple"}
PAGE = {"x-session": "cookie"}


def given(response: httpx.Response) -> dict[str, Any]:
    """The cookies of an answer."""
    jar: SimpleCookie = SimpleCookie()
    for header in response.headers.get_list("set-cookie"):
        jar.load(header)
    return dict(jar)


def cookie(**values: str) -> dict[str, str]:
    return {"cookie": "; ".join(f"{name}={value}" for name, value in values.items())}


@dataclass(frozen=True)
class Page:
    """A gateway whose auth signs in, and the token that it gives."""

    url: str
    http: httpx.AsyncClient
    backend: Any
    token: str


@pytest.fixture
async def page(gateway: Any) -> Any:
    tokens = pb.Tokens(
        access_token=gateway.token(), refresh_token="again", access_expires_in_seconds=900,
        refresh_expires_in_seconds=3600,
    )  # fmt: skip
    gateway.backend.on("SignInWithPassword", pb.SignInWithPasswordResponse(tokens=tokens))
    gateway.backend.on("Refresh", pb.RefreshResponse(tokens=tokens))
    return Page(gateway.url, gateway.http, gateway.backend, tokens.access_token)


@pytest.fixture
def session(page: Any) -> dict[str, str]:
    """What a browser sends."""
    return {ACCESS: page.token, REFRESH: "again", CSRF: "word"}


class TestSignIn:
    async def test_tokens_are_in_cookies_and_nowhere_else(self, page) -> None:
        response = await page.http.post("/api/v1/auth/login", json=LOGIN, headers=PAGE)
        assert page.token not in response.text
        assert "again" not in response.text
        cookies = given(response)
        assert {ACCESS, REFRESH, CSRF, DEVICE} == set(cookies)
        for name, one in cookies.items():
            assert name.startswith("__Host-")
            assert (True, "/", "strict", "") == (one["secure"], one["path"], one["samesite"], one["domain"])
            assert (name != CSRF) == bool(one["httponly"])
        assert (page.token, "again") == (cookies[ACCESS].value, cookies[REFRESH].value)

    async def test_who_does_not_ask_gets_none(self, page) -> None:
        response = await page.http.post("/api/v1/auth/login", json=LOGIN)
        assert page.token in response.text
        assert not given(response)

    async def test_renewing_and_ending(self, page, session: dict[str, str]) -> None:
        headers = {**PAGE, **cookie(**session), "x-csrf-token": "word"}
        renewed = await page.http.post("/api/v1/auth/refresh", json={}, headers=headers)
        assert 200 == renewed.status_code
        assert {ACCESS, REFRESH, CSRF, DEVICE} == set(given(renewed))
        ended = await page.http.post("/api/v1/auth/logout", headers=headers)
        assert 204 == ended.status_code
        assert {"0"} == {one["max-age"] for one in given(ended).values()}
        assert DEVICE not in given(ended)

    async def test_a_browser_is_known_again(self, page) -> None:
        """By a name that it keeps, and that is in the session from the first sign-in on."""
        named = given(await page.http.post("/api/v1/auth/login", json=LOGIN, headers=PAGE))[DEVICE].value
        assert 16 <= len(named) <= 128
        again = {**PAGE, **cookie(**{DEVICE: named})}
        assert (
            named
            == given(await page.http.post("/api/v1/auth/login", json=LOGIN, headers=again))[DEVICE].value
        )
        own = {**again, "x-device-id": "what the client calls itself"}
        assert DEVICE not in given(await page.http.post("/api/v1/auth/login", json=LOGIN, headers=own))
        asked = [request.origin.device_id for _, request in page.backend.asked]
        assert [named, named, "what the client calls itself"] == asked

    @pytest.mark.parametrize("name", ["é" * 16, "sixteen\tcharacters"])
    async def test_a_device_has_a_printable_name(self, page, name: str) -> None:
        """No service could be told another."""
        headers = {"x-device-id": name.encode()}
        refused = await page.http.post("/api/v1/auth/login", json=LOGIN, headers=headers)
        assert (400, "malformed_device_id") == (refused.status_code, refused.json()["code"])

    async def test_a_cookie_that_is_no_name_is_none(self, page) -> None:
        headers = {**PAGE, "cookie": f'{DEVICE}="a\\303\\251"'}
        answer = await page.http.post("/api/v1/auth/login", json=LOGIN, headers=headers)
        assert given(answer)[DEVICE].value == page.backend.asked[-1][1].origin.device_id
        assert given(answer)[DEVICE].value.isascii()

    async def test_each_browser_has_a_name_of_its_own(self, page) -> None:
        for _ in range(2):
            await page.http.post("/api/v1/auth/login", json=LOGIN, headers=PAGE)
        one, other = (request.origin.device_id for _, request in page.backend.asked)
        assert one != other


class TestCommands:
    async def test_a_read_needs_the_cookie_alone(self, page, session: dict[str, str]) -> None:
        assert 200 == (await page.http.get("/api/v1/users/me/wallets", headers=cookie(**session))).status_code

    @pytest.mark.parametrize(
        "headers",
        [
            {},
            {"x-csrf-token": "other"},
            {"x-csrf-token": "word", "origin": "https://evil.example"},
            {"x-csrf-token": "word", "origin": "null"},
            {"x-csrf-token": "word", "sec-fetch-site": "cross-site"},
            {"x-csrf-token": "word", "sec-fetch-site": "same-site"},
        ],
    )
    @pytest.mark.parametrize("path", ["/notifications/read-all", "/auth/refresh"])
    async def test_another_site_gives_none(
        self, page, session: dict[str, str], path: str, headers: dict[str, str]
    ) -> None:
        body = {} if path == "/auth/refresh" else None
        response = await page.http.post(f"/api/v1{path}", json=body, headers={**cookie(**session), **headers})
        assert (403, "csrf_token_wrong") == (response.status_code, response.json()["code"])
        assert not page.backend.asked

    async def test_ours_does(self, page, session: dict[str, str]) -> None:
        headers = {
            **cookie(**session),
            "x-csrf-token": "word",
            "origin": page.url,
            "sec-fetch-site": "same-origin",
        }
        response = await page.http.post("/api/v1/notifications/read-all", headers=headers)
        assert response.is_success

    async def test_without_the_word_in_a_cookie_there_is_none(self, page, session: dict[str, str]) -> None:
        del session[CSRF]
        headers = {**cookie(**session), "x-csrf-token": ""}
        response = await page.http.post("/api/v1/notifications/read-all", headers=headers)
        assert 403 == response.status_code

    async def test_an_ended_session_does_not_keep_one_from_signing_in(self, page) -> None:
        headers = {**PAGE, **cookie(**{ACCESS: "ended"})}
        assert 200 == (await page.http.post("/api/v1/auth/login", json=LOGIN, headers=headers)).status_code
        assert 200 == (await page.http.get("/api/v1/categories", headers=headers)).status_code
        assert 401 == (await page.http.get("/api/v1/users/me", headers=headers)).status_code


class TestSockets:
    @pytest.mark.parametrize(("own", "word"), [(True, '"authenticated"'), (False, '"pong"')])
    async def test_a_page_of_ours_is_known(self, page, session: dict[str, str], own: bool, word: str) -> None:  # noqa: FBT001
        """A browser opens a socket for any page, with our cookies: for another's it is a stranger's."""
        origin = page.url if own else "https://evil.example"
        url = page.url.replace("http", "ws") + "/ws"
        async with connect(url, additional_headers=cookie(**session), origin=origin) as socket:
            await socket.send('{"type": "ping"}')
            assert word in str(await socket.recv())
