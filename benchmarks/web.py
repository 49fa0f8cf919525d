"""Measure the pages: `python -m benchmarks.web`. First byte and size of every evidence page, and of a question asked on the site.

The server is the real command in a process of its own; the client asks one request after the other on one connection.
"""

from __future__ import annotations

import http.client
import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter
from typing import Final
from urllib.parse import urlencode

from benchmarks.speed import questions_of
from knowledge.base import KnowledgeBase

ROUNDS: Final = 3  # of all pages; the first warms up and is not counted
QUESTIONS: Final = 200


@contextmanager
def server() -> Iterator[http.client.HTTPConnection]:
    """Serve from an empty folder on a free port; yield a connection to it."""
    root = str(Path(__file__).parents[1])
    environment = os.environ | {"PYTHONPATH": root, "PYTHONUNBUFFERED": "1", "WHATWORKS_ASKS_PER_MINUTE": "100000"}  # noqa: TID251 - handed on to the command
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "bot.cli", "serve", "--port", "0"]
        process = subprocess.Popen(  # noqa: S603 - our own command
            command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=folder, env=environment
        )
        try:
            said = next(found for line in process.stdout or () if (found := re.search(r"http://([\d.]+):(\d+)", line)))
            yield http.client.HTTPConnection(said[1], int(said[2]))
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(30)


def timed(
    connection: http.client.HTTPConnection, method: str, path: str, form: str | None = None
) -> tuple[float, bytes]:
    """Return the milliseconds to the first byte of an answer, and its body."""
    headers = {"Content-Type": "application/x-www-form-urlencoded"} if form else {}
    began = perf_counter()
    connection.request(method, path, form, headers)
    response = connection.getresponse()
    took = (perf_counter() - began) * 1_000
    body = response.read()
    if response.status != 200:
        raise SystemExit(f"{method} {path} was answered with {response.status}")
    return took, body


def say(name: str, took: list[float]) -> None:
    """Print the median and the 99th percentile."""
    print(
        f"{name}: first byte after {median(took):.1f} ms at the median, {quantiles(took, n=100)[98]:.1f} ms at the 99th percentile"
    )


def main() -> None:
    """Print the figures."""
    entries = KnowledgeBase.load().entries
    with server() as connection:
        took: list[float] = []
        sizes: dict[str, int] = {}
        for number in range(ROUNDS):
            for entry in entries:
                ms, body = timed(connection, "GET", f"/evidence/{entry}")
                sizes[entry] = len(body)
                took += [ms] if number else []
        say(f"{len(entries)} evidence pages, warm", took)
        largest = max(sizes, key=lambda entry: sizes[entry])
        print(
            f"size: {median(sizes.values()) / 1_000:.0f} kB at the median, at most {sizes[largest] / 1_000:.0f} kB ({largest})"
        )
        for path in ("/", "/evidence", "/map", "/topics", "/about"):
            say(path, [timed(connection, "GET", path)[0] for _ in range(20)])
        token = re.search(r'name="conversation" value="([^"]+)"', timed(connection, "GET", "/")[1].decode())
        asked = [
            timed(
                connection, "POST", "/ask", urlencode({"message": question, "conversation": token[1] if token else ""})
            )[0]
            for question in questions_of(list(entries.values()), QUESTIONS)
        ]
        say("a question", asked)


if __name__ == "__main__":
    main()
