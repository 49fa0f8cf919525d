"""Read hand-edited YAML: evidence sheets, the glossary and the topic list.

The YAML is read strictly: only `null`, `true` and `false` have a meaning of their own, every other scalar is text until
the model says otherwise (so `no`, `1e3` or `2026-11-23` never turn into something the curator did not type), a key that
stands twice is an error, and anchors are not allowed.
"""

from __future__ import annotations

import re
from collections.abc import Hashable
from pathlib import Path
from typing import Any, Final, TypeVar

import yaml
from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails
from yaml.composer import Composer
from yaml.constructor import SafeConstructor
from yaml.cyaml import CParser  # type: ignore[attr-defined]  # it is there, the stub forgets it
from yaml.resolver import Resolver

from knowledge.entry import EvidenceEntry
from knowledge.errors import Breach, SheetError

T = TypeVar("T")

SHEETS: Final = Path(__file__).parent / "sheets"
SHEET_SIZE_MAX: Final = 256 * 1024  # bytes; the largest sheet today has about 20,000


class _StrictLoader(Composer, CParser, SafeConstructor, Resolver):
    """PyYAML's safe loader on libyaml's fast parser, without implicit types, repeated keys and anchors."""

    def __init__(self, stream: str) -> None:
        CParser.__init__(self, stream)
        Composer.__init__(self)
        SafeConstructor.__init__(self)
        Resolver.__init__(self)

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012 - PyYAML's own class attribute

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        event: Any = self.peek_event()
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            problem = "anchors and aliases are not used in sheets"
            raise yaml.constructor.ConstructorError(None, None, problem, event.start_mark)
        return super().compose_node(parent, index)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:  # noqa: FBT001, FBT002 - PyYAML's own signature
        seen: set[str] = set()
        for key, _ in node.value:
            if key.value in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key {key.value!r} stands twice", key.start_mark
                )
            seen.add(key.value)
        return super().construct_mapping(node, deep=deep)


_StrictLoader.add_implicit_resolver("tag:yaml.org,2002:null", re.compile(r"^(null|)$"), ["n", ""])
_StrictLoader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(true|false)$"), ["t", "f"])


def read_yaml(path: Path) -> object:
    """Return a YAML file's content as plain dictionaries, lists, strings, booleans and `None`.

    Raises:
        SheetError: If the file is missing, too large, not UTF-8 or not YAML as described above.
    """

    def refuse(key: str, problem: str, remedy: str) -> SheetError:
        return SheetError([Breach(path.name, key, problem, remedy)])

    try:
        size = path.stat().st_size
        if size > SHEET_SIZE_MAX:
            raise refuse("file", f"it has {size:,} bytes, the most is {SHEET_SIZE_MAX:,}", "Split or shorten it")
        text = path.read_bytes().decode("utf-8")
    except OSError as error:
        raise refuse("file", f"it cannot be read ({error.strerror})", "Check the path and its permissions") from error
    except UnicodeDecodeError as error:
        raise refuse("file", f"byte {error.start} is not UTF-8", "Save the file as UTF-8") from error
    try:
        return _StrictLoader(text).get_single_data()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        at = f"line {mark.line + 1}" if mark else "file"
        raise refuse(
            at, f"it is not valid YAML: {error.problem or error.context}", "Mend the line or the one before it"
        ) from error
    except (yaml.YAMLError, RecursionError) as error:
        raise refuse(
            "file", f"it is not valid YAML: {str(error).splitlines()[0]}", "Remove what YAML cannot hold"
        ) from error


def parse(path: Path, content: object, shape: type[T]) -> T:
    """Return content as a value of a pydantic-checkable type.

    Raises:
        SheetError: With one breach for each key that does not fit.
    """
    try:
        return TypeAdapter(shape).validate_python(content)
    except ValidationError as error:
        raise SheetError([_breach(path.name, found) for found in error.errors()]) from error


def _breach(file: str, found: ErrorDetails) -> Breach:
    key = ""
    for part in found["loc"]:
        key += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if key else str(part)
    remedy = {
        "missing": "Add the key",
        "extra_forbidden": "Remove the key or mend its spelling (docs/sheets.md lists the keys)",
        "enum": "Use one of the words listed",
    }.get(found["type"], "Mend the value (docs/sheets.md says what belongs there)")
    given = f" (it is {str(found['input'])[:60]!r})" if isinstance(found["input"], str | int | float) else ""
    return Breach(file, key or "file", found["msg"][0].lower() + found["msg"][1:] + given, remedy)


def read_sheet(path: Path) -> EvidenceEntry:
    """Return the evidence entry that a sheet holds.

    Raises:
        SheetError: If the file is not a valid sheet; every breach of its schema is listed.
    """
    content = read_yaml(path)
    if not isinstance(content, dict):
        raise SheetError([Breach(path.name, "file", "it holds no keys", "Start from a sheet that exists")])
    return parse(path, content, EvidenceEntry)


def read_sheets(folder: Path = SHEETS) -> tuple[dict[str, EvidenceEntry], list[Breach]]:
    """Return the readable sheets of a folder by file name, and the breaches of the ones that cannot be read."""
    sheets: dict[str, EvidenceEntry] = {}
    breaches: list[Breach] = []
    for path in sorted(folder.glob("*.y*ml")):
        try:
            sheets[path.name] = read_sheet(path)
        except SheetError as error:
            breaches.extend(error.breaches)
    if not sheets and not breaches:
        breaches.append(Breach(folder.name, "folder", "there is no sheet in it", "Check the path"))
    return sheets, breaches
