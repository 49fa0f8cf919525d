"""Cards for the tests of every platform: all that the bot can lay out, and any that it never would."""

from __future__ import annotations

from hypothesis import strategies as st

from bot.card import (
    Alert,
    Block,
    Bullets,
    Button,
    Card,
    Labelled,
    Lead,
    Note,
    Paragraph,
    Picture,
    Rating,
    Reference,
    References,
    SideBySide,
)
from bot.compare import compare
from bot.reply import ChoicesReply, Ending, Facet, NoEntryReply, Occasion, OutOfRemitReply, Reply, UrgentReply, answered
from knowledge.base import KnowledgeBase


def every_reply(knowledge: KnowledgeBase) -> list[Reply]:
    """Return a reply of every kind about every entry."""
    entries = list(knowledge.entries.values())
    found: list[Reply] = [answered(entry, facet=facet) for entry in entries for facet in (None, *Facet)]
    found += [compare(one, other) for one, other in zip(entries[::4], entries[1::4], strict=False)]
    found += [
        UrgentReply(),
        UrgentReply(answered(entries[0])),
        NoEntryReply("a question"),
        NoEntryReply("", wants_to_flag=True),
    ]
    found += [ChoicesReply(tuple(entries[at : at + 4])) for at in range(0, len(entries), 4)]
    found += [
        ChoicesReply(tuple(entries[:9]), knowledge.topics["fostering"], 12),
        ChoicesReply((), knowledge.topics["fostering"]),
    ]
    return found + [OutOfRemitReply(occasion) for occasion in Occasion]


def words_of(card: Card) -> list[str]:
    """Return every text of a card that a person is to see."""
    found = [card.heading, *(button.label for button in card.buttons), *(button.hint for button in card.buttons)]
    for block in card.to_dict()["blocks"]:
        found += _strings_of({name: value for name, value in block.items() if name not in {"kind", "entry_id"}})
    return found


def _strings_of(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for one in value.values() for text in _strings_of(one)]
    return [text for one in value for text in _strings_of(one)] if isinstance(value, list | tuple) else []


_text = st.text(max_size=400)
nasty = st.one_of(
    _text,
    st.sampled_from(
        [
            "<!channel>",
            "<@U1>",
            "@here",
            "<https://evil.example.org|x>",
            "&lt;!here&gt;",
            "<at>Asker</at>",
            "[x](https://evil.example.org)",
            "x" * 9_000,
            "word " * 3_000,
            "*" * 50,
        ]
    ),
)
_lines = st.lists(nasty.filter(str.strip), max_size=6).map(tuple)
_filled = nasty.filter(str.strip)
_blocks: st.SearchStrategy[Block] = st.one_of(
    st.builds(Lead, _filled), st.builds(Paragraph, _filled), st.builds(Note, _filled), st.builds(Labelled, _filled, _filled),
    st.builds(Alert, _filled, _lines), st.builds(Bullets, _filled, _lines), st.builds(Picture, st.just("signs-of-safety"), _filled),
    st.builds(Rating, st.just("Mixed"), st.just("▲▼"), st.just("Low"), st.just("●●○○"), _filled),
    st.builds(References, _filled, st.lists(st.builds(Reference, st.integers(1, 9), _filled, st.just("https://example.org/?a=1&b=<2>")), max_size=3).map(tuple)),
    st.builds(SideBySide, _filled, _filled, _lines, _filled, _lines),
)  # fmt: skip


def any_card() -> st.SearchStrategy[Card]:
    """Return cards that say anything whatever."""
    return st.builds(
        lambda heading, blocks, buttons: Card(
            Ending.EVIDENCE, heading.strip(), blocks, buttons, "A notification", "signs-of-safety", "0123456789ab"
        ),
        nasty,
        st.lists(_blocks, max_size=5).map(tuple),
        st.lists(st.builds(Button, _filled, _filled.map(lambda one: one[:300]), nasty), max_size=9).map(tuple),
    )
