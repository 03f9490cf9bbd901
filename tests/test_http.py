"""The HTTP side by itself: status pages, limits, request ids, and who may see the figures."""

import json
import time
from collections.abc import AsyncIterator, Callable, MutableMapping

import httpx
import pytest
import structlog
from pydantic import SecretStr
from slack_bolt.async_app import AsyncApp

from bot.errors import UnavailableError
from bot.http import MAX_BODY_BYTES, MetricsPage, build_http_app, build_status_app
from bot.metrics import Metrics
from tests.security.test_signatures import signed

TOKEN = SecretStr("t0p-secret")


class Database:
    """Answers, or is away."""

    def __init__(self) -> None:
        self.is_away = False

    async def check(self) -> None:
        if self.is_away:
            raise UnavailableError("the database is away")


@pytest.fixture(name="database")
def a_database() -> Database:
    return Database()


Caller = Callable[..., httpx.AsyncClient]


@pytest.fixture(name="from_address")
def callers(database: Database) -> Caller:
    bolt = AsyncApp(signing_secret="", token="xoxb-1", request_verification_enabled=False)
    app = build_http_app(bolt, "signing", database.check, MetricsPage(Metrics(), TOKEN))

    def client(address: str = "203.0.113.7") -> httpx.AsyncClient:
        return httpx.AsyncClient(
            transport=httpx.ASGITransport(app, client=(address, 5555)), base_url="http://bot", trust_env=False
        )

    return client


@pytest.fixture(name="http")
async def a_stranger(from_address: Caller) -> AsyncIterator[httpx.AsyncClient]:
    async with from_address() as client:
        yield client


async def test_it_is_alive_without_a_database_and_ready_when_that_is_back(
    http: httpx.AsyncClient, database: Database
) -> None:
    statuses = []
    for is_away in (False, True, False):
        database.is_away = is_away
        statuses.append([(await http.get(path)).status_code for path in ("/health", "/ready")])

    assert statuses == [[200, 200], [200, 503], [200, 200]]


async def test_why_it_is_not_ready_is_in_the_log_alone(http: httpx.AsyncClient, database: Database) -> None:
    database.is_away = True

    with structlog.testing.capture_logs() as events:
        answer = await http.get("/ready")

    assert answer.json() == {"status": "unavailable"}
    assert [(one["event"], one["error"]) for one in events] == [("not_ready", "the database is away")]


@pytest.mark.parametrize(
    ("method", "path", "status", "error"),
    [
        ("GET", "/", 404, "not found"),
        ("GET", "/slack", 404, "not found"),
        ("GET", "/slack/events", 405, "method not allowed"),
        ("POST", "/health", 405, "method not allowed"),
        ("DELETE", "/metrics", 405, "method not allowed"),
    ],
)
async def test_what_there_is_not_is_said_as_json(
    http: httpx.AsyncClient, method: str, path: str, status: int, error: str
) -> None:
    answer = await http.request(method, path)

    assert (answer.status_code, answer.json()) == (status, {"error": error})
    assert ("allow" in answer.headers) == (status == 405)


async def test_beside_a_socket_there_is_nothing_to_post_to(database: Database) -> None:
    transport = httpx.ASGITransport(build_status_app(database.check))

    async with httpx.AsyncClient(transport=transport, base_url="http://bot") as http:
        statuses = [(await http.get(path)).status_code for path in ("/health", "/ready", "/metrics")]
        posted = await http.post("/slack/events")

    assert statuses == [200, 200, 404]
    assert posted.status_code == 404


async def test_a_body_that_says_it_is_too_long_is_not_read(http: httpx.AsyncClient) -> None:
    async def body() -> AsyncIterator[bytes]:
        raise AssertionError("it was read")
        yield b""

    for length in (MAX_BODY_BYTES + 1, 10**30):
        answer = await http.post("/slack/events", content=body(), headers={"Content-Length": str(length)})
        assert answer.status_code == 413
        assert "error" in answer.json()


async def test_a_body_that_goes_on_and_on_is_read_up_to_the_limit_only(http: httpx.AsyncClient) -> None:
    sent = 0

    async def body() -> AsyncIterator[bytes]:
        nonlocal sent
        while True:
            sent += 1
            yield b"x" * 100_000

    answer = await http.post("/slack/events", content=body())

    assert answer.status_code == 413
    assert sent == MAX_BODY_BYTES // 100_000 + 1


async def test_the_longest_body_is_taken(http: httpx.AsyncClient) -> None:
    answer = await http.post("/slack/events", content=b"x" * MAX_BODY_BYTES)

    assert answer.status_code == 401  # it was read, and is not signed


