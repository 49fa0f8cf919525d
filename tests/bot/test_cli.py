"""The command line, as a person or a script uses it: the real console script in a process of its own."""

from __future__ import annotations

import json
import os
import pty
import select
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import click
import pytest
import yaml
from click.testing import CliRunner

from bot.cli import main
from intents.training import Trained
from knowledge.base import KnowledgeBase
from tests.builders import sheet, write_sheets

Run = subprocess.CompletedProcess[bytes]
SCRIPT = Path(sys.executable).with_name("whatworks")
FGC = "does fgc keep kids out of care?"
PROMPTED = b"\x1b[?2004h"  # the terminal is told to bracket what is pasted: the prompt waits


@pytest.fixture
def whatworks(tmp_path: Path) -> Callable[..., Run]:
    """Run the console script in an empty folder, which is the home folder too."""

    def run(*arguments: str, typed: bytes = b"", **environment: str) -> Run:
        settings = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "PYTHONUTF8": "1", **environment}
        command = [str(SCRIPT), *arguments]
        return subprocess.run(command, input=typed, capture_output=True, check=False, cwd=tmp_path, env=settings)

    return run


def said(run: Run) -> str:
    assert b"Traceback" not in run.stderr
    return (run.stdout + run.stderr).decode()


def test_help_lists_every_command(whatworks: Callable[..., Run]) -> None:
    assert [name for name in main.commands if f"\n  {name} " not in said(whatworks("--help"))] == []
    commands = main.commands["knowledge"]
    assert isinstance(commands, click.Group)
    assert [name for name in commands.commands if f"\n  {name} " not in said(whatworks("knowledge", "--help"))] == []


def test_a_question_is_answered_in_text(whatworks: Callable[..., Run]) -> None:
    run = whatworks("ask", FGC)
    assert run.returncode == 0
    assert "36.2%" in run.stdout.decode()
    assert b"\x1b[" not in run.stdout


def test_a_question_is_answered_in_json_the_same_in_every_process(whatworks: Callable[..., Run]) -> None:
    first, second = whatworks("ask", "--json", FGC), whatworks("ask", "--json", FGC)
    assert first.stdout == second.stdout
    answer = json.loads(first.stdout)
    assert list(answer) == ["ending", "entries", "urgent", "removed", "text", "card"]
    assert (answer["ending"], answer["urgent"], answer["removed"]) == ("evidence", False, [])
    assert answer["entries"][0]["id"] == answer["card"]["entry_id"] == "family-group-conferencing"
    assert [list(match) for match in answer["entries"]] == [["id", "confidence"]] * 5


def test_json_is_utf_8_in_any_locale(whatworks: Callable[..., Run]) -> None:
    strict = {"PYTHONUTF8": "0", "PYTHONIOENCODING": "latin-1:strict"}
    assert "▲" in json.loads(whatworks("ask", "--json", FGC, **strict).stdout.decode("utf-8"))["text"]


def test_many_questions_are_answered_in_order(whatworks: Callable[..., Run]) -> None:
    lines = [{"id": n, "question": text} for n, text in enumerate(("evidence for mst", "hi", "", FGC))]
    run = whatworks("ask", "--jsonl", typed="\n".join(map(json.dumps, lines)).encode())
    answers = [json.loads(line) for line in run.stdout.splitlines()]
    assert [(answer["id"], answer["ending"]) for answer in answers] == [
        (0, "evidence"),
        (1, "out-of-remit"),
        (2, "out-of-remit"),
        (3, "evidence"),
    ]
    assert list(answers[0]) == ["id", "ending", "entries", "urgent", "removed", "text", "card"]


def test_an_answer_is_the_same_alone_and_among_many(whatworks: Callable[..., Run]) -> None:
    alone = json.loads(whatworks("ask", "--json", FGC).stdout)
    line = json.dumps({"id": 7, "question": FGC}).encode()
    assert json.loads(whatworks("ask", "--jsonl", typed=line).stdout) == {"id": 7, **alone}


@pytest.mark.parametrize(
    "line",
    [
        b"not json",
        b"[" * 100_000,
        b'{"id": 1}',
        b'{"id": 1, "question": 2}',
        b"[1]",
        b'{"id": 1, "question": "caf\xe9"}',
    ],
)
def test_a_line_that_cannot_be_used_is_named(whatworks: Callable[..., Run], line: bytes) -> None:
    run = whatworks("ask", "--jsonl", typed=b'{"id": 1, "question": "hi"}\n' + line)
    assert run.returncode == 1
    assert "Line 2 of the input" in said(run)


@pytest.mark.parametrize("arguments", [("ask",), ("ask", "--jsonl", FGC), ("redact",), ("redact", "--jsonl", "x")])
def test_wrong_usage_is_explained(whatworks: Callable[..., Run], arguments: tuple[str, ...]) -> None:
    run = whatworks(*arguments)
    assert run.returncode == 2
    assert "Usage:" in said(run)


