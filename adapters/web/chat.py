"""Try it: the same core as in Slack and Teams, on a page. Works as plain forms; `chat.js` only saves the page from reloading."""

from __future__ import annotations

from typing import Any, Final

from aiohttp import web

from adapters.web.errors import PageError
from adapters.web.operations import METRICS
from adapters.web.parts import PARTS
from adapters.web.templates import TEMPLATES, page
from adapters.web.tokens import Shown, Tokens
from bot import wording
from bot.feedback import WRONG_MATCH, Feedback, Reason, Verdict
from bot.layout import lay_out
from bot.reply import Answered, Facet
from bot.turn import Conversation, Turn

SURFACE: Final = "web"
FRAGMENT: Final = "X-Fragment"  # sent by chat.js: only the new part of the page is wanted

TOKENS = web.AppKey("tokens", Tokens)
routes = web.RouteTableDef()


@routes.get("/")
async def start(request: web.Request) -> web.Response:
    """Show the page to ask on."""
    return page(request, "chat", path="/", conversation=request.app[TOKENS].of_conversation(Conversation()), turn=None)


@routes.post("/ask")
async def ask(request: web.Request) -> web.Response:
    """Answer a message, in the conversation that the form carries."""
    form = await request.post()
    message = _text(form.get("message"))
    try:
        before = request.app[TOKENS].conversation(_text(form.get("conversation")))
    except PageError as problem:
        return _asked_again(request, message, problem)
    parts = request.app[PARTS]
    turn = await parts.think(message, before)
    request.app[METRICS].turns.labels(SURFACE, turn.reply.ending.value).inc()
    return _shown(request, turn_values(request, message, turn), turn.conversation)


def _asked_again(request: web.Request, message: str, problem: PageError) -> web.Response:
    """Return the page with the message still in its box: nothing that was typed is lost."""
    conversation = request.app[TOKENS].of_conversation(Conversation())
    return page(
        request, "chat", status=problem.status, conversation=conversation, turn=None, typed=message, told=str(problem)
    )


def turn_values(request: web.Request, message: str, turn: Turn) -> dict[str, Any]:
    """Return what the template of a turn shows."""
    site, tokens = request.app[PARTS].site, request.app[TOKENS]
    card = lay_out(turn.reply, removed=turn.recognition.removed, safeguarding_text=site.safeguarding_text)
    rated = tokens.of_answer(Shown(card.entry_id, card.version)) if card.entry_id and card.version else ""
    return {
        "said": said(message, turn),
        "flagged": turn.conversation.question,
        "card": card,
        "conversation": tokens.of_conversation(turn.conversation),
        "answer": rated if isinstance(turn.reply, Answered) else "",
    }


def said(message: str, turn: Turn) -> str:
    """Return a message as it is shown above its answer: a button's words for what the button says."""
    reply = turn.reply
    if isinstance(reply, Answered):
        if message in set(Facet):
            return wording.FACET_WORDS[Facet(message)]
        if message.isdigit():
            return reply.entry.label
    return message.strip()


def _shown(request: web.Request, turn: dict[str, Any], conversation: Conversation) -> web.Response:
    if FRAGMENT in request.headers:
        text = request.app[TEMPLATES].fill("turn.html", **turn)
        return web.Response(text=text, content_type="text/html", headers={"Cache-Control": "no-store"})
    return page(request, "chat", conversation=request.app[TOKENS].of_conversation(conversation), turn=turn)


@routes.post("/feedback")
async def feedback(request: web.Request) -> web.Response:
    """Keep what a practitioner thinks of an answer; after "not helpful", ask once why."""
    form = await request.post()
    parts, tokens = request.app[PARTS], request.app[TOKENS]
    shown = tokens.answer(_text(form.get("answer")))
    try:
        reason = Reason(_text(form.get("reason"))) if "reason" in form else None
        verdict = Verdict(_text(form.get("verdict"))) if reason is None else Verdict.NOT_HELPFUL
    except ValueError as error:
        raise PageError(400, "That is not one of the answers to choose from.") from error
    if reason is not None and shown.feedback:
        await parts.feedback.explain(shown.feedback, reason)
        again = ""
    else:
        given = Feedback(shown.entry_id, shown.version, verdict, reason, SURFACE, parts.now())
        number = await parts.feedback.record(given)
        request.app[METRICS].verdicts.labels(verdict.value).inc()
        again = tokens.of_answer(Shown(shown.entry_id, shown.version, number))
    asks_why = reason is None and verdict is Verdict.NOT_HELPFUL
    instead = shown.entry_id if reason in WRONG_MATCH else ""
    values: dict[str, Any] = {"answer": again, "asks_why": asks_why, "instead": instead}
    if FRAGMENT in request.headers:
        text = request.app[TEMPLATES].fill("thanks.html", **values)
        return web.Response(text=text, content_type="text/html", headers={"Cache-Control": "no-store"})
    return page(request, "feedback", **values)


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
