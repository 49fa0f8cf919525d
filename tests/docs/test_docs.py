"""The documents are true: commands, options, settings, keys, links and targets that they name exist, and none is left out."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from bot import __version__
from bot.cli import main
from bot.settings import PREFIX, Settings
from knowledge.entry import (
    AbsoluteRisks,
    EvidenceEntry,
    Examples,
    Facts,
    Finding,
    Rating,
    Signature,
    SignOff,
    Source,
    Texts,
)
from knowledge.glossary import Term
from knowledge.rules import FACET_LINE_WORDS_MAX, WORD_BUDGETS

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted(
    [
        ROOT / "README.md",
        ROOT / "CONTRIBUTING.md",
        ROOT / "CHANGELOG.md",
        ROOT / "SECURITY.md",
        *ROOT.glob("docs/**/*.md"),
        *ROOT.glob("benchmarks/*.md"),
    ]
)


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def commands(group: click.Group, before: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    for name, command in group.commands.items():
        path = (*before, name)
        if isinstance(command, click.Group):
            yield from commands(command, path)
        else:
            yield path, command


COMMANDS = dict(commands(main))


def options(command: click.Command) -> set[str]:
    return {option for parameter in command.params if isinstance(parameter, click.Option) for option in parameter.opts}


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_every_command_is_documented_with_every_option(path: tuple[str, ...]) -> None:
    _, found, after = read("docs/commands.md").partition(f"## whatworks {' '.join(path)}\n")
    assert found
    section = after.partition("\n## ")[0]
    assert [option for option in options(COMMANDS[path]) if f"`{option}" not in section] == []


def test_every_command_that_a_document_names_exists_with_its_options() -> None:
    named = 0
    for document in DOCUMENTS:
        for line in re.findall(
            r"(?:\.venv/bin/)?whatworks ((?:[a-z]|-)[^`|\n]*)", document.read_text(encoding="utf-8")
        ):
            words = line.split()
            path = tuple(words[:2]) if tuple(words[:2]) in COMMANDS else tuple(words[:1])
            if path not in COMMANDS:
                assert words[0].startswith("--") or words[0] in main.commands, (document.name, line)
                continue
            named += 1
            used = {word.partition("=")[0] for word in words if word.startswith("--")}
            assert used <= options(COMMANDS[path]) | {"--help"}, (document.name, line)
    assert named > 10


def test_every_setting_is_documented_and_no_other() -> None:
    ours = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields}
    for document in ("docs/settings.md", ".env.example"):
        assert set(re.findall(rf"{PREFIX}[A-Z_]+", read(document))) == ours, document


def test_every_target_that_a_document_names_is_in_the_makefile() -> None:
    targets = set(re.findall(r"^([a-z]+):", read("Makefile"), re.MULTILINE))
    for document in DOCUMENTS:
        text = document.read_text(encoding="utf-8")
        named = set(re.findall(r"`make ([a-z]+)`", text)) | set(re.findall(r"^make ([a-z]+)$", text, re.MULTILINE))
        assert named <= targets, document.name


def test_the_procfile_names_commands_that_exist() -> None:
    for line in read("Procfile").splitlines():
        command, *given = line.split(": whatworks ")[1].split(" --")
        assert tuple(command.split()) in COMMANDS
        assert {f"--{one.split()[0]}" for one in given} <= options(COMMANDS[tuple(command.split())])


def test_every_relative_link_leads_somewhere() -> None:
    for document in DOCUMENTS:
        for target in re.findall(r"\]\((?!https?://|#)([^)#]+)", document.read_text(encoding="utf-8")):
            assert (document.parent / target).exists(), (document.name, target)


def test_every_key_of_a_sheet_is_documented() -> None:
    text = read("docs/sheets.md")
    shapes = (EvidenceEntry, Texts, Rating, Facts, Finding, AbsoluteRisks, Source, Examples, SignOff, Signature)
    assert [key for shape in shapes for key in shape.model_fields if f"`{key}`" not in text] == []
    assert [key for key in Term.model_fields if f"`{key}`" not in read("docs/glossary.md")] == []


def remedies() -> set[str]:
    """Return what to do about each breach, as the rules' own source writes it: the last of what they yield."""
    found = set()
    for node in ast.walk(ast.parse(read("knowledge/rules.py"))):
        parts = node.value.elts if isinstance(node, ast.Yield) and isinstance(node.value, ast.Tuple) else []
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Breach":
            parts = [argument for argument in node.args if not isinstance(argument, ast.Starred)]
        if len(parts) >= 3:
            assert isinstance(parts[-1], ast.Constant), ast.unparse(node)
            found.add(str(parts[-1].value))
    return found


def test_every_rule_of_a_sheet_is_documented_and_no_other() -> None:
    section = read("docs/sheets.md").partition("## Rules\n")[2].partition("\n## ")[0]
    rows = [row.strip("| ").rpartition(" | ")[2] for row in section.splitlines() if row.startswith("| ")]
    assert sorted(rows[1:]) == sorted(remedies())


def test_every_budget_of_words_is_documented() -> None:
    text = read("docs/sheets.md")
    assert [key for key, most in WORD_BUDGETS.items() if f"| `{key}` | {most} words |" not in text] == []
    assert f"{FACET_LINE_WORDS_MAX} words a line" in text


def test_every_decision_has_context_decision_and_consequences() -> None:
    notes = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    assert [note.name[:4] for note in notes] == [f"{n:04}" for n in range(1, len(notes) + 1)]
    for note in notes:
        text = note.read_text(encoding="utf-8")
        assert all(f"**{part}.**" in text for part in ("Context", "Decision", "Consequences")), note.name
        assert len(text.splitlines()) <= 25, note.name


def test_the_changelog_has_the_version() -> None:
    assert f"## {__version__}" in read("CHANGELOG.md")


def test_every_benchmark_is_documented() -> None:
    modules = {path.stem for path in (ROOT / "benchmarks").glob("*.py")} - {"__init__"}
    assert [module for module in sorted(modules) if f"benchmarks.{module}" not in read("benchmarks/README.md")] == []


def test_lock_files_hold_hashes_and_no_address() -> None:
    for name in ("requirements.lock", "requirements-dev.lock"):
        text = read(name)
        assert "--hash=sha256:" in text
        assert "://" not in text
        assert "--index" not in text
