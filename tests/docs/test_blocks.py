"""Blocks in the documents are true: shell can be parsed, JSON, YAML and settings can be read, and questions are answered."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from _pytest.mark import ParameterSet  # pytest gives it no public name

from bot.reply import Ending
from bot.settings import PREFIX, Settings
from bot.turn import Turn

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("benchmarks/*.md")])
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
BLOCKS = [(path, kind, text) for path in DOCUMENTS for kind, text in BLOCK.findall(path.read_text(encoding="utf-8"))]
MADE = ("/opt/", "/etc/", "/var/", "dist/", "var/")  # what a reader makes


def of(*kinds: str) -> list[ParameterSet]:
    found = [(path, text) for path, kind, text in BLOCKS if kind in kinds]
    return [pytest.param(path, text, id=f"{path.stem}-{n}") for n, (path, text) in enumerate(found)]


def test_every_block_says_what_it_is() -> None:
    fences = sum(len(re.findall(r"^```", path.read_text(encoding="utf-8"), re.MULTILINE)) for path in DOCUMENTS)
    assert fences == 2 * len(BLOCKS)
    assert {kind for _, kind, _ in BLOCKS} <= {"bash", "console", "ini", "text", "yaml", "json"}


@pytest.mark.parametrize(("path", "text"), of("bash", "console"))
def test_every_block_of_commands_is_shell(path: Path, text: str) -> None:
    done = subprocess.run(["/bin/bash", "-n"], input=text, text=True, capture_output=True, check=False)
    assert done.returncode == 0, (path.name, done.stderr)


@pytest.mark.parametrize(("path", "text"), of("bash", "console"))
def test_every_file_of_ours_that_a_command_names_is_there(path: Path, text: str) -> None:
    for name in re.findall(r"(?<![\w./-])(?:deploy|docs|knowledge|intents|tests)/[\w./-]+", text):
        assert name.startswith(MADE) or (ROOT / name).exists() or "compiled" in name, (path.name, name)


@pytest.mark.parametrize(("path", "text"), of("console"))
def test_every_line_of_python_in_a_command_runs_or_compiles(path: Path, text: str) -> None:
    for line in re.findall(r'python3? -c "([^"]+)"', text):
        compile(line, path.name, "exec")


@pytest.mark.parametrize(("path", "text"), of("ini"))
def test_every_setting_in_a_block_is_one_of_ours(path: Path, text: str) -> None:
    named = [line.partition("=")[0] for line in text.splitlines() if line and not line.startswith("#")]
    assert set(named) <= {f"{PREFIX}{name.upper()}" for name in Settings.model_fields}, path.name


@pytest.mark.parametrize("document", ["README.md", "docs/try.md"])
def test_what_a_newcomer_is_told_to_ask_is_answered(document: str, ask: Callable[..., Turn]) -> None:
    (block,) = re.findall(r"```text\n(does fgc.*?)```", (ROOT / document).read_text(encoding="utf-8"), re.DOTALL)
    turn = ask(block.splitlines()[0])
    for message in block.splitlines()[1:]:
        assert turn.reply.ending not in {Ending.NO_ENTRY, Ending.OUT_OF_REMIT}, (document, message)
        turn = ask(message, turn.conversation)
    assert turn.reply.ending not in {Ending.NO_ENTRY, Ending.OUT_OF_REMIT}
