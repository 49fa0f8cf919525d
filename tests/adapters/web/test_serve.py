"""The server says where it is and what is connected, and finishes what it has begun when it is told to stop."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import socket
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlencode

import aiohttp

from adapters.web.tokens import Tokens
from bot.turn import Conversation

SIGNING = "a secret that only this test knows, and long enough"
FORM = "application/x-www-form-urlencoded"


@asynccontextmanager
async def served(folder: Path, *options: str, **settings: str) -> AsyncIterator[tuple[Process, str]]:
    """Run the command on a free port, with some settings; yield the process and what it said until it was ready."""
    given = {f"WHATWORKS_{name.upper()}": value for name, value in settings.items()}
    environment = os.environ | {"WHATWORKS_SECRET": SIGNING, "WHATWORKS_LOGS": "json"} | given  # noqa: TID251 - handed on to the command
    command = [sys.executable, "-m", "bot.cli", "serve", *(options or ("--port", "0"))]
    root = str(Path(__file__).parents[3])
    process = await asyncio.create_subprocess_exec(
        *command, stdout=PIPE, stderr=PIPE, cwd=folder, env=environment | {"PYTHONPATH": root, "PYTHONUNBUFFERED": "1"}
    )
    assert process.stdout
    said = ""
    async with asyncio.timeout(60):
        while "Ctrl-C" not in said and (line := await process.stdout.readline()):
            said += line.decode()
    try:
        yield process, said
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


def address_in(said: str) -> tuple[str, int]:
    found = re.search(r"http://([\d.]+):(\d+)", said)
    assert found, said
    return found[1], int(found[2])


async def test_it_says_where_it_is_what_it_knows_and_what_is_connected(tmp_path: Path) -> None:
    async with served(tmp_path) as (process, said):
        host, port = address_in(said)
        assert re.search(r"Knowledge: \d+ entries, content hash [0-9a-f]{12}", said)
        assert "Store: sqlite:///var/whatworks.sqlite" in said
        assert "Slack: " in said
        assert "Teams: " in said
        async with aiohttp.ClientSession(f"http://{host}:{port}") as session:
            async with session.get("/ready") as response:
                assert response.status == 200
            async with session.get("/") as response:
                assert f'href="http://{host}:' in await response.text()
        process.send_signal(signal.SIGINT)
        assert await asyncio.wait_for(process.wait(), 20) == 0
    assert (tmp_path / "var" / "whatworks.sqlite").exists()


async def test_an_answer_under_way_is_given_before_it_stops(tmp_path: Path) -> None:
    async with served(tmp_path) as (process, said):
        token = Tokens(SIGNING).of_conversation(Conversation())
        body = urlencode({"message": "does fgc keep kids out of care?", "conversation": token}).encode()
        reader, writer = await asyncio.open_connection(*address_in(said))
        head = f"POST /ask HTTP/1.1\r\nHost: localhost\r\nContent-Type: {FORM}\r\nContent-Length: {len(body)}\r\n\r\n"
        writer.write(head.encode() + body[:10])
        await writer.drain()
        async with aiohttp.ClientSession() as session, session.get("http://{}:{}/health".format(*address_in(said))):
            pass  # so that the request above has been taken up
        process.send_signal(signal.SIGTERM)
        await until_refused(*address_in(said))
        writer.write(body[10:])
        answer = await asyncio.wait_for(reader.read(), 20)
        writer.close()
        assert answer.startswith(b"HTTP/1.1 200 ")
        assert b"Family group conferencing" in answer
        assert await asyncio.wait_for(process.wait(), 20) == 0


async def until_refused(host: str, port: int) -> None:
    """Return as soon as the server takes no new connection."""
    async with asyncio.timeout(20):
        while True:
            try:
                _, writer = await asyncio.open_connection(host, port)
            except ConnectionError:
                return
            writer.close()
            await asyncio.sleep(0.01)


async def test_a_port_in_use_is_a_clear_sentence(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        async with served(tmp_path, "--port", port) as (process, said):
            _, errors = await process.communicate()
    assert said == ""
    assert process.returncode == 1
    assert f"Nothing can listen on 127.0.0.1:{port}" in errors.decode()
    assert "WHATWORKS_PORT" in errors.decode()
    assert "Traceback" not in errors.decode()
