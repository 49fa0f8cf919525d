"""Lay a reply out as a card. An effect never appears without its strength, population and source."""

from __future__ import annotations

from bot import gap_wording, wording
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
from bot.picture import risk_pictures
from bot.reply import (
    Answered,
    ChoicesReply,
    ComparisonReply,
    EvidenceReply,
    Facet,
    GuidanceReply,
    NoEntryReply,
    NoEvidenceYetReply,
    OutOfRemitReply,
    Reply,
    UrgentReply,
)
from knowledge.entry import Effect, EvidenceEntry, Finding, Law
from knowledge.text import marks

SOURCES_ON_BITE = 2  # sources shown on the bite-size card: the ones that the headline rests on


def lay_out(reply: Reply, *, removed: tuple[str, ...] = (), safeguarding_text: str = "") -> Card:
    """Return the card of a reply.

    Args:
        reply: What is said.
        removed: Kinds of personal data that were taken out of the question.
        safeguarding_text: The organisation's own words for when someone is in danger.
    """
    told = (Note(wording.removed(removed)),) if removed else ()
    match reply:
        case UrgentReply():
            return _urgent(reply, told, safeguarding_text)
        case EvidenceReply() | GuidanceReply() | NoEvidenceYetReply():
            return _answer(reply, told)
        case ComparisonReply():
            return _comparison(reply, told)
        case ChoicesReply():
            return _choices(reply, told)
        case NoEntryReply():
            return _no_entry(reply, told)
        case OutOfRemitReply():
            return _out_of_remit(reply, told)


def _urgent(reply: UrgentReply, told: tuple[Note, ...], safeguarding_text: str) -> Card:
    lines = (
        wording.URGENT_LINES
        if not safeguarding_text
        else (*wording.URGENT_LINES[:-1], safeguarding_text, wording.URGENT_LINES[-1])
    )
    blocks: tuple[Block, ...] = (Alert(wording.URGENT_HEADING, lines), *told)
    notification = f"{wording.URGENT_HEADING}. {wording.URGENT_LINES[0]}"
    if reply.then is None:
        return Card(reply.ending, "", blocks, (), notification)
    then = _answer(reply.then, ())
    blocks += (Paragraph(wording.URGENT_THEN), Paragraph(then.heading), *then.blocks)
    return Card(reply.ending, "", blocks, then.buttons, notification, then.entry_id, then.version)


def _answer(reply: Answered, told: tuple[Note, ...]) -> Card:
    entry = reply.entry
    body = _bite(reply) if reply.facet is None else _facet(entry, reply.facet)
    warnings: tuple[Block, ...] = ()
    if entry.check_in_force:
        warnings += (Labelled("Law", wording.CHECK_IN_FORCE),)
    if reply.is_overdue:
        warnings += (
            Labelled(
                "Out of date?",
                f"This entry was due for review by {wording.day(entry.review_due)}; it may not hold any more.",
            ),
        )
    blocks = (*told, *body, *warnings, Note(_dates(entry)))
    notification = f"{entry.label}: {entry.texts.in_brief}"
    return Card(
        reply.ending, entry.title, blocks, _facet_buttons(entry, reply.facet), notification, entry.id, entry.version
    )


def _is_rated(entry: EvidenceEntry) -> bool:
    return entry.rating.effect is not Effect.NOT_RATED


def rating_of(entry: EvidenceEntry) -> Rating:
    """Return an entry's effect and strength, in words and symbols."""
    effect, strength = entry.rating.effect, entry.rating.strength
    return Rating(
        wording.effect_words(entry),
        wording.EFFECT_SYMBOLS[effect],
        wording.STRENGTH_WORDS[strength],
        wording.STRENGTH_SYMBOLS[strength],
        wording.rated_by(entry),
    )


def _bite(reply: Answered) -> tuple[Block, ...]:
    entry, texts = reply.entry, reply.entry.texts
    blocks: list[Block] = [Lead(texts.in_brief)]
    # Only a picture of what the line above says; those of other findings stand on the entry's page.
    if any(entry.facts.findings[n - 1].risks for n in texts.in_brief_rests_on):
        blocks.append(Picture(entry.id, risk_pictures(entry)[0].text))
    if isinstance(reply, GuidanceReply):
        blocks.append(Labelled("Applies to", texts.tested_on))
    else:
        blocks += [rating_of(entry), Labelled("Why", texts.strength_why), Labelled("Tested on", texts.tested_on)]
    blocks += [Labelled("What this means", texts.what_this_means), Labelled("Limit", texts.main_limit)]
    return (*blocks, sources_of(entry, _headline_sources(entry), "Sources"))


def _headline_sources(entry: EvidenceEntry) -> tuple[int, ...]:
    numbers = dict.fromkeys(entry.facts.findings[n - 1].source for n in entry.texts.in_brief_rests_on)
    return tuple(numbers)[:SOURCES_ON_BITE]


def sources_of(entry: EvidenceEntry, numbers: tuple[int, ...], heading: str) -> References:
    """Return some of an entry's sources, by number."""
    items = []
    for number in numbers:
        source = entry.source(number)
        year = f", {source.year}" if source.year else ""
        items.append(
            Reference(
                number, f"{source.title}. {source.by}{year} ({wording.SOURCE_TYPE_WORDS[source.type]}).", source.link
            )
        )
    return References(heading, tuple(items))


