"""The tables. Whatever changes here needs a migration; a test compares the two."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

import sqlalchemy as sa

NAMES: Final = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Instant(sa.types.TypeDecorator[datetime]):
    """An instant: handed in and out with a time zone, kept in UTC. SQLite would forget the zone."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Return an instant as it is kept; `ValueError` for one without a time zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value} has no time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Return an instant as it was, in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


metadata = sa.MetaData(naming_convention=NAMES)

feedback = sa.Table(
    "feedback",
    metadata,
    sa.Column("number", sa.String(32), primary_key=True),
    sa.Column("entry_id", sa.String(80), nullable=False, index=True),
    sa.Column("version", sa.String(12), nullable=False),
    sa.Column("verdict", sa.String(20), nullable=False),
    sa.Column("reason", sa.String(30)),
    sa.Column("surface", sa.String(20), nullable=False),
    sa.Column("at", Instant, nullable=False),
)

inbox = sa.Table(
    "inbox",
    metadata,
    sa.Column("key", sa.String(80), primary_key=True),
    sa.Column("surface", sa.String(20), nullable=False),
    sa.Column("sealed", sa.Text),  # what was sent, encrypted; nothing once the work is done
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("owner", sa.String(64), nullable=False),
    sa.Column("due", Instant),  # when the owner's lease ends, or the next attempt is due; nothing once the work is done
    sa.Column("done", Instant),
    sa.Index("ix_inbox_due", "due"),
    sa.Index("ix_inbox_done", "done"),
)

conversations = sa.Table(
    "conversations",
    metadata,
    sa.Column("key", sa.String(40), primary_key=True),
    sa.Column("entry", sa.String(80)),
    sa.Column("options", sa.JSON, nullable=False),
    sa.Column("at", Instant, nullable=False, index=True),
)

slack_installations = sa.Table(
    "slack_installations",
    metadata,
    sa.Column("enterprise_id", sa.String(32), primary_key=True),  # "" where there is none
    sa.Column("team_id", sa.String(32), primary_key=True),  # "" for an installation on a whole organisation
    sa.Column("sealed", sa.Text, nullable=False),
    sa.Column("at", Instant, nullable=False),
)

answers = sa.Table(
    "answers",
    metadata,
    sa.Column("key", sa.String(40), primary_key=True),
    sa.Column("entry_id", sa.String(80), nullable=False),
    sa.Column("version", sa.String(12), nullable=False),
    sa.Column("at", Instant, nullable=False, index=True),
)

conversation_references = sa.Table(
    "conversation_references",
    metadata,
    sa.Column("key", sa.String(40), primary_key=True),  # of the conversation
    sa.Column("team", sa.String(40), nullable=False, index=True),  # the same of its team; "" where there is none
    sa.Column("sealed", sa.Text, nullable=False),
    sa.Column("at", Instant, nullable=False),
)

subscriptions = sa.Table(
    "subscriptions",
    metadata,
    sa.Column("number", sa.String(32), primary_key=True),
    sa.Column("place", sa.String(40), nullable=False, unique=True),  # of the surface and the conversation
    sa.Column("sealed", sa.Text, nullable=False),  # where the tip goes, and whom to tell
    sa.Column("day", sa.Integer, nullable=False),
    sa.Column("at", sa.String(5), nullable=False),  # local time, as 09:00
    sa.Column("zone", sa.String(64), nullable=False),
    sa.Column("topics", sa.JSON, nullable=False),
    sa.Column("state", sa.String(10), nullable=False),
    sa.Column("paused_until", sa.Date),
    sa.Column("why", sa.String(300), nullable=False),
    sa.Column("without", sa.JSON, nullable=False),
    sa.Column("picked", sa.String(90)),
    sa.Column("next_due", Instant),  # nothing while no tip is to come
    sa.Column("next_week", sa.String(8)),
    sa.Column("term_time", sa.Boolean, nullable=False, server_default=sa.false()),  # not in school holidays
    sa.Index("ix_subscriptions_next_due", "next_due"),
)

