"""What the product is made of: the lock files are fresh, and no secret lies in the repository."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sysconfig
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
NEEDED = [*PROJECT["project"]["dependencies"], *PROJECT["project"]["optional-dependencies"]["postgres"]]

# The shapes of what must never be in a file, each with a text that it finds, put together here so that this file holds none itself.
SECRETS = {
    "a key": (r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY", "-----BEGIN " + "RSA PRIVATE KEY-----"),
    "a token of Slack": (r"xox[abeoprs]-\d{6,}-[\w-]{10,}", "xoxb-" + "123456789012-abcdefABCDEF12"),
    "an app token of Slack": (r"xapp-\d-[A-Z0-9]{8,}-\d{8,}-\w{20,}", "xapp-1-" + "A0123456789-1234567890123-" + "0a" * 16),
    "a webhook of Slack": (r"hooks\.slack\.com/services/T\w{6,}/B\w{6,}/\w{16,}", "hooks.slack.com/" + "services/T0000000/B0000000/" + "x" * 24),
    "a client secret of Entra ID": (r"(?<![\w~.-])[\w~.-]{3}\dQ~[\w~.-]{31,34}(?![\w~.-])", "abc8" + "Q~" + "x" * 34),
    "a storage key of Azure": (r"AccountKey=[A-Za-z0-9+/]{80,}={0,2}", "AccountKey=" + "A" * 86 + "=="),
    "a token of GitHub": (r"gh[pousr]_[A-Za-z0-9]{36,}|github_pat_\w{22,}", "ghp_" + "a" * 36),
    "a token of PyPI or npm": (r"pypi-AgEI[\w-]{20,}|npm_[A-Za-z0-9]{36}", "npm_" + "a" * 36),
    "a key of AWS": (r"(?<![A-Z0-9])(?:AKIA|ASIA)[A-Z0-9]{16}(?![A-Z0-9])", "AKIA" + "A" * 16),
    "a key of Google": (r"AIza[\w-]{35}(?![\w-])", "AIza" + "a" * 35),
    "a signed token": (r"eyJ[\w-]{16,}\.eyJ[\w-]{16,}\.[\w-]{20,}", "eyJ" + "a" * 20 + ".eyJ" + "a" * 20 + "." + "a" * 30),
    "an address with a password": (
        r"\b(?:https?|postgres(?:ql)?|amqp|redis)://[\w.%-]+:(?!PASSWORD|password|secret|\.\.\.)[^\s@/{}'\"<>]{3,}@",
        "https://" + "somebody:" + "hunter2hunter2" + "@example.org",
    ),
}  # fmt: skip


def pins(name: str) -> dict[str, list[tuple[Version, str]]]:
    """Return the versions of each package in a lock file, each with what it is for."""
    found: dict[str, list[tuple[Version, str]]] = {}
    for line in re.findall(r"^([a-z0-9].*?) \\$", (ROOT / name).read_text(encoding="utf-8"), re.MULTILINE):
        wanted = Requirement(line)
        (pin,) = wanted.specifier
        found.setdefault(canonicalize_name(wanted.name), []).append((Version(pin.version), str(wanted.marker or "")))
    return found


def stale(requirements: list[str], name: str) -> list[str]:
    """Return what a lock file lacks, or has in a version that is not wanted."""
    locked = pins(name)
    return [
        requirement
        for requirement, wanted in ((one, Requirement(one)) for one in requirements)
        if not (versions := locked.get(canonicalize_name(wanted.name)))
        or not all(wanted.specifier.contains(version) for version, _ in versions)
    ]


def test_the_lock_files_hold_every_dependency_in_a_version_that_is_wanted() -> None:
    assert stale(NEEDED, "requirements.lock") == []
    dev = [one for one in PROJECT["dependency-groups"]["dev"] if isinstance(one, str)]
    assert stale([*NEEDED, *dev, *PROJECT["build-system"]["requires"]], "requirements-dev.lock") == []


def test_a_lock_file_that_is_out_of_date_is_found() -> None:
    assert stale(["aiohttp>=999", "not-a-package-of-ours", "click>=8"], "requirements.lock") == [
        "aiohttp>=999",
        "not-a-package-of-ours",
    ]


def test_the_second_lock_file_has_the_versions_of_the_first() -> None:
    dev = pins("requirements-dev.lock")
    differing = {
        name: (versions, dev.get(name))
        for name, versions in pins("requirements.lock").items()
        if {version for version, _ in versions} != {version for version, _ in dev.get(name, [])}
    }
    assert differing == {}


@pytest.mark.parametrize("kind", SECRETS)
def test_a_secret_of_each_kind_would_be_found(kind: str) -> None:
    pattern, example = SECRETS[kind]
    assert re.search(pattern, f"setting = '{example}'")


def test_no_file_of_the_repository_holds_a_secret() -> None:
    git = shutil.which("git")
    if git is None or not (ROOT / ".git").exists():
        pytest.skip("this is no checkout: which files are the repository's is not known")
    names = subprocess.run(
        [git, "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout.split("\0")  # fmt: skip
    found, read = [], 0
    for name in filter(None, names):
        path = ROOT / name
        if not path.is_file():
            continue
        text = path.read_bytes().decode("utf-8", errors="replace")
        read += 1
        found += [(name, kind) for kind, (pattern, _) in SECRETS.items() if re.search(pattern, text)]
    assert found == []
    assert read > 300
    assert not any(Path(name).name == ".env" for name in names)


def test_the_bill_of_materials_names_every_package_of_the_lock_file(tmp_path: Path) -> None:
    written = tmp_path / "sbom.json"
    (line,) = re.findall(r"cyclonedx-py (.*)", (ROOT / "Makefile").read_text(encoding="utf-8"))
    program = Path(sysconfig.get_path("scripts")) / "cyclonedx-py"
    command = [program, *line.replace("var/sbom.json", str(written)).split()]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    bill = json.loads(written.read_text(encoding="utf-8"))
    assert bill["metadata"]["component"]["name"] == "whatworks-bot"
    assert {(canonicalize_name(one["name"]), Version(one["version"])) for one in bill["components"]} == {
        (name, version) for name, versions in pins("requirements.lock").items() for version, _ in versions
    }
