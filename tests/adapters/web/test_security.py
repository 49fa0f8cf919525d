"""What guards the site: nothing runs that is not ours, nothing is sent from elsewhere, nobody can hold the others up."""

from __future__ import annotations

import asyncio
import io
import re
from collections.abc import MutableMapping
from typing import Any

import pytest
from aiohttp import web

from adapters.web import security
from adapters.web.app import make_app
from adapters.web.serve import make_runner
from bot.turn import Bot
from tests.adapters.web.conftest import Visitor, parts_of, visit

FORM = "application/x-www-form-urlencoded"
MARK = "zebrafish-question"
PATHS = [
    "/",
    "/evidence",
    "/evidence/family-group-conferencing",
    "/map",
    "/gaps",
    "/gaps/map",
    "/gaps.csv",
    "/about",
    "/no-such-page",
    "/health",
    "/evidence.csv",
]


@pytest.mark.parametrize("path", PATHS)
async def test_every_answer_carries_the_security_headers(visitor: Visitor, path: str) -> None:
    headers = (await visitor.get(path)).headers
    assert {name: headers.get(name) for name in security.HEADERS} == security.HEADERS
    assert headers["Strict-Transport-Security"]
    assert "Set-Cookie" not in headers
    assert "Python" not in headers["Server"]


async def test_a_site_without_encryption_does_not_promise_it(bot: Bot) -> None:
    async for one in visit(parts_of(bot, public_url="http://127.0.0.1:3978")):
        assert "Strict-Transport-Security" not in (await one.get("/")).headers


@pytest.mark.parametrize("path", PATHS)
async def test_no_page_needs_what_the_policy_forbids(visitor: Visitor, path: str) -> None:
    body = (await visitor.get(path)).body
    assert not re.search(r"\sstyle=|\son[a-z]+=|javascript:|<style", body)
    inline = [found for found in re.findall(r"<script([^>]*)>", body) if "src=" not in found]
    assert all("application/ld+json" in found for found in inline)
    assert not re.findall(r'(?:src|href)="(?:https?:)?//(?!doi|evidence\.example\.org)[^"]*\.(?:js|css|woff2?)"', body)


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example.org"},
        {"Origin": "null"},
    ],
)
@pytest.mark.parametrize("path", ["/ask", "/feedback", "/evidence"])
async def test_a_form_from_another_site_is_refused(visitor: Visitor, path: str, headers: dict[str, str]) -> None:
    page = await visitor.post(path, {"message": "fgc", "words": "fgc"}, **headers)
    assert page.status == 403
    assert "another site" in page.words


@pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "same-origin"}, {"Origin": "https://evidence.example.org"}, {}])
async def test_a_form_from_this_site_is_taken(visitor: Visitor, headers: dict[str, str]) -> None:
    assert (await visitor.post("/evidence", {"words": "mentoring"}, **headers)).status == 200


async def test_who_asks_too_often_is_told_when_to_come_back(bot: Bot) -> None:
    async for one in visit(parts_of(bot, asks_per_minute=6)):
        found = [await one.ask("hello") for _ in range(3)]
        assert [page.status for page in found] == [200, 200, 429]
        assert int(found[-1].headers["Retry-After"]) > 0
        assert "Please try again in" in found[-1].words
        assert (await one.get("/")).status == 200


async def test_behind_a_proxy_each_client_has_its_own_limit_and_cannot_pretend(bot: Bot) -> None:
    async def statuses(one: Visitor, seen: list[str]) -> list[int]:
        fields = {"message": "hello", "conversation": (await one.get("/")).field("conversation")}
        return [(await one.post("/ask", fields, **{"X-Forwarded-For": address})).status for address in seen]

    async for one in visit(parts_of(bot, asks_per_minute=3, proxies=1)):
        # The last address is the one that our proxy saw; the ones before it came with the request.
        assert await statuses(one, ["192.0.2.1", "192.0.2.2", "192.0.2.9, 192.0.2.1"]) == [200, 200, 429]
    async for one in visit(parts_of(bot, asks_per_minute=3)):
        assert await statuses(one, ["192.0.2.1", "192.0.2.2"]) == [200, 429]


