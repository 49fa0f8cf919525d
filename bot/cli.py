"""The command line: `whatworks`. Each command is a few lines over the core; `docs/commands.md` documents them all."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import click

from bot import __version__
from bot.cli_broadcasts import broadcasts, trials
from bot.cli_desk import desk
from bot.cli_doctor import doctor
from bot.cli_errors import says_errors
from bot.cli_gaps import gaps
from bot.cli_people import people
from bot.cli_roles import audit, roles
from bot.cli_tips import tips
from bot.errors import InputError

P = ParamSpec("P")
R = TypeVar("R")


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="whatworks")
def main() -> None:
    """Evidence for children's social care, in chat."""


@main.command()
@click.option("--plain", is_flag=True, help="No colour.")
@says_errors
def chat(*, plain: bool) -> None:
    """Talk with the bot in the terminal."""
    from bot import bootstrap
    from bot.card import Card
    from bot.layout import lay_out
    from bot.settings import load_settings
    from bot.turn import Conversation

    settings = load_settings()
    bot = bootstrap.make_bot(settings)
    conversation = Conversation()

    def answer(message: str) -> Card:
        nonlocal conversation
        turn = bot.turn(message, conversation, bootstrap.today())
        conversation = turn.conversation
        return lay_out(turn.reply, removed=turn.recognition.removed, safeguarding_text=settings.safeguarding_text)

    def forget() -> None:
        nonlocal conversation
        conversation = Conversation()

    bootstrap.chat(bootstrap.console(plain=plain), answer, forget)


@main.command()
@click.option("--host", help="The address to listen on, instead of WHATWORKS_HOST.")
@click.option("--port", type=click.IntRange(0, 65_535), help="The port to listen on, instead of WHATWORKS_PORT.")
@says_errors
def serve(host: str | None, port: int | None) -> None:
    """Serve the evidence pages and the chat to try, until told to stop."""
    import asyncio

    from bot import serving
    from bot.settings import load_settings

    given = {"host": host, "port": port}
    settings = load_settings().model_copy(update={name: value for name, value in given.items() if value is not None})
    asyncio.run(serving.serve_web(settings, click.echo))


