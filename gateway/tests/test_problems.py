"""Bad input, bad tokens, services that refuse or are away: always the right problem document, never a 500."""

import json
from collections.abc import AsyncIterator
from decimal import Decimal

import httpx
import pytest

from oraculum.money.v1.amount_pb2 import Amount
from oraculum.prediction.v1 import prediction_service_pb2 as pb
from oraculum_kit import replay
from oraculum_kit.errors import (
    Aborted,
    DeadlineExceeded,
    FailedPrecondition,
    Internal,
    InvalidArgument,
    NotFound,
    PermissionDenied,
    ResourceExhausted,
    Unavailable,
    Violation,
)
from oraculum_kit.ids import uuid7

FIELDS = {"type", "title", "status", "code", "detail", "errors", "request_id", "timestamp", "path"}
ORDER = pb.Order(
    order_id=str(uuid7()), side=pb.SIDE_BUY, status=pb.ORDER_STATUS_FILLED, gross=Amount(units=1, asset="USDC"),
    fee=Amount(units=0, asset="USDC"),
)  # fmt: skip
BET = {"event_id": str(uuid7()), "outcome": 1, "amount": "10.00"}


def problem(response, status: int, code: str) -> dict[str, object]:
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    body = response.json()
    assert set(body) == FIELDS
    assert (body["status"], body["code"]) == (status, code)
    assert body["request_id"] == response.headers["x-request-id"]
    return body


def bad_fields(response, status: int = 422, code: str = "invalid_request") -> list[str]:
    return [entry["field"] for entry in problem(response, status, code)["errors"]]


async def bet(gateway, content: object = None, **options: object) -> httpx.Response:
    if content is not None:
        options["content"] = content
        options.setdefault("headers", {"content-type": "application/json"})
    headers = {**gateway.bearing(), **options.pop("headers", {})}
    return await gateway.http.post("/api/v1/predictions", headers=headers, **options)


