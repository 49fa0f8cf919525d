"""What MkDocs cannot know of the documents: those that stand beside `docs/`, and links to files that are on no page."""

from __future__ import annotations

import posixpath
import re
from pathlib import Path
from typing import Final

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT: Final = Path(__file__).resolve().parents[1]
# Documents that stand elsewhere by custom, and the page that each becomes.
BESIDE: Final = {
    "CONTRIBUTING.md": "contributing.md",
    "CHANGELOG.md": "changelog.md",
    "SECURITY.md": "security.md",
    "benchmarks/README.md": "benchmarks.md",
}
LINK: Final = re.compile(r"(?<!!)\[(?P<text>[^\]]+)\]\((?P<target>(?![a-z]+:|#)[^)#\s]+)(?P<anchor>#[^)\s]*)?\)")


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Return the files of the site, with the documents that stand beside `docs/`."""
    for source, page in BESIDE.items():
        text = (ROOT / source).read_text(encoding="utf-8")
        files.append(File.generated(config, page, content=_led(text, posixpath.dirname(source))))
    return files


def on_page_markdown(markdown: str, *, page: Page, config: MkDocsConfig, files: Files) -> str:  # noqa: ARG001 - MkDocs calls it so
    """Return the text of a page, its links leading to pages of the site or, for what is on none, only named."""
    if page.file.src_uri in BESIDE.values():
        return markdown
    return _led(markdown, posixpath.join("docs", posixpath.dirname(page.file.src_uri)))


def _led(text: str, folder: str) -> str:
    def lead(link: re.Match[str]) -> str:
        path = posixpath.normpath(posixpath.join(folder, link["target"]))
        if not (ROOT / path).exists():
            return link[0]  # MkDocs tells of it
        if path in BESIDE:
            page = BESIDE[path]
        elif path.startswith("docs/") and (ROOT / path).is_file():
            page = path.removeprefix("docs/")
        else:
            return link["text"]
        inside = folder.removeprefix("docs").strip("/") if folder.startswith("docs") else ""
        return f"[{link['text']}]({posixpath.relpath(page, inside or '.')}{link['anchor'] or ''})"

    return LINK.sub(lead, text)
