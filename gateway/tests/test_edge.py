"""What every answer carries: safety, request ids, CORS, caching; and how often one may ask."""

import pytest
from starlette.types import Scope

from oraculum.event.v1 import event_service_pb2 as pb
from oraculum_gateway.edge import EdgeMiddleware
from oraculum_gateway.limits import Allowance, network
from oraculum_gateway.networks import Networks


class TestHeaders:
    @pytest.mark.parametrize("path", ["/api/v1/events", "/api/v1/nothing", "/docs", "/openapi.json"])
    async def test_every_answer_is_safe(self, gateway, path: str) -> None:
        headers = (await gateway.http.get(path)).headers
        assert headers["strict-transport-security"] == "max-age=31536000; includeSubDomains"
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert "unsafe-inline" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert "server" not in headers

    async def test_a_request_keeps_its_id(self, gateway) -> None:
        response = await gateway.http.get("/api/v1/events", headers={"x-request-id": "abc-123"})
        assert response.headers["x-request-id"] == "abc-123"

    @pytest.mark.parametrize("given", ["a b", "x" * 65, "<script>"])
    async def test_an_id_that_is_none_is_replaced(self, gateway, given: str) -> None:
        response = await gateway.http.get("/api/v1/events", headers={"x-request-id": given})
        assert response.headers["x-request-id"] != given


class TestCors:
    async def test_a_listed_origin_may_read(self, gateway) -> None:
        response = await gateway.http.get("/api/v1/events", headers={"origin": "https://app.example"})
        assert response.headers["access-control-allow-origin"] == "https://app.example"

    @pytest.mark.parametrize("origin", ["https://evil.example", "null", "https://app.example.evil"])
    async def test_another_may_not(self, gateway, origin: str) -> None:
        preflight = await gateway.http.options(
            "/api/v1/predictions", headers={"origin": origin, "access-control-request-method": "POST"}
        )
        assert "access-control-allow-origin" not in preflight.headers
        assert "access-control-allow-methods" not in preflight.headers

    async def test_a_preflight_is_answered(self, gateway) -> None:
        preflight = await gateway.http.options(
            "/api/v1/predictions",
            headers={"origin": "https://app.example", "access-control-request-method": "POST"},
        )
        assert preflight.status_code == 204
        assert "idempotency-key" in preflight.headers["access-control-allow-headers"]


