"""How a command says that it failed on purpose."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

import click

from bot.errors import WhatworksError

P = ParamSpec("P")
R = TypeVar("R")


def says_errors(command: Callable[P, R]) -> Callable[P, R]:
    """Turn the errors that the product raises on purpose into one sentence and exit code 1."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        from intents.errors import IntentsError
        from knowledge.errors import KnowledgeError

        try:
            return command(*args, **kwargs)
        except (WhatworksError, KnowledgeError, IntentsError) as error:
            raise click.ClickException(str(error)) from error

    return run
