"""The wheel works by itself: installed into a clean environment from the hashed lock, away from the source tree."""

from __future__ import annotations

import re
import subprocess
import sys
import urllib.request
from pathlib import Path

ROOT = Path(__file__).parents[1]


def run(*command: str | Path, cwd: Path) -> str:
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False, cwd=cwd)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_an_installed_wheel_answers_a_question(tmp_path: Path) -> None:
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", tmp_path / "dist", cwd=ROOT)
    (wheel,) = (tmp_path / "dist").glob("*.whl")
    clean = tmp_path / "clean"
    run(sys.executable, "-m", "venv", "--without-pip", clean, cwd=tmp_path)
    python = clean / "bin" / "python"
    pip = (sys.executable, "-m", "pip", "--python", python, "--disable-pip-version-check", "install", "--quiet")
    run(*pip, "--require-hashes", "--only-binary", ":all:", "-r", ROOT / "requirements.lock", cwd=tmp_path)
    run(*pip, "--no-deps", "--no-index", wheel, cwd=tmp_path)
    run(sys.executable, "-m", "pip", "--python", python, "check", cwd=tmp_path)
    assert "Evidence for children's social care" in run(clean / "bin" / "whatworks", "--help", cwd=tmp_path)
    assert "36.2%" in run(clean / "bin" / "whatworks", "ask", "does fgc keep kids out of care?", cwd=tmp_path)
    with subprocess.Popen(
        [clean / "bin" / "whatworks", "serve", "--port", "0"], stdout=subprocess.PIPE, text=True, cwd=tmp_path
    ) as server:
        try:
            address = next(found for line in server.stdout or () if (found := re.search(r"http://[\d.:]+", line)))[0]
            for path in ("/", "/static/style.css", "/evidence/family-group-conferencing/figure.png", "/ready"):
                with urllib.request.urlopen(address + path) as response:  # noqa: S310 - our own server on this machine
                    assert response.status == 200
        finally:
            server.terminate()
