"""A reply laid out, platform-neutral: what Block Kit, Adaptive Cards, HTML and plain text are all rendered from."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, TypeAlias

from bot.reply import Ending


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A piece of running text."""

    text: str


@dataclass(frozen=True, slots=True)
class Lead:
    """The one thing to read: the finding in one line."""

    text: str


@dataclass(frozen=True, slots=True)
class Note:
    """Small print."""

    text: str


@dataclass(frozen=True, slots=True)
class Alert:
    """What to do now; shown first and visibly different."""

    heading: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Labelled:
    """A text with a short label before it."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Rating:
    """Effect and strength of evidence together, in words and symbols; neither is ever shown alone."""

    effect: str
    effect_symbol: str
    strength: str
    strength_symbol: str
    by: str


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list of lines under a heading."""

    heading: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reference:
    """A source: its number in the entry, what it is and where."""

    number: int
    text: str
    link: str


@dataclass(frozen=True, slots=True)
class References:
    """Sources under a heading."""

    heading: str
    items: tuple[Reference, ...]


@dataclass(frozen=True, slots=True)
class SideBySide:
    """Two columns of lines on the same outcome."""

    heading: str
    left_heading: str
    left: tuple[str, ...]
    right_heading: str
    right: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture of an entry, for surfaces that show pictures; `text` says all that it shows, for those that do not."""

    entry_id: str
    text: str


@dataclass(frozen=True, slots=True)
class Write:
    """Room to write a few words, which follow those of whatever button is tapped, after a colon; shown where there are such rooms."""

    label: str


Block: TypeAlias = (
    Paragraph | Lead | Note | Alert | Labelled | Rating | Bullets | References | SideBySide | Picture | Write
)


@dataclass(frozen=True, slots=True)
class Button:
    """Something to tap or type: what it says, and the words that have the same effect when typed."""

    label: str
    says: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """A reply laid out.

    Attributes:
        ending: How the turn ends.
        heading: What the card is about.
        blocks: In order of reading.
        buttons: What can be done next.
        notification: One line for where a card cannot be shown; never empty.
        entry_id: The entry shown, if one is, and its version.
    """

    ending: Ending
    heading: str
    blocks: tuple[Block, ...]
    buttons: tuple[Button, ...]
    notification: str
    entry_id: str | None = None
    version: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the card as plain values; each block carries its kind."""
        plain = asdict(self)
        plain["ending"] = self.ending.value
        plain["blocks"] = [{"kind": type(block).__name__.lower(), **asdict(block)} for block in self.blocks]
        return plain

    def to_text(self) -> str:
        """Return the whole card as plain text: nothing dropped, no colour or picture needed."""
        parts = [self.heading] if self.heading else []
        parts += [_text_of(block) for block in self.blocks if not isinstance(block, Write)]
        if self.buttons:
            parts.append("\n".join(f"  {b.says}: {b.label}" + (f". {b.hint}" if b.hint else "") for b in self.buttons))
        return "\n\n".join(parts)


def _text_of(block: Block) -> str:
    match block:
        case Write(label):
            return label
        case Paragraph(text) | Lead(text) | Note(text) | Picture(_, text):
            return text
        case Alert(heading, lines):
            return "\n".join([f"!! {heading}", *(f"!! {line}" for line in lines)])
        case Labelled(label, text):
            return f"{label}: {text}"
        case Rating(effect, effect_symbol, strength, strength_symbol, by):
            return f"Effect: {effect_symbol} {effect}\nStrength of evidence: {strength_symbol} {strength}\n{by}"
        case Bullets(heading, lines):
            return "\n".join([heading, *(f"- {line}" for line in lines)])
        case References(heading, items):
            return "\n".join([heading, *(f"[{item.number}] {item.text} {item.link}" for item in items)])
        case SideBySide(heading, left_heading, left, right_heading, right):
            return "\n".join(
                [
                    heading,
                    f"{left_heading}:",
                    *(f"- {x}" for x in left),
                    f"{right_heading}:",
                    *(f"- {x}" for x in right),
                ]
            )
