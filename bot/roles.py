"""Who may do what: roles that are granted to people, as a platform names them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple, Protocol


class Role(StrEnum):
    """What somebody looks after."""

    CURATOR = "curator"  # writes and reviews sheets
    TRIAGER = "triager"  # works on gaps
    MANAGER = "manager"  # subscribes teams to tips
    ADMINISTRATOR = "administrator"  # grants roles, and may do what a manager may


class Person(NamedTuple):
    """Somebody, as a surface names them."""

    surface: str
    person: str


@dataclass(frozen=True, slots=True)
class Granted:
    """A role that somebody has, and since when."""

    person: Person
    role: Role
    at: datetime


class Roles(Protocol):
    """Keeps who has which role. Each method raises `StoreError` if it could not be done."""

    async def grant(self, person: Person, role: Role, actor: str, now: datetime) -> bool:
        """Give somebody a role; return False, and change nothing, if they have it."""
        ...

    async def revoke(self, person: Person, role: Role, actor: str, now: datetime) -> bool:
        """Take a role from somebody; return False, and change nothing, if they do not have it."""
        ...

    async def of(self, person: Person) -> frozenset[Role]:
        """Return somebody's roles."""
        ...

    async def all(self) -> Sequence[Granted]:
        """Return every role that was granted, oldest first."""
        ...


@dataclass(slots=True)
class RolesInMemory:
    """Roles that are forgotten when the process ends; for tests."""

    kept: dict[tuple[Person, Role], datetime] = field(default_factory=dict)

    async def grant(self, person: Person, role: Role, actor: str, now: datetime) -> bool:  # noqa: ARG002 - no audit in memory
        """Give somebody a role."""
        is_new = (person, role) not in self.kept
        self.kept.setdefault((person, role), now)
        return is_new

    async def revoke(self, person: Person, role: Role, actor: str, now: datetime) -> bool:  # noqa: ARG002 - the same
        """Take a role from somebody."""
        return self.kept.pop((person, role), None) is not None

    async def of(self, person: Person) -> frozenset[Role]:
        """Return somebody's roles."""
        return frozenset(role for one, role in self.kept if one == person)

    async def all(self) -> Sequence[Granted]:
        """Return every role that was granted."""
        return [Granted(person, role, at) for (person, role), at in self.kept.items()]
