"""A page as a test reads it: its words, links, anchors and forms."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

from aiohttp import ClientResponse
from multidict import CIMultiDictProxy


@dataclass(slots=True)
class Page:
    """What was answered."""

    status: int
    headers: CIMultiDictProxy[str]
    body: str
    words: str = ""
    links: list[str] = field(default_factory=list)
    ids: set[str] = field(default_factory=set)
    inputs: list[dict[str, str]] = field(default_factory=list)
    buttons: list[dict[str, str]] = field(default_factory=list)
    metas: list[dict[str, str]] = field(default_factory=list)

    @classmethod
    async def of(cls, response: ClientResponse) -> Page:
        """Return the page of a response."""
        body = await response.read()
        text = body.decode(errors="replace") if response.content_type != "image/png" else ""
        page = cls(response.status, response.headers, text)
        if response.content_type == "text/html":
            page.read()
        return page

    def read(self) -> None:
        """Find the words, links and forms in the body."""
        _Reader(self).feed(self.body)
        self.words = " ".join(self.words.split())

    def field(self, name: str) -> str:
        """Return the value of the last hidden field with a name: of the newest card or form."""
        return [one["value"] for one in self.inputs if one.get("name") == name][-1]

    def first(self, name: str) -> str:
        """Return the value of the first hidden field with a name."""
        return next(one["value"] for one in self.inputs if one.get("name") == name)


class _Reader(HTMLParser):
    def __init__(self, page: Page) -> None:
        super().__init__()
        self.page, self.silent = page, 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag in {"script", "style"}:
            self.silent += 1
        if tag in {"a", "link"} and "href" in found:
            self.page.links.append(found["href"])
        if tag in {"img", "script"} and "src" in found:
            self.page.links.append(found["src"])
        if "id" in found:
            self.page.ids.add(found["id"])
        if tag == "input":
            self.page.inputs.append(found)
        if tag == "button":
            self.page.buttons.append(found)
        if tag == "meta":
            self.page.metas.append(found)
        if tag == "img":
            self.page.words += f" {found.get('alt', '')} "

    def handle_endtag(self, tag: str) -> None:
        if tag in {"script", "style"}:
            self.silent -= 1

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.page.words += data
