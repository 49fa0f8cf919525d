"""Serve the bot without authentication on this machine, and open Microsoft's Agents Playground on it: `make playground`."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

from tests.playground.client import CLI, HERE, MISSING, NODE, is_here

BOT_PORT, PORT = 3978, 56150


def main() -> None:
    """Run both until told to stop."""
    if not is_here():
        raise SystemExit(f"Cannot start: {MISSING}")
    environment = os.environ | {  # noqa: TID251 - handed on to the programs
        "WHATWORKS_TEAMS_AUTH": "off", "WHATWORKS_HOST": "127.0.0.1", "WHATWORKS_PORT": str(BOT_PORT),
        "M365_AGENTS_PLAYGROUND_CONFIG_PATH": str(HERE / ".m365agentsplayground.yml"),
        "M365_AGENTS_PLAYGROUND_LOGFILE": os.devnull, "NODE_OPTIONS": f"--require {HERE / 'loopback.cjs'}",
    }  # fmt: skip
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # ends the bot as well
    bot = subprocess.Popen([sys.executable, "-m", "bot.cli", "serve"], env=environment)
    try:
        address = f"http://127.0.0.1:{BOT_PORT}/api/messages"
        subprocess.run(
            [str(NODE), str(CLI), "start", "-e", address, "-c", "msteams", "-p", str(PORT), "--dt"],
            env=environment,
            check=False,
        )
    except KeyboardInterrupt:
        pass
    finally:
        bot.send_signal(signal.SIGTERM)
        bot.wait()


if __name__ == "__main__":
    main()
