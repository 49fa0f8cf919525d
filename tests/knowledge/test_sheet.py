"""Reading a sheet: whatever a file holds, the curator gets a sentence that names the place and what to do."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.errors import SheetError
from knowledge.sheet import SHEET_SIZE_MAX, read_sheet, read_sheets, read_yaml
from tests.builders import sheet


def write(path: Path, content: bytes | str) -> Path:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def breaches(path: Path) -> list[str]:
    with pytest.raises(SheetError) as caught:
        read_sheet(path)
    return [str(breach) for breach in caught.value.breaches]


def test_a_sheet_is_read_with_its_figures_exactly(tmp_path: Path) -> None:
    entry = read_sheet(write(tmp_path / "kite-flying.yaml", yaml.safe_dump(sheet())))
    risks = entry.facts.findings[0].risks
    assert risks is not None
    assert (risks.percent, risks.comparison_percent) == (36.2, 44.8)
    assert entry.texts.in_brief.startswith("In one trial, 36.2%")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"title: caf\xe9", "byte 10 is not UTF-8"),
        (b"title: [unclosed", "not valid YAML"),
        (b"title: a\ntitle: b", "the key 'title' stands twice"),
        (b"a: &x 1\nb: *x", "anchors and aliases are not used"),
        (b"- just\n- a list", "it holds no keys"),
        (b"", "it holds no keys"),
        (b"\x00\x01", "not valid YAML"),
        (b"[" * 2_000, "not valid YAML"),
        (b"a: " + b"x" * (5 * 1024 * 1024), f"the most is {SHEET_SIZE_MAX:,}"),
    ],
)
def test_a_file_that_is_no_sheet_is_refused_with_a_sentence(tmp_path: Path, content: bytes, said: str) -> None:
    (message,) = breaches(write(tmp_path / "broken.yaml", content))
    assert message.startswith("broken.yaml: ")
    assert said in message


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    (message,) = breaches(tmp_path / "gone.yaml")
    assert (
        message == "gone.yaml: file: it cannot be read (No such file or directory). Check the path and its permissions."
    )


def test_every_wrong_key_is_listed_with_its_place(tmp_path: Path) -> None:
    content = sheet(kind="pastime", facts__findings=[{"claim": "x"}], colour="red")
    messages = breaches(write(tmp_path / "kite-flying.yaml", yaml.safe_dump(content)))
    assert any(message.startswith("kite-flying.yaml: kind: ") and "'pastime'" in message for message in messages)
    assert any(message.startswith("kite-flying.yaml: facts.findings[1].source: ") for message in messages)
    assert any(message.startswith("kite-flying.yaml: colour: ") and "Remove the key" in message for message in messages)


def test_words_that_other_readers_of_yaml_take_for_values_stay_words(tmp_path: Path) -> None:
    path = write(
        tmp_path / "words.yaml", "country: no\ndate: 2026-11-23\nnumber: 1e3\ntime: 12:30\nflag: true\nnothing: null\n"
    )
    assert read_yaml(path) == {
        "country": "no",
        "date": "2026-11-23",
        "number": "1e3",
        "time": "12:30",
        "flag": True,
        "nothing": None,
    }


def test_one_broken_sheet_does_not_hide_the_others(tmp_path: Path) -> None:
    write(tmp_path / "kite-flying.yaml", yaml.safe_dump(sheet()))
    write(tmp_path / "broken.yaml", "title: [")
    sheets, found = read_sheets(tmp_path)
    assert list(sheets) == ["kite-flying.yaml"]
    assert [breach.file for breach in found] == ["broken.yaml"]


def test_a_folder_without_sheets_is_a_breach(tmp_path: Path) -> None:
    _, found = read_sheets(tmp_path)
    assert [breach.problem for breach in found] == ["there is no sheet in it"]


@settings(max_examples=150, deadline=None)
@given(content=st.binary(max_size=300) | st.text(max_size=300).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_no_bytes_make_a_traceback(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = write(tmp_path_factory.getbasetemp() / "any.yaml", content)
    assert breaches(path)
