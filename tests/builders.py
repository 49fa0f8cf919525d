"""Values for tests; what a test does not care about is hidden here."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final

import yaml

from bot.gap import Check, Gap, GapState
from knowledge.entry import EvidenceEntry

TODAY: Final = date(2026, 11, 25)

_SUBJECTS: Final = {
    "kite-flying": "flying kites with foster carers",
    "bread-baking": "baking bread in children's homes",
    "night-walks": "walking at night with care leavers",
}


def sheet(entry_id: str = "kite-flying", **changes: object) -> dict[str, Any]:
    """Return the content of a sheet that obeys every rule; `changes` replace top-level keys, or inner ones by `a__b`."""
    subject = _SUBJECTS.get(entry_id, entry_id.replace("-", " "))
    questions = {
        "short": [f"{subject} evidence", f"{subject} results", f"{subject} trial"],
        "long": [
            f"does {subject} help children settle?",
            f"what did the trial of {subject} find?",
            f"who was {subject} tested on?",
        ],
        "scenario": [
            f"we have a boy who cannot settle and someone suggested {subject}, is there anything behind it?",
            f"my manager wants to pay for {subject} next year and I have to write the case for it, what is known?",
            f"a carer swears by {subject} but panel is doubtful, what could I tell them about the results?",
        ],
        "abbrev": [f"{subject} RCT?", f"{subject} QED or RCT"],
        "typo": [f"evidnce for {subject}", f"does {subject} wrok"],
        "indirect": [
            f"an activity like {subject} to help a child feel at home",
            f"something to do together such as {subject} that helps placements last",
            f"is time spent on {subject} worth it for the children",
            f"a pastime, {subject}, that was tried out and measured",
        ],
        "fragment": [f"and {subject}, does that do anything?", f"what about {subject} then", f"or {subject}?"],
    }
    made: dict[str, Any] = {
        "id": entry_id,
        "title": subject.capitalize(),
        "label": subject.split(" with ")[0].split(" in ")[0].capitalize(),
        "kind": "intervention",
        "status": "published",
        "answer": "evidence",
        "checked": "2026-11-23",
        "review_due": "2027-11-23",
        "topics": ["fostering"],
        "aliases": [entry_id.replace("-", " ")],
        "shared_aliases": [],
        "ages": "5-12",
        "setting": "England",
        "law": "none",
        "check_in_force": False,
        "texts": {
            "one_line": f"A weekly hour of {subject}.",
            "in_brief": "In one trial, 36.2% of children moved home within a year, against 44.8% without it.",
            "in_brief_rests_on": [1],
            "what_this_means": "It may help some children to settle.",
            "tested_on": "200 children aged 5 to 12 in England.",
            "strength_why": "One small trial.",
            "main_limit": "The trial was small.",
            "findings": ["36.2% of children moved, against 44.8% without it. [1]"],
            "doing_it_well": ["Meet every week. [1]"],
            "limits": ["The trial was small."],
            "cost": ["About GBP 12 for each child. [1]"],
        },
        "rating": {"effect": "tends-positive", "strength": "low", "by": "derived", "why": "one small trial"},
        "facts": {
            "what_it_is": [f"an hour of {subject} each week [1]"],
            "findings": [
                {
                    "claim": "36.2% of children moved vs 44.8% without it",
                    "outcome": "moves",
                    "area": "placement-stability",
                    "direction": "better",
                    "study": "RCT, 200 children",
                    "source": 1,
                    "checked": "seen",
                    "risks": {
                        "event": "moved home within a year",
                        "group": "children who took part",
                        "percent": 36.2,
                        "comparison": "children who did not",
                        "comparison_percent": 44.8,
                        "fewer_is_better": True,
                    },
                }
            ],
            "in_practice": ["meet every week [1]"],
            "limits": ["small trial, ages 5 to 12"],
            "cost": "GBP 12 a child [1]",
            "second_read": "2026-11-23",
            "second_read_note": None,
        },
        "sources": [
            {
                "n": 1,
                "title": "A trial",
                "by": "A University",
                "year": 2020,
                "url": "https://example.org/trial",
                "doi": None,
                "type": "rct",
            }
        ],
        "related": [],
        "examples": questions,
        "sign_off": {"academic": None, "practice": None},
    }
    for key, value in changes.items():
        *path, last = key.split("__")
        inner = made
        for part in path:
            inner = inner[part]
        inner[last] = value
    return made


def an_entry(entry_id: str = "kite-flying", **changes: object) -> EvidenceEntry:
    """Return an entry; see `sheet`."""
    return EvidenceEntry.model_validate(sheet(entry_id, **changes))


def write_sheets(folder: Path, *sheets: dict[str, Any]) -> Path:
    """Write sheets into a folder, each in the file that its id names, and return the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for content in sheets:
        text = yaml.safe_dump(content, sort_keys=False, allow_unicode=True)
        (folder / f"{content['id']}.yaml").write_text(text, encoding="utf-8")
    return folder


def a_gap(number: int = 1, state: GapState = GapState.CLARIFIED, **changes: object) -> Gap:
    """Return an evidence gap."""
    made = Gap(
        number, "Do kites help babies sleep?", "Whether to buy kites", "Babies in foster care", "This month", "Foster carer",
        ("fostering", "early-years"), state, None, "", "", "", None, "slack", "", "",
        datetime(2026, 11, 20, 23, 59, tzinfo=UTC), datetime(2026, 11, 25, 9, 30, tzinfo=UTC), datetime(2026, 11, 25, 9, 30, tzinfo=UTC), 1,
    )  # fmt: skip
    return replace(made, **changes)  # type: ignore[arg-type]  # named in the test


def invented_gaps() -> list[Gap]:
    """Return gaps in every state, on topics with much evidence and with little, more of them than a page of the register shows."""
    questions = {
        "parental-conflict": "What helps children whose parents argue over contact after separating?",
        "disability": "Do short breaks keep disabled children at home for longer?",
        "decision-tools": "Do social workers decide differently when software suggests a level of risk?",
        "care-leavers": "Does staying with a foster carer after 18 lead to steadier work?",
        "fostering": "Does pet ownership help children settle in a new foster home?",
        "domestic-abuse": "Which programmes for fathers who were violent make homes safer for children?",
    }
    states = [state for state in GapState if state not in {GapState.SUBMITTED, GapState.DUPLICATE}]
    made = []
    for number in range(1, 61):
        topic, question = list(questions.items())[number % len(questions)]
        state = GapState.CHECKED if number < 50 else states[number % len(states)]
        is_answered = state is GapState.ANSWERED
        made.append(
            a_gap(
                number, state, question=question, topics=(topic,), votes=(1, 2, 3, 6, 12, 61)[number % 6] if number > 50 else 1,
                check=None if state is GapState.CLARIFIED else Check.PARTLY_KNOWN, entry="kinship-care-outcomes" if is_answered else "",
                outcome={GapState.ANSWERED: "Two reviews say that it often does.", GapState.WILL_NOT_ANSWER: "Nobody can study it now."}.get(state, ""),
            )
        )  # fmt: skip
    merged = a_gap(
        61, GapState.DUPLICATE, votes=0, duplicate_of=55, outcome="Asks the same as gap 55.", topics=("fostering",)
    )
    return [*made, merged, a_gap(62, GapState.SUBMITTED, votes=7)]