@pytest.mark.parametrize("address", ["127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1"])
async def test_the_figures_are_shown_to_this_machine(from_address: Caller, address: str) -> None:
    async with from_address(address) as http:
        answer = await http.get("/metrics")

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert "finops_inbox_depth" in answer.text


@pytest.mark.parametrize("address", ["203.0.113.7", "10.0.0.1", "::ffff:203.0.113.7", "fe80::1", "nonsense"])
async def test_to_others_there_is_no_such_page_without_the_token(from_address: Caller, address: str) -> None:
    async with from_address(address) as http:
        without = await http.get("/metrics")
        wrong = await http.get("/metrics", headers={"Authorization": "Bearer t0p-secre"})
        other = await http.get("/metrics", headers={b"Authorization": b"Bearer \xff"})
        right = await http.get("/metrics", headers={"Authorization": f"Bearer {TOKEN.get_secret_value()}"})

    assert [one.status_code for one in (without, wrong, other, right)] == [404, 404, 404, 200]
    assert without.json() == {"error": "not found"}


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "X-Real-Ip"])
async def test_what_a_proxy_on_this_machine_passes_on_is_not_of_this_machine(
    from_address: Caller, header: str
) -> None:
    async with from_address("127.0.0.1") as http:
        assert (await http.get("/metrics", headers={header: "127.0.0.1"})).status_code == 404


async def test_every_answer_carries_an_id_of_its_own(http: httpx.AsyncClient) -> None:
    ids = {(await http.get(path)).headers["x-request-id"] for path in ("/health", "/ready", "/nowhere", "/health")}

    assert len(ids) == 4


async def test_an_id_that_comes_with_a_request_is_kept_and_logged(
    http: httpx.AsyncClient, database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    database.is_away = True

    answer = await http.get("/ready", headers={"X-Request-Id": "lb-1.a_B"})

    (event,) = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert answer.headers["x-request-id"] == "lb-1.a_B"
    assert (event["event"], event["request_id"]) == ("not_ready", "lb-1.a_B")
    assert structlog.contextvars.get_contextvars() == {}


@pytest.mark.parametrize("given", ["", " ", "a b", "-x", "x" * 65, "a\tb", "{}", '"', "é", "<script>"])
async def test_an_id_of_another_form_is_replaced(http: httpx.AsyncClient, given: str) -> None:
    answer = await http.get("/health", headers={b"X-Request-Id": given.encode()})

    assert answer.headers["x-request-id"] != given
    assert len(answer.headers["x-request-id"]) == 32


@pytest.mark.parametrize(
    ("body", "form"),
    [
        (b"{", "json"),
        (b"[]", "json"),
        (b"null", "json"),
        (b'"text"', "json"),
        (b"payload=%7B", "x-www-form-urlencoded"),
    ],
)
async def test_what_slack_signed_but_is_no_payload_is_a_bad_request(
    http: httpx.AsyncClient, body: bytes, form: str
) -> None:
    headers = {**signed(body, str(int(time.time())), secret="signing"), "Content-Type": f"application/{form}"}

    answer = await http.post("/slack/events", content=body, headers=headers)

    assert (answer.status_code, answer.json()) == (400, {"error": "bad request"})


async def test_a_fault_is_said_without_details_and_logged_with_its_id() -> None:
    async def broken() -> None:
        raise RuntimeError("who pays for the wombat enclosure")

    transport = httpx.ASGITransport(build_status_app(broken), raise_app_exceptions=False)
    with structlog.testing.capture_logs([structlog.contextvars.merge_contextvars]) as events:
        async with httpx.AsyncClient(transport=transport, base_url="http://bot") as http:
            answer = await http.get("/ready", headers={"X-Request-Id": "r1"})

    assert (answer.status_code, answer.json()) == (500, {"error": "internal server error"})
    assert answer.headers["x-request-id"] == "r1"
    (event,) = events
    assert (event["event"], event["error"], event["request_id"]) == ("request_failed", "RuntimeError", "r1")


async def test_whoever_goes_away_while_sending_is_no_fault(from_address: Caller) -> None:
    sent: list[dict[str, object]] = []

    async def receive() -> dict[str, object]:
        return {"type": "http.disconnect"}

    async def send(message: MutableMapping[str, object]) -> None:
        sent.append(dict(message))

    scope = {"type": "http", "method": "POST", "path": "/slack/events", "headers": [], "query_string": b""}
    transport = from_address()._transport  # noqa: SLF001 (the application behind it)
    assert isinstance(transport, httpx.ASGITransport)
    with structlog.testing.capture_logs() as events:
        await transport.app({**scope, "client": ("203.0.113.7", 1)}, receive, send)

    assert [one.get("status") for one in sent] == [400, None]
    assert events == []