def _facet(entry: EvidenceEntry, facet: Facet) -> tuple[Block, ...]:
    texts = entry.texts
    lines = {
        Facet.FINDINGS: texts.findings,
        Facet.DOING_IT_WELL: texts.doing_it_well,
        Facet.LIMITS: texts.limits,
        Facet.COST: texts.cost or (wording.NO_COST,),
        Facet.WHO: (texts.tested_on, f"Ages: {entry.ages}", f"Setting: {entry.setting}"),
        Facet.SOURCES: (),
    }[facet]
    if facet is Facet.SOURCES:
        return (sources_of(entry, tuple(source.n for source in entry.sources), wording.FACET_WORDS[facet]),)
    blocks: list[Block] = [Bullets(wording.FACET_WORDS[facet], lines)]
    if facet is Facet.FINDINGS and _is_rated(entry):
        blocks += [rating_of(entry), Labelled("Tested on", texts.tested_on)]
    named = tuple(dict.fromkeys(number for line in lines for number in marks(line)))
    if named:
        blocks.append(sources_of(entry, named, "Sources"))
    return tuple(blocks)


def _dates(entry: EvidenceEntry) -> str:
    law = "Law still changing. " if entry.law is Law.UNSETTLED else ""
    signed = "" if entry.sign_off.is_complete else f" {wording.UNSIGNED}"
    return (
        f"{law}Checked {wording.day(entry.checked)}; review due {wording.day(entry.review_due)}; "
        f"version {entry.version}.{signed} {wording.NOT_ADVICE}"
    )


def _facet_buttons(entry: EvidenceEntry, shown: Facet | None) -> tuple[Button, ...]:
    facets = [facet for facet in Facet if facet is not shown and (facet is not Facet.COST or entry.texts.cost)]
    return tuple(Button(wording.FACET_WORDS[facet], facet.value) for facet in facets)


def _comparison(reply: ComparisonReply, told: tuple[Note, ...]) -> Card:
    blocks: list[Block] = [*told]
    for entry in (reply.first, reply.second):
        blocks += [Paragraph(entry.title), Lead(entry.texts.in_brief)]
        blocks += [rating_of(entry)] if _is_rated(entry) else []
        blocks += [Labelled("Tested on", entry.texts.tested_on), sources_of(entry, _headline_sources(entry), "Sources")]
    blocks += [
        SideBySide(
            wording.AREA_WORDS[same.area],
            reply.first.label,
            tuple(map(_finding, same.first)),
            reply.second.label,
            tuple(map(_finding, same.second)),
        )
        for same in reply.same_outcomes
    ]
    blocks.append(Note(wording.COMPARE_NOTE if reply.same_outcomes else wording.CANNOT_COMPARE))
    blocks += [Note(f"{entry.label}: {_dates(entry)}") for entry in (reply.first, reply.second)]
    heading = f"{wording.COMPARE_HEADING}: {reply.first.label} and {reply.second.label}"
    buttons = tuple(
        Button(entry.label, str(n), entry.texts.one_line) for n, entry in enumerate((reply.first, reply.second), 1)
    )
    return Card(reply.ending, heading, tuple(blocks), buttons, heading)


def _finding(finding: Finding) -> str:
    return f"{finding.claim} ({wording.DIRECTION_WORDS[finding.direction]}; {finding.study}) [{finding.source}]"


def _choices(reply: ChoicesReply, told: tuple[Note, ...]) -> Card:
    buttons = [Button(entry.label, str(n), entry.texts.one_line) for n, entry in enumerate(reply.options, 1)]
    blocks: list[Block] = [*told]
    if reply.topic:
        heading = f"{reply.topic.name}: what the knowledge base has"
        if reply.more:
            blocks.append(Paragraph(f"And {reply.more} more: ask about one by name, or narrow the topic down."))
        if not reply.options:
            blocks.append(Paragraph("There is no entry on this topic yet."))
    else:
        heading = wording.CHOICES_HEADING
        buttons.append(Button(wording.NONE_OF_THESE, "none of these"))
    notification = f"{heading} {'; '.join(entry.label for entry in reply.options)}"
    return Card(reply.ending, heading, tuple(blocks), tuple(buttons), notification)


def _no_entry(reply: NoEntryReply, told: tuple[Note, ...]) -> Card:
    if reply.wants_to_flag:
        blocks: tuple[Block, ...] = (*told, Paragraph(gap_wording.FLAG), Note(gap_wording.FLAG_WHERE))
        return Card(reply.ending, gap_wording.FLAG_HEADING, blocks, (), gap_wording.FLAG_HEADING)
    blocks = (*told, Paragraph(wording.NO_ENTRY), Paragraph(wording.NO_ENTRY_NEXT))
    return Card(
        reply.ending, wording.NO_ENTRY_HEADING, blocks, (Button("Flag a gap", gap_wording.FLAG_SAYS),), wording.NO_ENTRY
    )


def _out_of_remit(reply: OutOfRemitReply, told: tuple[Note, ...]) -> Card:
    blocks: tuple[Block, ...] = (
        *told,
        Paragraph(wording.OCCASION_WORDS[reply.occasion]),
        Paragraph(wording.REMIT),
        Bullets(wording.EXAMPLES_LEAD, wording.EXAMPLES),
    )
    return Card(reply.ending, "", blocks, (), f"{wording.OCCASION_WORDS[reply.occasion]} {wording.REMIT}")
