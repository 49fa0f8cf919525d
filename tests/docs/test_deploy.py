"""The files of deploy/ keep their rules: nothing runs as root, no secret is in them, and what they run exists."""

from __future__ import annotations

import re
import shutil
import subprocess
import sysconfig
from pathlib import Path

import pytest

from bot.cli import main

ROOT = Path(__file__).parents[2]
CONTAINER = (ROOT / "deploy/Containerfile").read_text(encoding="utf-8")
UNIT = (ROOT / "deploy/whatworks.service").read_text(encoding="utf-8")


def instructions() -> list[tuple[str, str]]:
    """Return each instruction of the container file with what follows it, lines joined."""
    joined = re.sub(r"\\\n\s*", "", re.sub(r"^#.*\n", "", CONTAINER, flags=re.MULTILINE))
    return [(line.partition(" ")[0], line.partition(" ")[2]) for line in joined.splitlines() if line.strip()]


def last_stage() -> dict[str, str]:
    found = instructions()
    return dict(found[max(n for n, (name, _) in enumerate(found) if name == "FROM") :])


def test_every_base_is_pinned_to_a_version_by_its_whole_name() -> None:
    bases = [said.partition(" AS ")[0] for name, said in instructions() if name == "FROM"]
    assert len(bases) == 2
    assert all(re.fullmatch(r"[a-z.]+\.[a-z]+/[a-z/]+:\d+\.\d+-[a-z-]+", base) for base in bases), bases


def test_the_container_runs_as_a_user_with_a_number_that_is_not_root() -> None:
    assert int(last_stage()["USER"]) >= 1_000


def test_the_container_says_whether_it_is_ready_and_stops_as_the_program_does() -> None:
    assert "/ready" in last_stage()["HEALTHCHECK"]
    assert last_stage()["STOPSIGNAL"] == "SIGTERM"
    assert last_stage()["ENTRYPOINT"].startswith("[")  # the program itself gets the signal, not a shell
    assert last_stage()["CMD"].strip('[]"') in main.commands


def test_no_secret_is_in_the_container_and_none_is_copied_into_it() -> None:
    assert all(name in {"FROM", "WORKDIR", "COPY", "RUN", "ENV", "VOLUME", "USER", "EXPOSE", "STOPSIGNAL", "HEALTHCHECK",
                        "ENTRYPOINT", "CMD"} for name, _ in instructions())  # fmt: skip
    assert not re.search(r"(?i)(SECRET|TOKEN|PASSWORD|ENCRYPTION_KEYS)\w*=", CONTAINER)
    left_out = (ROOT / ".containerignore").read_text(encoding="utf-8").splitlines()
    assert {".env", ".git", "var"} <= set(left_out)


def test_everything_in_the_container_is_installed_by_hash() -> None:
    for said in re.findall(r"pip install (.*)", CONTAINER):
        assert "--require-hashes" in said or "--no-index" in said, said


def test_what_the_container_copies_is_there() -> None:
    for name, said in instructions():
        if name == "COPY" and not said.startswith("--from"):
            assert all((ROOT / one).exists() for one in said.split()[:-1]), said


def test_hadolint_has_nothing_against_the_container() -> None:
    program = Path(sysconfig.get_path("scripts")) / "hadolint"
    done = subprocess.run([program, ROOT / "deploy/Containerfile"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


def test_the_unit_runs_a_command_of_ours_without_rights() -> None:
    said = dict(line.split("=", 1) for line in UNIT.splitlines() if "=" in line and not line.startswith("#"))
    assert said["ExecStart"].split()[1] in main.commands
    assert said["User"] not in {"", "root", "0"}
    assert said["NoNewPrivileges"] == "true"
    assert said["ProtectSystem"] == "strict"
    assert int(said["TimeoutStopSec"]) > 40  # as long as answers under way may take


def test_systemd_understands_the_unit(tmp_path: Path) -> None:
    if not (analyze := shutil.which("systemd-analyze")):
        pytest.skip("systemd is not here")
    unit = tmp_path / "whatworks.service"
    unit.write_text(UNIT.replace("/opt/whatworks/bin/whatworks", "/bin/true"), encoding="utf-8")
    done = subprocess.run([analyze, "verify", unit], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("name", ["nginx.conf", "Caddyfile"])
def test_a_proxy_limits_bodies_and_time_and_keeps_the_numbers_inside(name: str) -> None:
    text = (ROOT / "deploy" / name).read_text(encoding="utf-8")
    assert re.search(r"client_max_body_size 1m|max_size 1MB", text)
    assert re.search(r"proxy_read_timeout 30s|response_header_timeout 30s", text)
    assert re.search(r"location = /metrics \{\s*return 404|respond /metrics 404", text)
    assert text.count("{") == text.count("}")
