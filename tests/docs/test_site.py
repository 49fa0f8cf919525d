"""The documents read as one site: it builds strictly, every link and anchor leads somewhere, and nothing comes from elsewhere."""

from __future__ import annotations

import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

ROOT = Path(__file__).parents[2]
LOADED = {
    "script": "src",
    "img": "src",
    "iframe": "src",
    "link": "href",
    "source": "src",
}  # what a browser fetches itself
NOT_FETCHED = {"canonical", "next", "prev"}


class Reader(HTMLParser):
    """Reads what a page links to, fetches and can be linked at."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.fetched: list[str] = []
        self.anchors: set[str] = {""}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what a tag names."""
        given = {name: value or "" for name, value in attrs}
        self.anchors.update(given[name] for name in ("id", "name") if name in given)
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        if LOADED.get(tag, "-") in given and not NOT_FETCHED & set(given.get("rel", "").split()):
            self.fetched.append(given[LOADED[tag]])


def build(folder: Path, *options: str | Path) -> subprocess.CompletedProcess[str]:
    # Not --quiet: what is not said is not counted as a warning either.
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", folder, *options]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, as `make docs` builds it."""
    folder = tmp_path_factory.mktemp("site")
    done = build(folder)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


@pytest.fixture(scope="module")
def pages(site: Path) -> dict[Path, Reader]:
    """Every page of it, read."""
    found = {}
    for path in site.rglob("*.html"):
        found[path.resolve()] = reader = Reader()
        reader.feed(path.read_text(encoding="utf-8"))
    return found


def test_every_document_is_a_page(pages: dict[Path, Reader], site: Path) -> None:
    documents = {path.relative_to(ROOT / "docs").with_suffix(".html") for path in (ROOT / "docs").rglob("*.md")}
    beside = {Path(name) for name in ("contributing.html", "changelog.html", "security.html", "benchmarks.html")}
    assert {path.relative_to(site.resolve()) for path in pages} == documents | beside | {Path("404.html")}


def test_every_link_and_every_anchor_leads_somewhere(pages: dict[Path, Reader]) -> None:
    broken, seen = [], 0
    for page, reader in pages.items():
        if page.name == "404.html":
            continue  # its links begin at the root of wherever the site stands
        for link in reader.links + reader.fetched:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            seen += 1
            target = (page.parent / unquote(parts.path)).resolve() if parts.path else page
            if not target.exists() or (target in pages and unquote(parts.fragment) not in pages[target].anchors):
                broken.append((page.name, link))
    assert broken == []
    assert seen > 1_000


def test_nothing_on_the_site_comes_from_elsewhere(pages: dict[Path, Reader], site: Path) -> None:
    assert [(page.name, one) for page, reader in pages.items() for one in reader.fetched if urlsplit(one).netloc] == []
    for style in site.rglob("*.css"):
        assert re.findall(r"url\(['\"]?https?:", style.read_text(encoding="utf-8")) == [], style.name


def test_the_front_page_leads_to_everything_that_somebody_comes_for(pages: dict[Path, Reader], site: Path) -> None:
    named = {urlsplit(link).path for link in pages[(site / "index.html").resolve()].links}
    wanted = "try endings evidence tips gaps slack teams deploy settings matching architecture contributing"
    assert {f"{name}.html" for name in wanted.split()} <= named


def test_a_broken_anchor_ends_the_build(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs/index.md").write_text("# One\n\n[two](index.md#two)\n", encoding="utf-8")
    settings = (ROOT / "mkdocs.yml").read_text(encoding="utf-8").partition("\nnav:")[0]
    (tmp_path / "mkdocs.yml").write_text(re.sub(r"^hooks:.*\n", "", settings, flags=re.MULTILINE), encoding="utf-8")
    done = build(tmp_path / "site", "--config-file", tmp_path / "mkdocs.yml")
    assert done.returncode == 1
    assert "there is no such anchor" in done.stderr
