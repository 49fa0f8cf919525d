"""The desk: what practitioners found of no use, by entry and version; the wrong entry for the matcher's keepers, the rest for curators."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from aiohttp import web

from adapters.web.desk_access import FEEDBACK
from adapters.web.parts import PARTS
from adapters.web.templates import page
from bot.feedback import VersionFeedback
from knowledge.entry import EvidenceEntry

ABOUT: Final = {"": "All verdicts", "match": "Wrong match", "content": "Wrong, stale or of no use"}
routes = web.RouteTableDef()


@dataclass(frozen=True, slots=True)
class Row:
    """What came in on one version of an entry; `entry` is None for one that is not shown any more."""

    came: VersionFeedback
    entry: EvidenceEntry | None

    @property
    def is_current(self) -> bool:
        """Return whether practitioners see this version now."""
        return self.entry is not None and self.entry.version == self.came.version


@routes.get(FEEDBACK)
async def listed(request: web.Request) -> web.Response:
    """List what came in, what needs somebody first."""
    parts, about = request.app[PARTS], request.query.get("about", "")
    rows = [Row(one, parts.bot.shown.get(one.entry_id)) for one in await parts.feedback.by_version()]
    if about == "match":
        rows = [row for row in rows if row.came.wrong_matches]
    elif about == "content":
        rows = [row for row in rows if row.came.on_content]
    rows.sort(key=lambda row: (-_weight(row, about), not row.is_current, row.came.entry_id, row.came.version))
    return page(request, "desk_feedback", rows=rows, about=about if about in ABOUT else "", abouts=ABOUT)


def _weight(row: Row, about: str) -> int:
    return {"match": row.came.wrong_matches, "content": row.came.on_content}.get(about, row.came.not_helpful)
