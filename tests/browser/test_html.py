"""Every page is valid HTML and the style sheet valid CSS, says the Nu HTML checker (https://validator.github.io/validator)."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import urllib.request
from pathlib import Path
from urllib.parse import urlencode

import pytest

from adapters.web.templates import STATIC
from knowledge.base import KnowledgeBase
from tests.browser.conftest import NODE_MODULES

JAR = NODE_MODULES / "vnu-jar" / "build" / "dist" / "vnu.jar"
JAVA = shutil.which("java")
QUESTIONS = [
    "does fgc keep kids out of care?",
    "what have you got on kinship care?",
    "fgc or sdm?",
    "what's the weather",
    "flag a gap",
]


@pytest.mark.skipif(JAVA is None, reason="there is no Java on this machine (apt-get install default-jre-headless)")
@pytest.mark.skipif(not JAR.exists(), reason="the Nu HTML checker is not here (npm ci in tests/browser)")
def test_every_page_is_valid(site: str, knowledge: KnowledgeBase, tmp_path: Path) -> None:
    paths = [
        "/",
        "/evidence",
        "/topics",
        "/map",
        "/gaps",
        "/gaps/59",
        "/gaps/61",
        "/gaps/map",
        "/gaps/data-dictionary",
        "/gaps/flag",
        "/about",
        *(f"/topics/{one}" for one in knowledge.topics),
    ]
    paths += [f"/evidence/{entry}" for entry in knowledge.entries]
    for path in paths:
        (tmp_path / f"{path.strip('/').replace('/', '--') or 'start'}.html").write_text(fetched(site + path))
    token = re.search(r'name="conversation" value="([^"]+)"', fetched(site + "/"))
    assert token
    for number, question in enumerate(QUESTIONS):
        form = urlencode({"message": question, "conversation": token[1]}).encode()
        (tmp_path / f"answer-{number}.html").write_text(fetched(site + "/ask", form))
    (tmp_path / "style.css").write_text((STATIC / "style.css").read_text(encoding="utf-8"))
    command = [str(JAVA), "-jar", str(JAR), "--format", "json", "--exit-zero-always", "--also-check-css", str(tmp_path)]
    checked = subprocess.run(command, capture_output=True, text=True, check=True)
    messages = json.loads(checked.stderr)["messages"]
    assert [f"{Path(m['url']).name}:{m.get('lastLine')}: {m['message']}" for m in messages if m["type"] != "info"] == []


def fetched(url: str, form: bytes | None = None) -> str:
    with urllib.request.urlopen(url, form) as response:  # noqa: S310 - our own site on this machine
        return str(response.read().decode())