def test_personal_data_is_taken_out_of_a_text(whatworks: Callable[..., Run]) -> None:
    assert whatworks("redact", "would mentoring help Jayden?").stdout.decode() == "would mentoring help someone?\n"


def test_personal_data_is_taken_out_of_many_with_spans(whatworks: Callable[..., Run]) -> None:
    run = whatworks("redact", "--jsonl", typed=b'{"id": "a", "text": "ring 07700 900123"}')
    assert json.loads(run.stdout) == {
        "id": "a",
        "text": "ring ",
        "spans": [{"start": 5, "end": 17, "type": "PHONE"}],
    }


def test_a_text_that_utf_8_cannot_hold_is_still_answered(whatworks: Callable[..., Run]) -> None:
    strict = {"PYTHONUTF8": "0", "PYTHONIOENCODING": "utf-8:strict"}
    run = whatworks("redact", "--jsonl", typed=rb'{"id": "\ud800", "text": "a \ud800 b"}', **strict)
    assert json.loads(run.stdout) == {"id": "?", "text": "a ? b", "spans": []}


def test_the_bot_is_measured_on_a_folder(whatworks: Callable[..., Run], tmp_path: Path) -> None:
    rows = [
        {"id": "t1", "question": FGC, "accept": ["family-group-conferencing"], "style": "long"},
        {"id": "t2", "question": "evidence for signs of safety", "accept": ["letterbox-club"], "style": "short"},
    ]
    (tmp_path / "questions.jsonl").write_text("\n".join(map(json.dumps, rows)))
    run = whatworks("evaluate", ".", "--json", "--picture", "confusions.svg")
    scores = json.loads(run.stdout)
    assert (scores["questions"], scores["top_1"], scores["out_of_scope_answered"]) == (2, 0.5, None)
    assert scores["confusions"] == [{"right": "letterbox-club", "first": "signs-of-safety", "times": 1}]
    assert ElementTree.fromstring((tmp_path / "confusions.svg").read_text()).tag.endswith("svg")  # noqa: S314 - our own file
    table = said(whatworks("evaluate", "."))
    assert "right entry first (top-1), of 2 questions" in table
    assert "signs-of-safety" in table


def test_a_picture_that_cannot_be_written_is_said_so(whatworks: Callable[..., Run], tmp_path: Path) -> None:
    (tmp_path / "questions.jsonl").write_text(json.dumps({"question": FGC, "accept": ["family-group-conferencing"]}))
    assert "gone/picture.svg" in said(whatworks("evaluate", ".", "--picture", "gone/picture.svg"))


def test_a_folder_without_question_sets_is_refused(whatworks: Callable[..., Run]) -> None:
    run = whatworks("evaluate", ".")
    assert run.returncode == 1
    assert "holds none of questions.jsonl" in said(run)


def test_the_sheets_are_checked(whatworks: Callable[..., Run]) -> None:
    run = whatworks("knowledge", "check")
    assert (run.returncode, run.stdout) == (0, b"164 sheets, 0 breaches.\n")


def test_a_breach_is_printed_with_file_key_and_remedy(whatworks: Callable[..., Run], tmp_path: Path) -> None:
    write_sheets(tmp_path / "sheets", sheet(topics=["gardening"]))
    (tmp_path / "sheets" / "broken.yaml").write_bytes(b"title: caf\xe9")
    run = whatworks("knowledge", "check", "sheets")
    assert run.returncode == 1
    assert "kite-flying.yaml: topics: 'gardening' is not a topic. Use a topic of" in said(run)
    assert "broken.yaml: file: byte 10 is not UTF-8. Save the file as UTF-8." in said(run)
    assert "1 sheets, 2 breaches." in run.stderr.decode()


def test_the_knowledge_base_is_built_where_one_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = write_sheets(tmp_path / "sheets", sheet("kite-flying"), sheet("bread-baking"))
    monkeypatch.setattr("knowledge.checking.SHEETS", folder)  # the command builds the product's own sheets
    # Training takes half a minute and has its own tests.
    monkeypatch.setattr("bot.build.train", lambda *_: Trained({"part": b"x"}, {}))
    target = tmp_path / "built.sqlite"
    run = CliRunner().invoke(main, ["knowledge", "build", "--to", str(target)])
    assert run.exit_code == 0, run.output
    assert "2 entries, content hash " in run.stdout
    assert list(KnowledgeBase.load(target).entries) == ["bread-baking", "kite-flying"]


def test_one_entry_is_shown_whole(whatworks: Callable[..., Run]) -> None:
    text = said(whatworks("knowledge", "show", "signs-of-safety"))
    assert all(heading in text for heading in ("Findings", "Doing it well", "Limits", "Sources"))
    whole = json.loads(whatworks("knowledge", "show", "--json", "signs-of-safety").stdout)
    assert (whole["id"], len(whole["version"])) == ("signs-of-safety", 12)