deliveries = sa.Table(
    "deliveries",
    metadata,
    sa.Column("key", sa.String(50), primary_key=True),  # the place and the ISO week: one for each, whoever sends
    sa.Column("subscription", sa.String(32), nullable=False),
    sa.Column("place", sa.String(40), nullable=False),
    sa.Column("sealed", sa.Text, nullable=False),
    sa.Column("tip", sa.String(90)),
    sa.Column("version", sa.String(12), nullable=False),
    sa.Column("why", sa.String(300), nullable=False),
    sa.Column("due", Instant, nullable=False),
    sa.Column("state", sa.String(10), nullable=False),
    sa.Column("until", Instant),  # when it may be taken: when it is due, or the lease ends; nothing in a final state
    sa.Column("owner", sa.String(64), nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("reason", sa.String(300), nullable=False),
    sa.Column("receipt", sa.String(120), nullable=False),
    sa.Column("at", Instant, nullable=False),  # of the last change
    sa.Column("kind", sa.String(12), nullable=False, server_default="tip"),
    sa.Column(
        "batch", sa.String(32), nullable=False, server_default=""
    ),  # the broadcast or the correction that it is of
    sa.Column("text", sa.Text, nullable=False, server_default=""),  # the centre's own words
    sa.Column("entry", sa.String(80), nullable=False, server_default=""),
    sa.Column("note", sa.Text, nullable=False, server_default=""),  # what stands, or is to stand, in its place
    sa.Column("stale", sa.Boolean, nullable=False, server_default=sa.false()),  # what it shows has changed since
    sa.Index("ix_deliveries_state", "state", "until"),
    sa.Index("ix_deliveries_place", "place", "due"),
    sa.Index("ix_deliveries_batch", "batch"),
)

broadcasts = sa.Table(
    "broadcasts",
    metadata,
    sa.Column("number", sa.String(32), primary_key=True),
    sa.Column("state", sa.String(12), nullable=False),
    sa.Column("at", Instant, nullable=False),  # when it is to be sent
    sa.Column("asked", Instant, nullable=False),
    sa.Column("content", sa.JSON, nullable=False),  # what is sent to whom; of a trial, its whole plan
    sa.Column("by", sa.String(40), nullable=False),  # a hash
    sa.Column("approved_by", sa.String(40), nullable=False),  # the same; "" before
)

taps = sa.Table(
    "taps",
    metadata,
    sa.Column("key", sa.String(50), primary_key=True),  # of the delivery
    sa.Column("person", sa.String(40), primary_key=True),  # a hash of the delivery and the person: it joins nothing
    sa.Column("is_helpful", sa.Boolean, nullable=False),
    sa.Column("at", Instant, nullable=False),
)

meanings = sa.Table(
    "meanings",
    metadata,
    sa.Column("entry", sa.String(80), primary_key=True),
    sa.Column("version", sa.String(12), primary_key=True),
    sa.Column("said", sa.JSON, nullable=False),  # effect, strength and in-brief line
    sa.Column("at", Instant, nullable=False),  # when it was first seen
)

follows = sa.Table(
    "follows",
    metadata,
    sa.Column("place", sa.String(40), primary_key=True),
    sa.Column("entry", sa.String(80), primary_key=True),
    sa.Column("version", sa.String(12), nullable=False),
    sa.Column("sealed", sa.Text, nullable=False),  # where to tell
    sa.Column("at", Instant, nullable=False),
)

audit = sa.Table(
    "audit",
    metadata,
    sa.Column("number", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=True),
    sa.Column("at", Instant, nullable=False),
    sa.Column("actor", sa.String(40), nullable=False),  # a hash
    sa.Column("what", sa.String(40), nullable=False),
    sa.Column("about", sa.String(60), nullable=False),
    sa.Column("details", sa.JSON, nullable=False),
    sa.Column("hash", sa.String(64), nullable=False),  # of the line before and this one: adapters/store/audit.py
)

roles = sa.Table(
    "roles",
    metadata,
    sa.Column("person", sa.String(40), primary_key=True),  # a hash of the surface and the id there
    sa.Column("role", sa.String(20), primary_key=True),
    sa.Column("surface", sa.String(20), nullable=False),
    sa.Column("sealed", sa.Text, nullable=False),  # the id on the surface, to show who it is
    sa.Column("at", Instant, nullable=False),
)

sign_ins = sa.Table(
    "sign_ins",
    metadata,
    sa.Column("code", sa.String(40), primary_key=True),  # a hash, as are browser and link
    sa.Column("browser", sa.String(40), nullable=False),
    sa.Column("goes_to", sa.String(300), nullable=False),
    sa.Column("until", Instant, nullable=False, index=True),
    sa.Column("person", sa.String(40), nullable=False),  # a hash; "" until somebody gives the code
    sa.Column("sealed", sa.Text),  # who that is
    sa.Column("link", sa.String(40), unique=True),
)

sessions = sa.Table(
    "sessions",
    metadata,
    sa.Column("key", sa.String(40), primary_key=True),  # a hash of the secret in the browser
    sa.Column("person", sa.String(40), nullable=False),  # a hash of the surface and the id there
    sa.Column("sealed", sa.Text, nullable=False),  # the id on the surface, to show who it is
    sa.Column("claimed", sa.JSON, nullable=False),  # roles that an identity provider names
    sa.Column("until", Instant, nullable=False, index=True),
)

gaps = sa.Table(
    "gaps",
    metadata,
    sa.Column("number", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=True),
    sa.Column("question", sa.String(600), nullable=False),
    sa.Column("decision", sa.String(600), nullable=False),
    sa.Column("for_whom", sa.String(300), nullable=False),
    sa.Column("how_soon", sa.String(60), nullable=False),
    sa.Column("role", sa.String(60), nullable=False),
    sa.Column("topics", sa.JSON, nullable=False),  # as they were given; `gap_topics` is for looking up
    sa.Column("state", sa.String(20), nullable=False),
    sa.Column("check", sa.String(20)),
    sa.Column("outcome", sa.String(600), nullable=False),
    sa.Column("entry", sa.String(80), nullable=False),
    sa.Column("assigned_to", sa.String(40), nullable=False),
    sa.Column("duplicate_of", sa.BigInteger, sa.ForeignKey("gaps.number")),
    sa.Column("surface", sa.String(20), nullable=False),
    sa.Column("about_entry", sa.String(80), nullable=False),
    sa.Column("about_version", sa.String(12), nullable=False),
    sa.Column("concern", sa.String(20), nullable=False),  # why it was flagged on that entry
    sa.Column("at", Instant, nullable=False),
    sa.Column("changed", Instant, nullable=False),
    sa.Column("since", Instant, nullable=False),  # when it came into its state
    sa.Column("is_nudged", sa.Boolean, nullable=False),  # whether somebody was told that it is late
    sa.Column("votes", sa.Integer, nullable=False),  # as many as it has voices
    sa.Column("changes", sa.Integer, nullable=False),  # as many as its history has lines
    sa.Index("ix_gaps_votes", "votes", "number"),
    sa.Index("ix_gaps_state", "state", "number"),
    sa.Index("ix_gaps_state_votes", "state", "votes", "number"),
    sa.Index("ix_gaps_assigned_to", "assigned_to", "number"),
    sa.Index("ix_gaps_state_since", "state", "since"),
    sa.Index("ix_gaps_about_entry", "about_entry"),
)

triage_places = sa.Table(
    "triage_places",
    metadata,
    sa.Column("place", sa.String(40), primary_key=True),  # of the surface and the conversation
    sa.Column("sealed", sa.Text, nullable=False),  # where that is
    sa.Column("at", Instant, nullable=False),
)

gap_topics = sa.Table(
    "gap_topics",
    metadata,
    sa.Column("topic", sa.String(60), primary_key=True),
    sa.Column("gap", sa.BigInteger, sa.ForeignKey("gaps.number"), primary_key=True, autoincrement=False),
)

gap_vectors = sa.Table(
    "gap_vectors",
    metadata,
    sa.Column("gap", sa.BigInteger, sa.ForeignKey("gaps.number"), primary_key=True, autoincrement=False),
    sa.Column("encoder", sa.String(12), nullable=False),  # whose vector it is
    sa.Column("vector", sa.LargeBinary, nullable=False),  # 384 bytes, as `bot.clustering.packed` makes them
)

gap_voices = sa.Table(
    "gap_voices",
    metadata,
    sa.Column("gap", sa.BigInteger, sa.ForeignKey("gaps.number"), primary_key=True, autoincrement=False),
    sa.Column("person", sa.String(40), primary_key=True),  # a hash
    sa.Column("sealed", sa.Text),  # where they are told, encrypted; nothing if they are not to be, or were forgotten
    sa.Column("is_flagger", sa.Boolean, nullable=False),
    sa.Column("wants", sa.String(6), nullable=False),
    sa.Column("at", Instant, nullable=False),
)

gap_changes = sa.Table(
    "gap_changes",
    metadata,
    sa.Column("gap", sa.BigInteger, sa.ForeignKey("gaps.number"), primary_key=True, autoincrement=False),
    sa.Column("place", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("actor", sa.String(40), nullable=False),  # a hash
    sa.Column("from_state", sa.String(20)),
    sa.Column("to_state", sa.String(20), nullable=False),
    sa.Column("why", sa.String(600), nullable=False),
    sa.Column("check", sa.String(20)),
    sa.Column("outcome", sa.String(600), nullable=False),
    sa.Column("entry", sa.String(80), nullable=False),
)

unanswered = sa.Table(
    "unanswered",
    metadata,
    sa.Column("key", sa.String(32), primary_key=True),  # at random
    sa.Column("day", sa.Date, nullable=False),
    sa.Column("surface", sa.String(20), nullable=False),
    sa.Column("sealed", sa.Text, nullable=False),  # the text, personal data removed, and what it means
    sa.Column("gap", sa.BigInteger, sa.ForeignKey("gaps.number")),  # that it was flagged in
    sa.Index("ix_unanswered_day", "day", "surface"),
    sqlite_with_rowid=False,  # row numbers would tell the order in which questions came
)
