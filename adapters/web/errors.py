"""What goes wrong on the way to a page: each with its status and one sentence for the person."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from bot.errors import WhatworksError

HEADINGS: Final = {
    400: "That could not be read",
    403: "That cannot be done from here",
    404: "There is no such page",
    405: "That cannot be done here",
    408: "That took too long",
    410: "This entry is no longer in use",
    413: "That is too long",
    414: "That is too long",
    429: "Please wait a moment",
    500: "Something went wrong",
    503: "Not just now",
}
SENTENCES: Final = {
    404: "The address may be mistyped, or the page may have moved. The evidence index has every entry.",
    405: "This address does not take that kind of request.",
    500: "The fault is on our side and has been noted, without your question. Please try again.",
    503: "This could not be kept: the store does not answer. Nothing else is lost; please try again in a minute.",
}


class PageError(WhatworksError):
    """A request that cannot be answered as asked.

    Attributes:
        status: The HTTP status.
        headers: To send along.
        link: Where to go instead, as path and words; None for nowhere.
    """

    def __init__(
        self,
        status: int,
        sentence: str,
        headers: Mapping[str, str] | None = None,
        link: tuple[str, str] | None = None,
    ) -> None:
        super().__init__(sentence)
        self.status = status
        self.headers = dict(headers or {})
        self.link = link