def test_entries_are_listed_by_topic(whatworks: Callable[..., Run]) -> None:
    rows = json.loads(whatworks("knowledge", "list", "--topic", "kinship-care", "--json").stdout)
    assert "kinship-carer-support" in [row["id"] for row in rows]
    everything = said(whatworks("knowledge", "list"))
    assert "kinship-carer-support: " in everything
    assert len(everything.splitlines()) == 164


def test_the_words_of_the_entries_are_searched(whatworks: Callable[..., Run]) -> None:
    assert "mockingbird-family-model" in said(whatworks("knowledge", "search", "mockingbird hub"))
    assert len(said(whatworks("knowledge", "search", "--limit", "2", "foster carers")).splitlines()) == 2
    assert said(whatworks("knowledge", "search", '" OR *')) == "Nothing found.\n"


@pytest.mark.parametrize("arguments", [("show", "gone"), ("list", "--topic", "gone")])
def test_an_unknown_id_is_named(whatworks: Callable[..., Run], arguments: tuple[str, ...]) -> None:
    run = whatworks("knowledge", *arguments)
    assert run.returncode == 1
    assert "'gone'" in said(run)


@pytest.mark.parametrize("content", [None, b"", b"not a database", b"SQLite format 3\x00broken"])
def test_a_missing_or_damaged_knowledge_base_says_how_to_build_it(
    whatworks: Callable[..., Run], tmp_path: Path, content: bytes | None
) -> None:
    if content is not None:
        (tmp_path / "knowledge.sqlite").write_bytes(content)
    run = whatworks("ask", FGC, WHATWORKS_KNOWLEDGE="knowledge.sqlite")
    assert run.returncode == 1
    assert "whatworks knowledge build" in said(run)


def test_a_wrong_setting_is_named(whatworks: Callable[..., Run]) -> None:
    run = whatworks("ask", FGC, WHATWORKS_REQUIRE_SIGN_OFF="perhaps")
    assert run.returncode == 1
    assert "WHATWORKS_REQUIRE_SIGN_OFF" in said(run)


def test_a_conversation_goes_through_a_pipe(whatworks: Callable[..., Run]) -> None:
    typed = f"/help\n{FGC}\nwhat about cost?\n/new\nwhat about cost?\n/quit\nnever read\n".encode()
    text = said(whatworks("chat", "--plain", typed=typed))
    assert "\x1b" not in text
    assert "The arrow keys" in text
    assert "36.2%" in text
    assert "GBP 150m" in text
    assert "A new conversation." in text


def test_a_conversation_goes_on_after_bytes_that_are_not_utf_8(whatworks: Callable[..., Run]) -> None:
    strict = {"PYTHONUTF8": "0", "PYTHONIOENCODING": "utf-8:strict"}
    assert "36.2%" in said(whatworks("chat", typed=b"caf\xe9\n" + FGC.encode(), **strict))


def test_what_was_typed_at_a_terminal_is_kept_nowhere(tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    settings = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "TERM": "xterm", "PROMPT_TOOLKIT_NO_CPR": "1"}
    with subprocess.Popen(
        [str(SCRIPT), "chat"], stdin=theirs, stdout=theirs, stderr=theirs, cwd=tmp_path, env=settings
    ) as process:
        os.close(theirs)
        try:
            for typed in (FGC, "what about cost?", "/quit"):
                assert PROMPTED in _shown(ours, until=PROMPTED)
                os.write(ours, f"{typed}\r".encode())
            _shown(ours, until=b"")
        finally:
            os.close(ours)
    assert process.returncode == 0
    written = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert b"out of care" not in written
    assert b"about cost" not in written


def test_answering_leaves_no_file_behind(whatworks: Callable[..., Run], tmp_path: Path) -> None:
    assert whatworks("ask", FGC).returncode == 0
    assert list(tmp_path.iterdir()) == []


def _shown(terminal: int, until: bytes) -> bytes:
    """Return what a terminal shows until some bytes come, or (for none) until the other side closes it."""
    shown = b""
    while (not until or until not in shown) and select.select([terminal], [], [], 60)[0]:
        try:
            shown += os.read(terminal, 65_536)
        except OSError:  # how Linux says that the other side is closed
            break
    return shown


def test_the_organisations_own_line_is_shown_in_danger(whatworks: Callable[..., Run]) -> None:
    run = whatworks(
        "ask", "dad is outside the contact centre with a knife", WHATWORKS_SAFEGUARDING_TEXT="Duty team: 01632 960 001"
    )
    assert "Duty team: 01632 960 001" in said(run)


def test_the_builder_writes_yaml_that_the_product_reads() -> None:
    assert yaml.safe_load(yaml.safe_dump(sheet())) == sheet()
