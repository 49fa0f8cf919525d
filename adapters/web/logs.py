"""Logs of one process: a line an event, on standard error, as text or JSON; never what a person wrote."""

from __future__ import annotations

import logging
import sys
from typing import Literal

import structlog


class _NamesOnly(logging.Filter):
    """Keeps of a library's own line its logger and the type of error: the rest may quote a request."""

    def filter(self, record: logging.LogRecord) -> bool:
        error = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else "no error"
        record.msg, record.args, record.exc_info, record.exc_text = f"{record.name}: {error}", (), None, None
        return True


def set_up_logs(form: Literal["text", "json"]) -> None:
    """Send the log of this process to standard error."""
    renderer = structlog.processors.JSONRenderer() if form == "json" else structlog.dev.ConsoleRenderer(colors=False)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            renderer,
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler()
    handler.addFilter(_NamesOnly())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], format="%(levelname)s %(message)s", force=True)