class TestBody:
    @pytest.mark.parametrize(
        "content",
        [
            b"",
            b"{",
            b"nonsense",
            b'{"a": NaN}',
            b'{"a": 1, "a": 2}',
            b"\xff\xfe",
            b'"\xed\xa0\x80"',
            b'{"event_id": "\\ud800"}',
            b'{"\\uDC00": 1}',
            b'{"a": "\\ude00\\ud83d"}',
            b'{"a":' * 100_000,
            b"[" * 100_000,
        ],
    )
    async def test_what_is_no_json_is_unreadable(self, gateway, content: bytes) -> None:
        problem(await bet(gateway, content), 400, "malformed_json")

    async def test_a_character_in_two_halves_is_one(self, gateway) -> None:
        assert bad_fields(await bet(gateway, json.dumps({**BET, "\U0001f600": 1}).encode())) == ["\U0001f600"]

    @pytest.mark.parametrize("content", [b"[]", b'"text"', b"1", b"null"])
    async def test_what_is_no_object_is_invalid(self, gateway, content: bytes) -> None:
        assert bad_fields(await bet(gateway, content)) == ["body"]

    async def test_every_bad_field_is_named(self, gateway) -> None:
        body = {"event_id": "x", "outcome": "1", "side": "both", "amount": "1e5", "extra": 1}
        fields = bad_fields(await bet(gateway, json=body))
        assert sorted(fields) == ["amount", "event_id", "extra", "outcome", "side"]

    @pytest.mark.parametrize(
        "amount",
        ["-1", "0", "0.0000001", "9" * 30, "١٢", " 1", "1 ", "+1", ".5", "5.", "", True, [], {}, None],
    )
    async def test_an_amount_is_a_positive_exact_number(self, gateway, amount: object) -> None:
        assert bad_fields(await bet(gateway, json={**BET, "amount": amount}))

    @pytest.mark.parametrize("amount", [b"1e400", b"-1", b"0.30000000000000004", b"1" * 5000])
    async def test_a_json_number_is_read_digit_by_digit(self, gateway, amount: bytes) -> None:
        content = json.dumps(BET).encode().replace(b'"10.00"', amount)
        assert (await bet(gateway, content)).status_code in {400, 422}

    async def test_an_exact_json_number_is_an_amount(self, gateway) -> None:
        await bet(gateway, json.dumps(BET).encode().replace(b'"10.00"', b"0.1"))
        assert gateway.backend.asked[-1][1].amount_units == 100_000

    @pytest.mark.parametrize("number", [b"1e300000000000", b"-1e40", b"0e41", b"1e-300000000000", b"1.5e-40"])
    async def test_a_short_number_of_endless_digits_is_refused_by_name(self, gateway, number: bytes) -> None:
        """Nobody writes it out: a few bytes of exponent would be gigabytes of zeros."""
        content = b'{"scale": {"lower": 0, "upper": %b, "step": 1, "unit": "x"}}' % number
        headers = {**gateway.bearing(), "content-type": "application/json"}
        response = await gateway.http.put(f"/api/v1/events/{uuid7()}", content=content, headers=headers)
        assert bad_fields(response) == ["scale.upper"]
        assert gateway.backend.asked == []

    @pytest.mark.parametrize("number", [b"1e3", b"1000", b"1000.0", b'"1000"'])
    async def test_a_number_is_the_same_however_it_is_written(self, gateway, number: bytes) -> None:
        content = b'{"scale": {"lower": 0, "upper": %b, "step": 1, "unit": "x"}}' % number
        headers = {**gateway.bearing(), "content-type": "application/json"}
        await gateway.http.put(f"/api/v1/events/{uuid7()}", content=content, headers=headers)
        assert Decimal(gateway.backend.asked[0][1].scale.upper) == 1000

    @pytest.mark.parametrize("time", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
    async def test_a_time_that_is_none_in_utc_is_refused_by_name(self, gateway, time: str) -> None:
        """Years end at 1 and at 9999, and its offset leads beyond."""
        assert bad_fields(await bet(gateway, json={**BET, "expires_at": time})) == ["expires_at"]

    async def test_too_large_is_refused_before_it_is_read(self, gateway) -> None:
        problem(await bet(gateway, b" " * (1024 * 1024 + 1)), 413, "body_too_large")

    async def test_too_large_is_refused_though_it_comes_in_pieces(self, gateway) -> None:
        async def pieces() -> AsyncIterator[bytes]:
            for _ in range(40):
                yield b" " * 65536

        problem(await bet(gateway, pieces()), 413, "body_too_large")

    async def test_another_format_is_refused(self, gateway) -> None:
        response = await bet(gateway, b"a=b", headers={"content-type": "application/x-www-form-urlencoded"})
        problem(response, 415, "unsupported_media_type")

    async def test_nothing_is_asked_of_a_service_when_the_form_is_wrong(self, gateway) -> None:
        await bet(gateway, json={**BET, "outcome": -1})
        assert [name for name, _ in gateway.backend.asked] == []


class TestQuery:
    @pytest.mark.parametrize(
        ("query", "field"),
        [
            ("limit=0", "limit"),
            ("limit=101", "limit"),
            ("limit=many", "limit"),
            ("limit=" + "9" * 30, "limit"),
            ("status=open", "status"),
            ("nonsense=1", "nonsense"),
            ("limit=1&limit=2", "limit"),
            ("q=" + "x" * 501, "q"),
        ],
    )
    async def test_a_bad_field_is_named(self, gateway, query: str, field: str) -> None:
        assert bad_fields(await gateway.http.get(f"/api/v1/events?{query}")) == [field]

    async def test_a_number_that_may_be_left_out_is_a_number_too(self, gateway) -> None:
        address = f"/api/v1/events/{uuid7()}/candles"
        assert (await gateway.http.get(f"{address}?outcome=1")).status_code == 200
        assert gateway.backend.asked[-1][1].outcome == 1
        assert bad_fields(await gateway.http.get(f"{address}?outcome=one")) == ["outcome"]

    async def test_a_field_is_called_as_the_client_called_it(self, gateway) -> None:
        gateway.backend.on(
            "ListEvents",
            InvalidArgument(violations=[Violation("query", "is long"), Violation("statuses[0]", "is none")]),
        )
        assert bad_fields(await gateway.http.get("/api/v1/events?q=x")) == ["q", "status[0]"]

    @pytest.mark.parametrize(
        "event_id", ["x", "1", "{01890000-0000-7000-8000-000000000001}", "%00", "..%2f.."]
    )
    async def test_an_id_is_a_uuid(self, gateway, event_id: str) -> None:
        response = await gateway.http.get(f"/api/v1/events/{event_id}")
        assert response.status_code in {404, 422}
        assert set(response.json()) == FIELDS

    @pytest.mark.parametrize(
        ("step", "bound"),
        [("0.9", "less than or equal to 0.5"), ("0.00005", "greater than or equal to 0.0001")],
    )
    async def test_a_bound_is_told_as_a_number(self, gateway, step: str, bound: str) -> None:
        response = await gateway.http.get(f"/api/v1/events/{uuid7()}/book", params={"step": step})
        (error,) = problem(response, 422, "invalid_request")["errors"]
        assert ("step", f"Input should be {bound}") == (error["field"], error["message"])


class TestAddress:
    async def test_what_is_nowhere_is_not_found(self, gateway) -> None:
        problem(await gateway.http.get("/api/v1/nothing"), 404, "not_found")

    async def test_another_method_is_not_allowed(self, gateway) -> None:
        response = await gateway.http.patch("/api/v1/events")
        problem(response, 405, "method_not_allowed")
        assert set(response.headers["allow"].split(", ")) == {"GET", "HEAD", "POST"}

    @pytest.mark.parametrize("method", ["PROPFIND", "QUERY"])
    async def test_a_method_that_nobody_knows_is_told_which_there_are(self, gateway, method: str) -> None:
        response = await gateway.http.request(method, "/api/v1/events")
        problem(response, 405, "method_not_allowed")
        assert set(response.headers["allow"].split(", ")) == {"GET", "HEAD", "POST"}

    async def test_options_without_a_preflight_is_not_allowed_either(self, gateway) -> None:
        problem(await gateway.http.options("/api/v1/events"), 405, "method_not_allowed")

    async def test_head_is_get_without_a_body(self, gateway) -> None:
        head, get = [await gateway.http.request(method, "/api/v1/categories") for method in ("HEAD", "GET")]
        assert (head.status_code, head.content) == (200, b"")
        assert (head.headers["etag"], head.headers["content-length"]) == (
            get.headers["etag"],
            str(len(get.content)),
        )

    async def test_a_slash_too_many_is_another_address(self, gateway) -> None:
        problem(await gateway.http.get("/api/v1/events/"), 404, "not_found")


class TestToken:
    async def test_nobody_is_asked_to_sign_in(self, gateway) -> None:
        response = await gateway.http.get("/api/v1/positions")
        problem(response, 401, "unauthenticated")
        assert response.headers["www-authenticate"].startswith("Bearer")

    async def test_an_expired_token_says_so(self, gateway) -> None:
        response = await gateway.http.get("/api/v1/positions", headers=gateway.bearing(minutes=-1))
        problem(response, 401, "token_expired")

    @pytest.mark.parametrize(
        "header", ["Bearer x", "Bearer", "Basic YTpi", "Bearer " + "x" * 8000, "Bearer a.b.c"]
    )
    async def test_a_bad_token_is_refused_even_where_none_is_needed(self, gateway, header: str) -> None:
        response = await gateway.http.get("/api/v1/events", headers={"authorization": header})
        problem(response, 401, "token_invalid")
        assert response.headers["www-authenticate"].startswith("Bearer")

    async def test_a_role_that_is_missing_forbids(self, gateway) -> None:
        response = await gateway.http.get("/api/v1/admin/users", headers=gateway.bearing())
        problem(response, 403, "permission_denied")
        allowed = await gateway.http.get("/api/v1/admin/users", headers=gateway.bearing(roles=("admin",)))
        assert allowed.status_code == 200


def insufficient_funds() -> FailedPrecondition:
    """What prediction says. The class is prediction's, and a reason has one class in a process that tests both."""
    error = FailedPrecondition()
    error.reason = "INSUFFICIENT_FUNDS"
    return error


class TestRefusal:
    @pytest.mark.parametrize(
        ("error", "status", "code"),
        [
            (insufficient_funds(), 409, "insufficient_funds"),
            (NotFound(), 404, "not_found"),
            (PermissionDenied(), 403, "permission_denied"),
            (Aborted(), 409, "aborted"),
            (ResourceExhausted(retry_after_seconds=3), 429, "resource_exhausted"),
            (Unavailable(), 503, "unavailable"),
            (DeadlineExceeded(), 504, "outcome_unknown"),
            (InvalidArgument(violations=[Violation("outcome", "is too high")]), 422, "invalid_request"),
        ],
    )
    async def test_each_failure_has_its_status(
        self, gateway, error: Exception, status: int, code: str
    ) -> None:
        gateway.backend.on("PlaceOrder", error)
        response = await bet(gateway, json=BET)
        body = problem(response, status, code)
        if status in {429, 503}:
            assert int(response.headers["retry-after"]) >= 1
        if status == 422:
            assert body["errors"] == [{"field": "outcome", "message": "is too high"}]

    async def test_a_defect_tells_nothing_of_its_inside(self, gateway) -> None:
        gateway.backend.on("PlaceOrder", Internal("secret detail"))
        response = await bet(gateway, json=BET)
        problem(response, 500, "internal")
        assert "secret" not in response.text

    async def test_an_answer_that_makes_no_sense_is_a_500_without_a_traceback(self, gateway) -> None:
        gateway.backend.on("GetOrder", pb.GetOrderResponse(order=pb.Order(side=0)))
        response = await gateway.http.get(f"/api/v1/predictions/{uuid7()}", headers=gateway.bearing())
        problem(response, 500, "internal")
        assert "Traceback" not in response.text


class TestKey:
    async def test_the_key_reaches_the_service(self, gateway) -> None:
        await bet(gateway, json=BET, headers={"idempotency-key": "my key"})
        assert gateway.backend.asked[-1][1].idempotency_key == "my key"

    @pytest.mark.parametrize("refused", [False, True])
    async def test_a_stored_answer_says_that_it_is_one(self, gateway, refused: bool) -> None:  # noqa: FBT001
        stored: list[str] = []

        def answer(request: pb.PlaceOrderRequest) -> pb.PlaceOrderResponse:
            if request.idempotency_key in stored:
                replay.mark()
            stored.append(request.idempotency_key)
            if refused:
                raise insufficient_funds()
            return pb.PlaceOrderResponse(order=ORDER)

        gateway.backend.on("PlaceOrder", answer)
        answers = [await bet(gateway, json=BET, headers={"idempotency-key": "k"}) for _ in range(2)]
        assert [one.status_code for one in answers] == ([409, 409] if refused else [201, 201])
        assert [one.headers.get("idempotency-replayed") for one in answers] == [None, "true"]

    @pytest.mark.parametrize("key", ["k", "x" * 128])
    async def test_bets_of_one_request_have_keys_of_their_own_that_fit(self, gateway, key: str) -> None:
        asked: list[str] = []

        def answer(request: pb.PlaceOrderRequest) -> pb.PlaceOrderResponse:
            asked.append(request.idempotency_key)
            return pb.PlaceOrderResponse(order=ORDER)

        gateway.backend.on("PlaceOrder", answer)
        headers = {**gateway.bearing(), "idempotency-key": key}
        for _ in range(2):
            placed = await gateway.http.post(
                "/api/v1/predictions:batch", json={"predictions": [BET] * 3}, headers=headers
            )
            assert [None] * 3 == [each["refused"] for each in placed.json()["data"]]
        assert 3 == len(set(asked))
        assert sorted(asked[:3]) == sorted(asked[3:])
        assert max(map(len, asked)) <= 128

    @pytest.mark.parametrize("key", ["", "x" * 129, b"\xc3\xa9"])
    async def test_a_bad_key_is_refused(self, gateway, key: str | bytes) -> None:
        problem(
            await bet(gateway, json=BET, headers={"idempotency-key": key}), 400, "malformed_idempotency_key"
        )
