"""The one place where what Teams sends becomes an event of ours: told apart, cleaned of personal data, with a key of its own."""

from __future__ import annotations

import hashlib
import html
import json
import re
from collections.abc import Mapping
from typing import Any, Final

from adapters.teams.cards import WRITTEN
from adapters.teams.parts import Clean
from adapters.teams.tokens import tenant_of
from bot.errors import InputError
from bot.references import Reference

Json = dict[str, Any]

REMOVED: Final = "whatworksRemoved"  # where an activity tells which kinds of personal data were taken out
# What our own buttons carry, where a client sends a tap as a message.
CARRIED: Final = (
    "verb", "says", "entry", "version", "options", "question", "what", "day", "at", "zone", "topics", "until",
)  # fmt: skip
_KINDS: Final = {"message", "invoke", "installationUpdate", "conversationUpdate"}
_AT: Final = re.compile(r"<at\b[^>]*>.*?</at>", re.IGNORECASE | re.DOTALL)
_TAG: Final = re.compile(r"<[^>]{0,500}>")
_BREAK: Final = re.compile(r"<(?:br|/p|/div|/li)\b[^>]*>", re.IGNORECASE)
_THREAD: Final = ";messageid="


def read(body: bytes) -> Json:
    """Return the activity of a request.

    Raises:
        InputError: If it is none that we can use.
    """
    try:
        activity = json.loads(body)
        json.dumps(activity, ensure_ascii=False).encode()  # halves of characters cannot be kept or sent
    except (ValueError, RecursionError) as error:
        raise InputError("What came is not what Teams sends") from error
    if not isinstance(activity, dict) or not isinstance(activity.get("conversation"), Mapping):
        raise InputError("What came is not what Teams sends")
    names = (activity["conversation"].get("id"), activity.get("type"))
    if not all(isinstance(one, str) and one for one in names) or not isinstance(activity.get("from"), Mapping):
        raise InputError("What came is not what Teams sends")
    return activity


def key_of(activity: Mapping[str, Any]) -> str | None:
    """Return what tells an activity from every other and a repetition from a new one; None for what has no such thing."""
    if not activity.get("id"):
        return None
    told = f"{activity['conversation']['id']}\0{activity['id']}\0{activity.get('type')}"
    return f"teams:{hashlib.sha256(told.encode('utf-8', 'replace')).hexdigest()[:40]}"


def is_for_us(activity: Mapping[str, Any]) -> bool:
    """Return whether an activity asks for work: not what a bot wrote, ours included, nor an edit or a deletion."""
    sender = activity["from"]
    if sender.get("role") == "bot" or str(sender.get("id", "")).startswith("28:"):
        # What Teams itself says of an installation comes in the name of whoever installed, or of nobody.
        return activity.get("type") in {"installationUpdate", "conversationUpdate"}
    return activity.get("type") in _KINDS


def cleaned(activity: Json, clean: Clean) -> Json:
    """Return an activity with what we need of it and nothing of another form.

    What a person wrote is cleaned, and the kinds that were taken out stand in `REMOVED`. Only the value of an invoke is as it
    came: an invoke is answered at once, and kept nowhere.
    """
    kept: Json = _strings(activity, _KEPT)
    kept["conversation"] = _strings(activity["conversation"], ("id", "conversationType", "tenantId"))
    for name in ("from", "recipient"):
        kept[name] = _strings(activity.get(name), ("id", "aadObjectId", "role"))
    data = activity.get("channelData")
    data = data if isinstance(data, Mapping) else {}
    # Of a team, a channel or a tenant we need to know which, not what it is called.
    kept["channelData"] = {
        name: _strings(data[name], ("id",)) for name in ("tenant", "team", "channel") if name in data
    }
    kept["channelData"] |= _strings(data, ("eventType",))
    gone = activity.get("membersRemoved")
    kept["membersRemoved"] = [_strings(one, ("id",)) for one in gone] if isinstance(gone, list) else []
    removed: tuple[str, ...] = ()
    value = activity.get("value")
    if kept["type"] == "message":
        kept["text"], removed = clean(plain(str(activity.get("text") or "")))
        kept["value"] = {name: value[name] for name in CARRIED if name in value} if isinstance(value, Mapping) else {}
        if isinstance(value, Mapping) and WRITTEN in value:
            kept["value"][WRITTEN], also = clean(str(value[WRITTEN]))
            removed += also
    elif kept["type"] == "invoke":
        kept["value"] = value
    return kept | {REMOVED: list(removed)}


def _strings(value: object, names: tuple[str, ...]) -> Json:
    if not isinstance(value, Mapping):
        return {}
    return {name: value[name] for name in names if isinstance(value.get(name), str)}


def plain(text: str) -> str:
    """Return a message without mentions and markup."""
    text = _TAG.sub(" ", _BREAK.sub("\n", _AT.sub(" ", text))) if "<" in text else text
    return html.unescape(text).replace("\xa0", " ").strip()


def reference_of(activity: Mapping[str, Any]) -> Reference:
    """Return how to reach the conversation of a cleaned activity later; of a thread, its channel."""
    conversation, data = activity["conversation"], activity.get("channelData")
    team = data.get("team") if isinstance(data, Mapping) else None
    kind = str(conversation.get("conversationType") or ("channel" if team else "personal"))
    return Reference(
        str(conversation["id"]).partition(_THREAD)[0],
        tenant_of(activity),
        kind,
        str(activity.get("serviceUrl") or ""),
        str(activity["recipient"].get("id") or ""),
        str(team.get("id") or "") if isinstance(team, Mapping) else "",
        str(activity["from"].get("id") or "") if kind == "personal" else "",
    )


_KEPT: Final = ("type", "id", "serviceUrl", "channelId", "replyToId", "action", "locale", "name")
