"""The one place where what Slack sends becomes an event of ours: told apart, cleaned of personal data, with a key of its own."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import parse_qsl

from bot.errors import InputError

Json = dict[str, Any]
Clean = Callable[[str], tuple[str, tuple[str, ...]]]  # a text without personal data, and the kinds that were taken out

REMOVED: Final = "whatworks_removed"  # where a payload tells which kinds of personal data were taken out
# Kinds of message events that somebody wrote for us to read; all others are edits, deletions, joins, ...
_WRITTEN: Final = {None, "thread_broadcast", "file_share", "me_message"}
_MENTION: Final = re.compile(r"<@[A-Z0-9]+(?:\|[^>]*)?>")
_LINK: Final = re.compile(r"<((?:https?|mailto|tel):[^|>]*)(?:\|([^>]*))?>")
_SPECIAL: Final = re.compile(r"<([!#])([^|>]*)(?:\|([^>]*))?>")


def read(body: bytes, content_type: str) -> Json:
    """Return the payload of a request: an event, a command, a shortcut or an action.

    Raises:
        InputError: If it is none of these.
    """
    try:
        if content_type.startswith("application/json"):
            payload = json.loads(body)
        else:
            form = dict(parse_qsl(body.decode(), keep_blank_values=True))
            payload = json.loads(form["payload"]) if "payload" in form else form
    except (ValueError, RecursionError) as error:
        raise InputError("What came is not what Slack sends") from error
    if not isinstance(payload, dict):
        raise InputError("What came is not what Slack sends")
    return payload


def key_of(payload: Mapping[str, Any]) -> str | None:
    """Return what tells an event from every other and a repetition from a new one; None for what has no such thing."""
    if payload.get("type") == "event_callback":
        return f"slack:{payload['event_id']}" if payload.get("event_id") else None
    trigger = payload.get("trigger_id")
    return f"slack:{hashlib.sha256(str(trigger).encode()).hexdigest()[:40]}" if trigger else None


def workspace_of(payload: Mapping[str, Any]) -> tuple[str | None, str | None, bool]:
    """Return the organisation, the workspace, and whether the app is installed on the whole organisation."""
    team, enterprise = payload.get("team"), payload.get("enterprise")
    is_enterprise = str(payload.get("is_enterprise_install", "false")).casefold() == "true"
    authorizations = payload.get("authorizations") or []
    if authorizations:
        first = authorizations[0]
        return first.get("enterprise_id"), first.get("team_id"), bool(first.get("is_enterprise_install"))
    team_id = (team or {}).get("id") if isinstance(team, Mapping) else payload.get("team_id")
    enterprise_id = (enterprise or {}).get("id") if isinstance(enterprise, Mapping) else payload.get("enterprise_id")
    return enterprise_id, team_id, is_enterprise


def is_for_us(payload: Mapping[str, Any]) -> bool:
    """Return whether a payload asks for work: not what a bot wrote, ours included, nor an edit or a deletion."""
    if payload.get("type") != "event_callback":
        return (
            payload.get("type") in {"block_actions", "shortcut", "message_action", "view_submission"}
            or "command" in payload
        )
    event = payload.get("event")
    if not isinstance(event, Mapping):
        return False
    if event.get("bot_id") or event.get("bot_profile") or event.get("edited"):
        return False
    if event.get("type") in {"message", "app_mention"}:
        return event.get("subtype") in _WRITTEN and (
            event.get("type") == "app_mention" or event.get("channel_type") == "im"
        )
    return event.get("type") in {
        "app_home_opened", "app_uninstalled", "tokens_revoked", "link_shared", "assistant_thread_started", "assistant_thread_context_changed",
    }  # fmt: skip


def cleaned(payload: Json, clean: Clean) -> Json:
    """Return a payload with what we need of it, every text of a person cleaned; the kinds taken out stand in `REMOVED`.

    Args:
        payload: As it came.
        clean: Takes personal data out of a text.
    """
    removed: list[str] = []

    def without(text: object) -> str:
        kept, kinds = clean(plain(str(text or "")))
        removed.extend(kinds)
        return kept

    kept: Json = {name: _slim(payload[name]) if name in _SLIM else payload[name] for name in _KEPT if name in payload}
    if "event" in payload:
        event = payload["event"]
        kept["event"] = {name: event[name] for name in _KEPT_OF_EVENT if name in event}
        if "text" in event:
            kept["event"]["text"] = without(event["text"])
    if "command" in payload:
        kept["text"] = without(payload.get("text"))
    if isinstance(payload.get("message"), Mapping):
        message = payload["message"]
        kept["message"] = {name: message[name] for name in ("ts", "thread_ts") if name in message}
        if payload.get("type") == "message_action":
            kept["message"]["text"] = without(message.get("text"))
    if isinstance(payload.get("view"), Mapping):
        kept["view"] = _view(payload["view"], without)
    if isinstance(payload.get("state"), Mapping):
        kept["state"] = _state(payload, without)
    return kept | {REMOVED: list(dict.fromkeys(removed))}


def plain(text: str) -> str:
    """Return a message without Slack's own markup: mentions, links in angle brackets, escaped signs."""
    text = _MENTION.sub(" ", text)
    text = _LINK.sub(lambda link: link[2] or link[1], text)
    text = _SPECIAL.sub(lambda special: f"#{special[3]}" if special[1] == "#" and special[3] else " ", text)
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&").strip()


def _slim(value: object) -> object:
    # Of a person, a channel or a workspace we need to know which, not what it is called.
    return {"id": value.get("id"), "team_id": value.get("team_id")} if isinstance(value, Mapping) else value


def _view(view: Mapping[str, Any], without: Callable[[object], str]) -> Json:
    kept: Json = {name: view[name] for name in ("id", "type", "callback_id", "private_metadata") if name in view}
    kept["state"] = _state(view, without)
    return kept


def _state(of: Mapping[str, Any], without: Callable[[object], str]) -> Json:
    """Return what was chosen and written in a form, or in a message that has room for it."""
    values = (of.get("state") or {}).get("values") or {}
    return {
        "values": {
            block: {action: {"type": said.get("type")} | _chosen(said, without) for action, said in actions.items()}
            for block, actions in values.items()
        }
    }


def _chosen(said: Mapping[str, Any], without: Callable[[object], str]) -> Json:
    # What was chosen is ours; what was written is somebody's.
    kept = {name: said[name] for name in _CHOSEN if said.get(name) is not None}
    for name in ("selected_option", "selected_options"):
        if said.get(name) is not None:
            options = said[name] if isinstance(said[name], list) else [said[name]]
            values = [{"value": str(one.get("value"))} for one in options if isinstance(one, Mapping)]
            kept[name] = values if isinstance(said[name], list) else values[0]
    return kept | {"value": without(said.get("value"))}


_CHOSEN: Final = ("selected_time", "selected_date", "selected_conversation")
_KEPT: Final = (
    "type", "event_id", "team_id", "api_app_id", "enterprise_id", "authorizations", "is_enterprise_install", "team", "enterprise",
    "user", "user_id", "channel", "channel_id", "command", "response_url", "trigger_id", "callback_id", "actions", "container", "action_ts",
    "is_ext_shared_channel", "event_time", "event_context",
)  # fmt: skip
_SLIM: Final = {"user", "channel", "team", "enterprise"}
_KEPT_OF_EVENT: Final = (
    "type", "subtype", "channel", "channel_type", "user", "ts", "thread_ts", "event_ts", "tab", "links", "message_ts", "unfurl_id", "source",
    "assistant_thread", "tokens", "team",
)  # fmt: skip