class TestCaching:
    async def test_whoever_has_the_answer_is_told_so(self, gateway) -> None:
        first = await gateway.http.get("/api/v1/categories")
        again = await gateway.http.get("/api/v1/categories", headers={"if-none-match": first.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        gateway.backend.on(
            "ListCategories", pb.ListCategoriesResponse(categories=[pb.Category(category="sports")])
        )
        changed = await gateway.http.get(
            "/api/v1/categories", headers={"if-none-match": first.headers["etag"]}
        )
        assert changed.status_code == 200

    async def test_private_answers_are_never_kept(self, gateway) -> None:
        response = await gateway.http.get("/api/v1/wallet/balances", headers=gateway.bearing())
        assert response.headers["cache-control"] == "no-store"


class TestDocuments:
    async def test_the_description_names_every_route(self, gateway) -> None:
        document = (await gateway.http.get("/openapi.json")).json()
        assert document["openapi"] == "3.1.0"
        assert set(document["paths"]["/api/v1/predictions"]) == {"get", "post"}
        names = [
            operation["operationId"] for path in document["paths"].values() for operation in path.values()
        ]
        assert len(names) == len(set(names))

    async def test_every_reference_leads_somewhere(self, gateway) -> None:
        text = (await gateway.http.get("/openapi.json")).text
        schemas = (await gateway.http.get("/openapi.json")).json()["components"]["schemas"]
        import re

        assert set(re.findall(r'"#/components/schemas/([^"]+)"', text)) <= set(schemas)

    @pytest.mark.parametrize(
        "path",
        [
            "/docs",
            "/docs/docs.css",
            "/docs/docs.js",
            "/asyncapi.json",
            "/verify-email",
            "/reset-password",
            "/forgot-password",
            "/account.js",
        ],
    )
    async def test_the_pages_are_there(self, gateway, path: str) -> None:
        assert (await gateway.http.get(path)).status_code == 200

    @pytest.mark.parametrize("path", ["/docs", "/verify-email", "/reset-password", "/forgot-password"])
    async def test_the_page_has_nothing_inline(self, gateway, path: str) -> None:
        page = (await gateway.http.get(path)).text
        assert " style=" not in page
        assert "<style" not in page
        assert "onclick" not in page
        assert "<script>" not in page


class TestLimits:
    async def test_past_the_limit_one_is_told_when_to_come_again(self, start_gateway, redis_url: str) -> None:
        async with start_gateway(redis_url, {"stranger": (Allowance(3, 60),)}) as gateway:
            await gateway.redis.flushdb()
            answers = [await gateway.http.get("/api/v1/events") for _ in range(4)]
        assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
        assert [answer.headers["ratelimit-remaining"] for answer in answers] == ["2", "1", "0", "0"]
        assert answers[0].headers["ratelimit-limit"] == "3"
        assert [answer.headers["ratelimit-reset"] for answer in answers[:3]] == ["20", "40", "60"]
        assert 1 <= int(answers[3].headers["retry-after"]) <= 20
        assert answers[3].json()["code"] == "rate_limited"

    async def test_the_tighter_of_two_limits_counts(self, start_gateway, redis_url: str) -> None:
        tiers = {"basic": (Allowance(100, 900), Allowance(2, 60))}
        async with start_gateway(redis_url, tiers) as gateway:
            await gateway.redis.flushdb()
            headers = gateway.bearing()
            answers = [await gateway.http.get("/api/v1/events", headers=headers) for _ in range(3)]
            other = await gateway.http.get("/api/v1/events", headers=gateway.bearing())
        assert [answer.status_code for answer in answers] == [200, 200, 429]
        assert other.status_code == 200

    async def test_bad_tokens_count_against_their_address(self, start_gateway, redis_url: str) -> None:
        tiers = {"stranger": (Allowance(3, 60),), "basic": (Allowance(100, 60),)}
        async with start_gateway(redis_url, tiers) as gateway:
            await gateway.redis.flushdb()
            bad = [{"authorization": f"Bearer {number}"} for number in range(3)]
            bad += [{"authorization": "Basic x"}, gateway.bearing(minutes=-1)]
            answers = [await gateway.http.get("/api/v1/positions", headers=headers) for headers in bad]
            assert [answer.status_code for answer in answers] == [401, 401, 401, 429, 429]
            good = await gateway.http.get("/api/v1/positions", headers=gateway.bearing())
        assert good.status_code == 200

    async def test_a_session_goes_on_while_sign_in_is_limited(self, start_gateway, redis_url: str) -> None:
        async with start_gateway(redis_url, {"sign_in": (Allowance(1, 60),)}) as gateway:
            await gateway.redis.flushdb()
            for _ in range(2):
                response = await gateway.http.post("/api/v1/auth/refresh", json={"refresh_token": "x"})
                assert response.status_code != 429

    async def test_sign_in_has_a_limit_of_its_own(self, start_gateway, redis_url: str) -> None:
        async with start_gateway(redis_url, {"sign_in": (Allowance(1, 60),)}) as gateway:
            await gateway.redis.flushdb()
            body = {"email": "ada@example.com", "password": "wrong password"}
            statuses = [
                (await gateway.http.post("/api/v1/auth/login", json=body)).status_code for _ in range(2)
            ]
            assert statuses[1] == 429
            assert (await gateway.http.get("/api/v1/events")).status_code == 200

    async def test_without_redis_reads_go_on_and_sign_in_does_not(self, start_gateway, free_port) -> None:
        tiers = {"stranger": (Allowance(1, 60),), "sign_in": (Allowance(5, 60),)}
        async with start_gateway(f"redis://127.0.0.1:{free_port()}", tiers) as gateway:
            reads = [(await gateway.http.get("/api/v1/events")).status_code for _ in range(3)]
            body = {"email": "ada@example.com", "password": "right password"}
            sign_in = await gateway.http.post("/api/v1/auth/login", json=body)
        assert reads == [200, 200, 200]
        assert (sign_in.status_code, sign_in.json()["code"]) == (503, "sign_in_unavailable")


@pytest.mark.parametrize(
    ("address", "counted_as"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("2001:db8:1:2::ffff", "2001:db8:1:2::"),
        ("unknown", "unknown"),
    ],
)
def test_one_client_is_counted_once(address: str, counted_as: str) -> None:
    assert network(address) == counted_as


async def test_no_address_breaks_what_services_are_told() -> None:
    """Metadata of gRPC is printable: what a stranger wrote where no proxy of ours did is not taken for an address."""
    found = []

    async def app(scope: Scope, _receive: object, _send: object) -> None:
        found.append(scope["edge"].address)

    edge = EdgeMiddleware(app, origins=frozenset(), trusted_proxies=1, networks=Networks())
    headers = [(b"x-forwarded-for", b"203.0.113.\xe9")]
    await edge({"type": "websocket", "headers": headers, "client": ("192.0.2.1", 4711)}, app, app)
    assert found == ["192.0.2.1"]


@pytest.mark.parametrize(
    ("proxies", "lines"),
    [
        (1, [b"198.51.100.1", b"203.0.113.7"]),
        (2, [b"198.51.100.1", b"203.0.113.7", b"10.0.0.1"]),
        (2, [b"198.51.100.1, 203.0.113.7", b"10.0.0.1"]),
    ],
)
async def test_of_several_headers_only_our_own_proxies_tell_the_address(
    proxies: int, lines: list[bytes]
) -> None:
    """Theirs come last, on lines of their own or on one: what stands before them came from outside."""
    found = []

    async def app(scope: Scope, _receive: object, _send: object) -> None:
        found.append(scope["edge"].address)

    edge = EdgeMiddleware(app, origins=frozenset(), trusted_proxies=proxies, networks=Networks())
    headers = [(b"x-forwarded-for", line) for line in lines]
    await edge({"type": "websocket", "headers": headers, "client": ("192.0.2.1", 4711)}, app, app)
    assert found == ["203.0.113.7"]


@pytest.mark.parametrize(
    ("shown", "address"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("::FFFF:CB00:7107", "203.0.113.7"),
        ("2001:db8::7", "2001:db8::7"),
        ("203.0.113.7:4711", "203.0.113.7:4711"),
        ("unknown", "unknown"),
    ],
)
@pytest.mark.parametrize("proxies", [0, 1])
async def test_an_address_is_one_however_it_is_shown(shown: str, address: str, proxies: int) -> None:
    """Else whoever has IPv4 and comes over an IPv6 socket is of no country, no known network, and everybody at once."""
    found = []

    async def app(scope: Scope, _receive: object, _send: object) -> None:
        found.append(scope["edge"].address)

    headers = [(b"x-forwarded-for", f"spoofed, {shown}".encode())] if proxies else []
    client = None if proxies else (shown, 4711)
    edge = EdgeMiddleware(app, origins=frozenset(), trusted_proxies=proxies, networks=Networks())
    await edge({"type": "websocket", "headers": headers, "client": client}, app, app)
    assert found == [address]
