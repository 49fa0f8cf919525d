"""What may become of an evidence gap, and in which words it is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import InputError
from bot.gap import CLOSED, MOVES, OPEN, Check, Gap, GapState, NewGap, reason
from bot.gaps import Voice, key_of_news

NOW = datetime(2026, 11, 25, 9, 30, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
OUTCOME = "Two trials found that it helps."
BY_HAND = [GapState.CLARIFIED, GapState.CHECKED, GapState.PRIORITISED, GapState.IN_PROGRESS, GapState.ANSWERED, GapState.WILL_NOT_ANSWER]  # fmt: skip


def gap(state: GapState = GapState.SUBMITTED, **changes: object) -> Gap:
    made = Gap(
        7,
        "Do kites help babies sleep?",
        "",
        "",
        "",
        "",
        (),
        state,
        None,
        "",
        "",
        "",
        None,
        "web",
        "",
        "",
        NOW,
        NOW,
        NOW,
        3,
    )
    return replace(made, **changes)  # type: ignore[arg-type]  # named in the test


def move(one: Gap, to: GapState) -> Gap:
    """Return a gap in another state, with all that the state needs."""
    check = Check.UNKNOWN if to is GapState.CHECKED else None
    entry = "kite-flying" if to is GapState.ANSWERED else ""
    return one.moved(to, LATER, check=check, outcome=OUTCOME if to in CLOSED else "", entry=entry)


@pytest.mark.parametrize("to", GapState)
@pytest.mark.parametrize("state", GapState)
def test_a_gap_moves_only_to_a_state_that_may_follow(state: GapState, to: GapState) -> None:
    if to in MOVES[state] and to in BY_HAND:
        assert (move(gap(state), to).state, move(gap(state), to).changed) == (to, LATER)
    else:
        with pytest.raises(InputError, match=f"Gap 7 cannot become {to}: "):
            move(gap(state), to)


def test_a_refused_move_says_which_are_allowed() -> None:
    with pytest.raises(InputError, match="Gap 7 cannot become answered: after submitted comes checked, clarified"):
        move(gap(), GapState.ANSWERED)
    with pytest.raises(InputError, match="nothing follows answered by itself"):
        move(gap(GapState.ANSWERED), GapState.CHECKED)


def test_every_open_gap_can_come_to_an_end_and_no_closed_one_moves_on_by_itself() -> None:
    assert all(MOVES[state] for state in OPEN)
    assert all(GapState.DUPLICATE in MOVES[state] for state in OPEN)
    assert not any(MOVES[state] - {GapState.SUBMITTED} for state in CLOSED)


def test_a_check_says_what_is_known_and_nothing_else_does() -> None:
    assert gap().moved(GapState.CHECKED, LATER, check=Check.KNOWN).check is Check.KNOWN
    with pytest.raises(InputError, match="what is known already"):
        gap().moved(GapState.CHECKED, LATER)
    with pytest.raises(InputError, match="what is known already"):
        gap().moved(GapState.CLARIFIED, LATER, check=Check.KNOWN)


def test_what_a_check_found_stays_while_the_work_goes_on() -> None:
    checked = gap().moved(GapState.CHECKED, LATER, check=Check.PARTLY_KNOWN)
    assert checked.moved(GapState.PRIORITISED, LATER).check is Check.PARTLY_KNOWN


@pytest.mark.parametrize("outcome", ["", "   ", "x" * 601])
def test_closing_needs_an_outcome_in_words(outcome: str) -> None:
    with pytest.raises(InputError, match="The outcome has"):
        gap(GapState.CHECKED).moved(GapState.WILL_NOT_ANSWER, LATER, outcome=outcome)


def test_an_open_gap_has_no_outcome() -> None:
    with pytest.raises(InputError, match="Only a gap that is closed"):
        gap(GapState.CHECKED).moved(GapState.PRIORITISED, LATER, outcome=OUTCOME)


def test_an_answer_names_its_entry_and_nothing_else_does() -> None:
    with pytest.raises(InputError, match="names the entry"):
        gap(GapState.CHECKED).moved(GapState.ANSWERED, LATER, outcome=OUTCOME)
    with pytest.raises(InputError, match="names the entry"):
        gap(GapState.CHECKED).moved(GapState.WILL_NOT_ANSWER, LATER, outcome=OUTCOME, entry="kite-flying")


def test_a_gap_that_is_opened_again_is_checked_anew() -> None:
    answered = move(move(gap(), GapState.CHECKED), GapState.ANSWERED)
    assert answered.reopened(LATER) == gap(changed=LATER, since=LATER)


@pytest.mark.parametrize("state", [*sorted(OPEN), GapState.DUPLICATE])
def test_only_a_gap_with_an_outcome_is_opened_again(state: GapState) -> None:
    with pytest.raises(InputError, match="only one with an outcome"):
        gap(state).reopened(LATER)


@pytest.mark.parametrize("state", sorted(OPEN))
def test_any_open_gap_is_merged_into_another_that_may_be_closed(state: GapState) -> None:
    merged = gap(state).merged(gap(GapState.ANSWERED, number=2), LATER)
    assert (merged.state, merged.duplicate_of, merged.votes) == (GapState.DUPLICATE, 2, 0)
    assert merged.outcome == "Asks the same as gap 2."


def test_no_gap_is_merged_into_itself_or_into_a_duplicate_or_after_its_end() -> None:
    with pytest.raises(InputError, match="into itself"):
        gap().merged(gap(), LATER)
    with pytest.raises(InputError, match="merge into that one"):
        gap().merged(gap(GapState.DUPLICATE, number=2, duplicate_of=1), LATER)
    with pytest.raises(InputError, match="only an open one"):
        gap(GapState.ANSWERED).merged(gap(number=2), LATER)


def test_a_closed_gap_is_in_nobodys_hands() -> None:
    assert gap().assigned("a" * 40, LATER).assigned_to == "a" * 40
    with pytest.raises(InputError, match="nobody works on it"):
        gap(GapState.ANSWERED).assigned("a" * 40, LATER)


@pytest.mark.parametrize(
    "wrong",
    [
        {"question": "why?"}, {"question": "   why?   "}, {"question": "x" * 601}, {"decision": "x" * 601}, {"for_whom": "x" * 301},
        {"how_soon": "x" * 61}, {"topics": ("x" * 61,)}, {"topics": ("x",) * 11}, {"question": "why\0why"},
        {"role": "\ud800"},
    ],
)  # fmt: skip
def test_what_a_form_gives_keeps_within_what_can_be_kept(wrong: dict[str, str]) -> None:
    with pytest.raises(InputError):
        NewGap(**({"question": "Do kites help?"} | wrong))  # type: ignore[arg-type]  # topics are a tuple


@given(st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=600))
def test_a_question_of_any_letters_is_either_kept_or_refused_in_a_sentence(question: str) -> None:
    if len(question.strip()) >= 5:
        assert NewGap(question).question == question
    else:
        with pytest.raises(InputError, match="The question has"):
            NewGap(question)


def test_a_reason_is_needed() -> None:
    assert reason(" asked twice ") == "asked twice"
    with pytest.raises(InputError, match="The reason has 0 characters"):
        reason("  ")


@pytest.mark.parametrize("person", ["U0MANAGER", "", "a" * 15, "a" * 41, "A" * 40])
def test_a_person_is_known_by_a_hash_only(person: str) -> None:
    with pytest.raises(InputError, match="hexadecimal"):
        Voice(person)


def test_a_key_tells_a_change_and_a_person_from_every_other() -> None:
    keys = {key_of_news(number, place, person * 20) for number in (1, 11) for place in (1, 11) for person in "ab"}
    assert len(keys) == 8
    assert key_of_news(12, 3, "0123456789abcdef0123") == "g12-3-0123456789abcdef"


def test_every_move_is_told_in_words_with_the_question_and_the_outcome() -> None:
    heading = "Evidence gap 7 (“Do kites help babies sleep?”)"
    checked = gap().moved(GapState.CHECKED, LATER, check=Check.UNKNOWN)
    assert checked.told() == f"{heading} was checked: nobody seems to have looked at it."
    assert move(checked, GapState.ANSWERED).told() == f"{heading} is answered. {OUTCOME}"
    for state in [*OPEN - {GapState.CHECKED}, GapState.WILL_NOT_ANSWER]:
        assert gap(state).told() != heading


@pytest.mark.parametrize("check", Check)
def test_what_is_known_is_told_in_words_of_its_own(check: Check) -> None:
    others = [gap().moved(GapState.CHECKED, NOW, check=other).told() for other in Check if other is not check]
    assert gap().moved(GapState.CHECKED, NOW, check=check).told() not in others


def test_who_asked_the_same_hears_where_the_other_stands() -> None:
    other = replace(move(gap(GapState.CHECKED), GapState.ANSWERED), number=2, question="Do babies sleep near kites?")
    told = gap().told_merged(other)
    assert told.endswith(f"Evidence gap 2 (“Do babies sleep near kites?”) is answered. {OUTCOME}")
    assert "where your voice counts from now on" in told


def test_a_long_question_is_told_short() -> None:
    assert len(gap(question="kites " * 100).heading) < 160