@main.command()
@click.argument("question", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print the turn as one JSON object.")
@click.option(
    "--jsonl", is_flag=True, help='Read {"id", "question"} objects from standard input, one a line; write one each.'
)
@click.option("--plain", is_flag=True, help="No colour.")
@says_errors
def ask(question: str | None, *, as_json: bool, jsonl: bool, plain: bool) -> None:
    """Answer one question, or many."""
    from bot import bootstrap
    from bot.layout import lay_out
    from bot.settings import load_settings
    from bot.turn import Conversation

    if jsonl == (question is not None):
        raise click.UsageError("Give either a QUESTION or --jsonl.")
    settings = load_settings()
    bot = bootstrap.make_bot(settings)

    def answered(message: str) -> tuple[dict[str, Any], Any]:
        turn = bot.turn(message, Conversation(), bootstrap.today())
        card = lay_out(turn.reply, removed=turn.recognition.removed, safeguarding_text=settings.safeguarding_text)
        said = {
            "ending": turn.reply.ending.value,
            "entries": [{"id": match.id, "confidence": match.confidence} for match in turn.recognition.matches],
            "urgent": turn.recognition.is_urgent,
            "removed": list(turn.recognition.removed),
            "text": card.to_text(),
            "card": card.to_dict(),
        }
        return said, card

    if jsonl:
        for line in _objects(("id", "question")):
            _print_json({"id": line["id"], **answered(line["question"])[0]})
        return
    said, card = answered(question or "")
    if as_json:
        _print_json(said)
    else:
        bootstrap.console(plain=plain).print(bootstrap.render(card))


@main.command()
@click.argument("text", required=False)
@click.option(
    "--jsonl",
    is_flag=True,
    help='Read {"id", "text"} objects from standard input, one a line; write one each with "spans".',
)
@says_errors
def redact(text: str | None, *, jsonl: bool) -> None:
    """Take personal data out of a text, or of many."""
    from bot.settings import load_settings
    from intents.recognise import personal_data_finder
    from knowledge.base import KnowledgeBase

    if jsonl == (text is not None):
        raise click.UsageError("Give either a TEXT or --jsonl.")
    knowledge = KnowledgeBase.load(load_settings().knowledge)
    finder = personal_data_finder(knowledge.entries.values(), knowledge.terms)
    if text is not None:
        click.echo(finder.redact(text).text.encode("utf-8", "replace"))
        return
    for line in _objects(("id", "text")):
        redacted = finder.redact(line["text"])
        spans = [{"start": span.start, "end": span.end, "type": span.type.value} for span in redacted.spans]
        _print_json({"id": line["id"], "text": redacted.text, "spans": spans})


@main.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print the measures as one JSON object.")
@click.option("--picture", type=click.Path(dir_okay=False, path_type=Path), help="Draw the confusions as an SVG file.")
@says_errors
def evaluate(folder: Path, *, as_json: bool, picture: Path | None) -> None:
    """Measure the bot on the question sets in FOLDER."""
    from bot import bootstrap
    from bot.evaluate import evaluate as measure
    from bot.evaluation_report import confusion_picture, report
    from bot.settings import load_settings

    bot = bootstrap.make_bot(load_settings())
    scores = measure(bot, folder, bootstrap.today())
    if picture:
        try:
            picture.write_text(confusion_picture(scores, bot.knowledge.entries), encoding="utf-8")
        except OSError as error:
            raise InputError(f"The picture {picture} cannot be written ({error.strerror})") from error
    if as_json:
        _print_json(scores.to_dict())
    else:
        bootstrap.console().print(report(scores))


@main.command()
@click.option("--json", "as_json", is_flag=True, help="Print a JSON array.")
@says_errors
def feedback(*, as_json: bool) -> None:
    """List what practitioners thought of the answers, by entry."""
    import asyncio

    from bot import bootstrap
    from bot.settings import load_settings
    from bot.wording import REASON_WORDS

    counts = asyncio.run(bootstrap.with_store(load_settings(), lambda store: bootstrap.feedback_log(store).counts()))
    if as_json:
        _print_json([{**asdict(one), "reasons": dict(one.reasons)} for one in counts])
        return
    for one in counts:
        click.echo(f"{one.entry_id}: helpful {one.helpful}, not helpful {one.not_helpful}")
        for reason, number in sorted(one.reasons.items()):
            click.echo(f"  {number} x {REASON_WORDS[reason]}")
    if not counts:
        click.echo("Nothing yet.")


@main.command()
@says_errors
def work() -> None:
    """Answer events and send weekly tips, without a web server, until told to stop; `serve` does both as well."""
    import asyncio

    from bot import serving
    from bot.settings import load_settings

    asyncio.run(serving.work(load_settings(), click.echo))


main.add_command(tips)
main.add_command(broadcasts)
main.add_command(gaps)
main.add_command(roles)
main.add_command(audit)
main.add_command(desk)
main.add_command(doctor)
main.add_command(people)
main.add_command(trials)


@main.group()
def database() -> None:
    """Look after the store of operational data."""


@database.command()
@says_errors
def upgrade() -> None:
    """Bring the tables up to date; `whatworks serve` does so as well."""
    import asyncio

    from bot import bootstrap
    from bot.settings import load_settings

    asyncio.run(bootstrap.with_store(load_settings(), lambda store: store.upgrade()))
    click.echo("The tables are up to date.")


@database.command()
@says_errors
def status() -> None:
    """Say whether the tables are up to date; exit code 1 if they are not."""
    import asyncio

    from bot import bootstrap
    from bot.settings import load_settings

    found, newest = asyncio.run(bootstrap.with_store(load_settings(), lambda store: store.versions()))
    click.echo(f"The tables are at {found or 'nothing'}; the newest is {newest}.")
    if found != newest:
        sys.exit(1)


@main.group()
def teams() -> None:
    """Set the bot up in Microsoft Teams."""


@teams.command()
@click.option(
    "--to", default=Path("whatworks-teams.zip"), show_default=True, type=click.Path(dir_okay=False, path_type=Path), help="Where to write."
)  # fmt: skip
@says_errors
def package(to: Path) -> None:
    """Build the app package that an administrator uploads to Teams."""
    from bot import sites
    from bot.settings import load_settings

    made = sites.teams_package(load_settings())
    try:
        to.write_bytes(made)
    except OSError as error:
        raise InputError(f"{to} cannot be written ({error.strerror})") from error
    click.echo(f"Written: {to}. Upload it in the Teams admin centre, or under Apps, Manage your apps.")


@main.group()
def knowledge() -> None:
    """Check, build and read the knowledge base."""


@knowledge.command()
@click.argument("folder", required=False, type=click.Path(exists=True, file_okay=False, path_type=Path))
@says_errors
def check(folder: Path | None) -> None:
    """Print every breach of the rules that sheets obey; exit code 1 if there is one."""
    from bot import bootstrap
    from knowledge.checking import check_folder

    entries, breaches = check_folder(folder, bootstrap.today())
    for breach in breaches:
        click.echo(str(breach))
    click.echo(f"{len(entries)} sheets, {len(breaches)} breaches.", err=bool(breaches))
    if breaches:
        sys.exit(1)


@knowledge.command()
@click.option(
    "--to", "target", type=click.Path(dir_okay=False, path_type=Path), help="Where to write the compiled file."
)
@says_errors
def build(target: Path | None) -> None:
    """Compile the sheets and train the understanding."""
    from bot import bootstrap
    from bot.build import build_knowledge
    from bot.settings import load_settings

    path = target or load_settings().knowledge
    built = build_knowledge(path, bootstrap.today(), bootstrap.progress())
    click.echo(f"{built.entries} entries, content hash {built.content_hash[:12]}, {built.seconds:.0f} s: {path}")


@knowledge.command()
@click.argument("entry_id")
@click.option("--json", "as_json", is_flag=True, help="Print the whole sheet as one JSON object.")
@says_errors
def show(entry_id: str, *, as_json: bool) -> None:
    """Show one entry, with every part."""
    from bot import bootstrap
    from bot.layout import lay_out
    from bot.reply import Facet, answered
    from bot.settings import load_settings
    from knowledge.base import KnowledgeBase

    entries = KnowledgeBase.load(load_settings().knowledge).entries
    if entry_id not in entries:
        raise InputError(f"There is no entry {entry_id!r}. whatworks knowledge list prints the ids")
    entry = entries[entry_id]
    if as_json:
        _print_json(entry.model_dump(mode="json") | {"version": entry.version})
        return
    terminal = bootstrap.console()
    overdue = entry.is_overdue(bootstrap.today())
    for facet in (None, *Facet):
        terminal.print(bootstrap.render(lay_out(answered(entry, facet=facet, is_overdue=overdue))))


@knowledge.command("list")
@click.option("--topic", help="Only the entries on one topic.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON array.")
@says_errors
def list_entries(topic: str | None, *, as_json: bool) -> None:
    """List the entries."""
    from bot.settings import load_settings
    from knowledge.base import KnowledgeBase

    base = KnowledgeBase.load(load_settings().knowledge)
    if topic is not None and topic not in base.topics:
        raise InputError(f"There is no topic {topic!r}. The topics are: {', '.join(base.topics)}")
    entries = [entry for entry in base.entries.values() if topic is None or topic in entry.topics]
    rows = [
        {"id": e.id, "title": e.title, "kind": e.kind.value, "effect": e.rating.effect.value, "strength": e.rating.strength.value,
         "status": e.status.value, "review_due": e.review_due.isoformat(), "version": e.version}
        for e in entries
    ]  # fmt: skip
    if as_json:
        _print_json(rows)
        return
    for row in rows:
        click.echo(f"{row['id']}: {row['title']} ({row['kind']}; effect {row['effect']}, strength {row['strength']})")


@knowledge.command()
@click.argument("text")
@click.option("--limit", default=10, show_default=True, type=click.IntRange(1, 100))
@says_errors
def search(text: str, limit: int) -> None:
    """Search the words of the entries (for curators; questions are matched by `ask`)."""
    from bot.settings import load_settings
    from knowledge.base import KnowledgeBase

    found = KnowledgeBase.load(load_settings().knowledge).search(text, limit)
    for entry, score in found:
        click.echo(f"{score:6.2f}  {entry.id}: {entry.title}")
    if not found:
        click.echo("Nothing found.")


def _objects(keys: tuple[str, str]) -> Iterator[dict[str, Any]]:
    for number, line in enumerate(sys.stdin.buffer, 1):
        try:
            text = line.decode("utf-8").strip()
            value = json.loads(text) if text else None
        except (ValueError, RecursionError) as error:
            raise InputError(f"Line {number} of the input is not JSON in UTF-8: {error}") from error
        if value is None:
            continue
        if not isinstance(value, dict) or keys[0] not in value or not isinstance(value.get(keys[1]), str):
            raise InputError(f'Line {number} of the input is not an object with "{keys[0]}" and a text "{keys[1]}"')
        yield value


def _print_json(value: object) -> None:
    # JSON is UTF-8 whatever the locale, and UTF-8 has no lone surrogates: they come out as "?".
    click.echo(json.dumps(value, ensure_ascii=False).encode("utf-8", "replace"))


if __name__ == "__main__":
    main()