async def test_a_body_of_ten_megabytes_is_refused(visitor: Visitor) -> None:
    body = io.BytesIO(b"message=" + b"x" * 10_000_000)
    async with visitor.client.post("/ask", data=body, headers={"Content-Type": FORM}) as response:
        assert response.status == 413
        assert "too much text" in await response.text()


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/ask", 405), ("POST", "/", 405), ("DELETE", "/evidence", 405), ("PUT", "/evidence/signs-of-safety", 405),
        ("GET", "/evidence/../../etc/passwd", 404), ("GET", "/static/../app.py", 404), ("GET", "/static/%2e%2e%2fapp.py", 404),
        ("GET", "/static/style.css%00.js", 404), ("GET", "/evidence/%00", 404), ("GET", "/topics/<script>", 404), ("GET", "//evil.example.org/", 404),
    ],
)  # fmt: skip
async def test_what_does_not_exist_is_refused_and_nothing_leaks(
    visitor: Visitor, method: str, path: str, status: int
) -> None:
    answer = await raw(
        visitor, f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
    )
    assert answer.startswith(f"HTTP/1.1 {status} "), answer[:200]
    assert "Traceback" not in answer
    assert "root:" not in answer
    if status == 405:
        assert "Allow: " in answer


async def test_a_wrong_method_says_which_are_right(visitor: Visitor) -> None:
    answer = await raw(visitor, "DELETE /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    assert "Allow: GET,HEAD" in answer


@pytest.mark.parametrize(
    "request_text",
    [
        "GET / HTTP/1.1\r\nHost: localhost\r\n" + f"X-{MARK}: " + "y" * 100_000 + "\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: localhost\r\n" + "".join(f"X-{n}: {MARK}\r\n" for n in range(5_000)) + "\r\n",
        "GET /" + "a" * 100_000 + " HTTP/1.1\r\nHost: localhost\r\n\r\n",
        f"{MARK}\r\n\r\n",
    ],
    ids=["long header", "many headers", "long address", "no HTTP"],
)
async def test_a_malformed_request_is_refused_and_the_others_are_served(visitor: Visitor, request_text: str) -> None:
    answer = await raw(visitor, request_text)
    assert answer.startswith("HTTP/1.") or not answer
    assert not answer or answer.split()[1] in {"400", "414", "431"}
    assert "Traceback" not in answer
    assert (await visitor.get("/health")).status == 200


async def test_a_form_that_trickles_in_is_given_up_and_the_others_are_served(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(security, "BODY_SECONDS", 0.2)
    head = f"POST /ask HTTP/1.1\r\nHost: localhost\r\nContent-Type: {FORM}\r\nContent-Length: 100\r\n\r\nmessage="
    slow = asyncio.create_task(raw(visitor, head))
    assert (await visitor.ask("does fgc keep kids out of care?")).status == 200
    assert (await slow).startswith("HTTP/1.1 408 ")


async def test_a_connection_that_never_sends_a_whole_request_is_closed(small_bot: Bot) -> None:
    runner = make_runner(make_app(parts_of(small_bot)), idle_seconds=0.3)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        reader, writer = await asyncio.open_connection(*runner.addresses[0])

        async def trickle() -> None:
            for letter in b"GET / HTTP/1.1\r\nX-Slow: " + b"y" * 1_000:
                writer.write(bytes([letter]))
                await asyncio.sleep(0.02)  # the slowness is what is tested

        slow = asyncio.create_task(trickle())
        async with asyncio.timeout(10):
            assert await reader.read() == b""
        assert not slow.done()
        slow.cancel()
        writer.close()
    finally:
        await runner.cleanup()


async def test_what_is_asked_stands_in_no_address_log_or_metric(
    visitor: Visitor, logged: list[MutableMapping[str, Any]]
) -> None:
    page = await visitor.ask(f"is there evidence on {MARK}?")
    await visitor.post("/evidence", {"words": MARK})
    await visitor.get(f"/evidence/{MARK}")
    await visitor.get(f"/evidence?words={MARK}")
    metrics = (await visitor.get("/metrics")).body
    assert not [link for link in page.links if MARK in link]
    assert logged
    assert MARK not in repr(logged)
    assert MARK not in metrics
    assert 'route="/evidence/{id}"' in metrics.replace("[a-z0-9-]+", "")


async def raw(visitor: Visitor, text: str) -> str:
    """Return what comes back for bytes that no client library would send."""
    server = visitor.client.server
    reader, writer = await asyncio.open_connection(server.host, server.port)
    try:
        writer.write(text.encode())
        await writer.drain()
        async with asyncio.timeout(10):
            answer = b""
            while part := await reader.read(65_536):
                answer += part
                head, _, body = answer.partition(b"\r\n\r\n")
                length = re.search(rb"Content-Length: (\d+)", head)
                if length and len(body) >= int(length[1]):
                    break
            return answer.decode(errors="replace")
    except (ConnectionError, TimeoutError):
        return ""
    finally:
        writer.close()
