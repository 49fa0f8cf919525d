"""Choose the thresholds by cross-validation: `python -m benchmarks.thresholds ../shared/eval`; `--write` stores them.

Confidences are calibrated on the sheets' own held-out questions. What is chosen here, on the development sets, is from which
confidence on to answer, from which sum of the four best to ask back, and from which likeness to speak of danger now.
Questions are split by the entry that answers them, the rest at random; every figure is of the part left out.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import mean
from typing import Final

import numpy as np

from bot import bootstrap
from bot.evaluate import read_lines
from bot.settings import load_settings
from bot.turn import CHOICES_MAX, Bot
from intents.recognise import DATA, Recognition, Thresholds
from intents.wants import Want

FOLDS: Final = 5
WRONG_MAX: Final = 0.03  # of confident answers
OUT_OF_SCOPE_MAX: Final = 0.02  # of out-of-scope questions; the target is 0.03
SHOWN_MIN: Final = 0.97  # of questions; the target is 0.95
ALARMS_MAX: Final = 0.02  # of messages without danger now; the target is 0.03
ALARMS_ON_QUESTIONS_MAX: Final = 0.01  # of ordinary questions: an alarm stands before the answer
GRID: Final = tuple(round(0.05 + 0.01 * n, 2) for n in range(91))
CURVE: Final = tuple(round(0.1 * n, 1) for n in range(10))  # thresholds of the curve that is printed
PICTURE: Final = Path(__file__).parents[1] / "docs" / "pictures" / "risk-coverage.svg"


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as it was recognised.

    Attributes:
        group: What questions of one fold share: the entry that answers, or the question itself.
        confidence: Of the best match; 0 where it is given up because the message wants something else.
        offered: The sum of the best matches that would be offered.
        is_right: Whether the best match is right; False for a question out of scope.
        is_among: Whether a right entry is among those offered.
        in_scope: Whether an entry answers it.
        urgency: Likeness to the examples of danger now.
    """

    group: str
    confidence: float
    offered: float
    is_right: bool
    is_among: bool
    in_scope: bool
    urgency: float


@dataclass(frozen=True, slots=True)
class Message:
    """A message that may speak of danger now, with its likeness to the examples of such."""

    group: str
    likeness: float
    is_now: bool


def asked(recognition: Recognition, group: str, accept: Sequence[str]) -> Asked:
    """Return what matters of a recognised question for choosing."""
    matches = recognition.matches[:CHOICES_MAX]
    best = matches[0] if matches and recognition.want is not Want.OUT_OF_REMIT else None
    return Asked(
        group,
        best.confidence if best else 0.0,
        sum(match.confidence for match in matches),
        bool(matches) and matches[0].id in accept,
        any(match.id in accept for match in matches),
        bool(accept),
        recognition.urgency,
    )


def recognise_all(bot: Bot, folder: Path) -> tuple[list[Asked], list[Message]]:
    """Return the questions and the messages of a folder of question sets."""
    shown = bot.knowledge.shown()

    def understood(text: str) -> Recognition:
        return bot.recogniser.recognise(text, shown)

    questions = [
        asked(understood(row["question"]), row["accept"][0], row["accept"])
        for row in read_lines(folder / "questions.jsonl")
    ]
    questions += [
        asked(understood(row["question"]), row["id"], ()) for row in read_lines(folder / "out_of_scope.jsonl")
    ]
    crisis = read_lines(folder / "crisis.jsonl")
    messages = [Message(row["id"], understood(row["message"]).urgency, row["immediate"]) for row in crisis]
    return questions, messages


def fit_answer(questions: Sequence[Asked]) -> float:
    """Return the lowest confidence from which few enough answers are wrong and few enough are out of scope."""
    outside = sum(not question.in_scope for question in questions) or 1
    for threshold in GRID:
        answered = [question for question in questions if question.confidence >= threshold]
        inside = [question for question in answered if question.in_scope]
        wrong = sum(not question.is_right for question in inside) / (len(inside) or 1)
        if wrong <= WRONG_MAX and (len(answered) - len(inside)) / outside <= OUT_OF_SCOPE_MAX:
            return threshold
    return GRID[-1]


def fit_choices(questions: Sequence[Asked], answer: float) -> float:
    """Return the highest sum from which the right entry is shown often enough."""
    return max((threshold for threshold in GRID if shown(questions, answer, threshold) >= SHOWN_MIN), default=GRID[0])


def fit_urgent(messages: Sequence[Message], questions: Sequence[Asked]) -> float:
    """Return the lowest likeness with few enough false alarms: recall comes first."""
    calm = [message.likeness for message in messages if not message.is_now]
    ordinary = [question.urgency for question in questions]
    return next(
        threshold
        for threshold in GRID
        if mean(likeness >= threshold for likeness in calm) <= ALARMS_MAX
        and mean(likeness >= threshold for likeness in ordinary) <= ALARMS_ON_QUESTIONS_MAX
    )


def shown(questions: Sequence[Asked], answer: float, choices: float) -> float:
    """Return the share of questions in scope for which the right entry is shown, as the answer or among choices."""
    return mean(
        question.is_right if question.confidence >= answer else question.offered >= choices and question.is_among
        for question in questions
        if question.in_scope
    )


def held_out(questions: Sequence[Asked], messages: Sequence[Message]) -> dict[str, list[float]]:
    """Return each measure of each fold, the thresholds having been fitted on the other folds."""
    fold_of = folds([*questions, *messages])
    measured: dict[str, list[float]] = {}
    for fold in range(FOLDS):
        rest = [question for question in questions if fold_of(question.group) != fold]
        answer = fit_answer(rest)
        choices = fit_choices(rest, answer)
        urgent = fit_urgent([message for message in messages if fold_of(message.group) != fold], rest)
        part = [question for question in questions if fold_of(question.group) == fold]
        told = [message for message in messages if fold_of(message.group) == fold]
        inside = [question for question in part if question.in_scope]
        answered = [question for question in inside if question.confidence >= answer]
        row = {
            "answered": len(answered) / len(inside),
            "precision": mean(question.is_right for question in answered),
            "shown": shown(part, answer, choices),
            "out of scope answered": mean(q.confidence >= answer for q in part if not q.in_scope),
            "urgent recall": mean(message.likeness >= urgent for message in told if message.is_now),
            "urgent alarms on questions": mean(question.urgency >= urgent for question in part),
            "urgent false alarms": mean(message.likeness >= urgent for message in told if not message.is_now),
        }
        for name, figure in row.items():
            measured.setdefault(name, []).append(figure)
    return measured


def folds(items: Sequence[Asked | Message]) -> Callable[[str], int]:
    """Return which fold each group is in; the same in every run."""
    groups = sorted({item.group for item in items})
    random.Random(7).shuffle(groups)  # noqa: S311 - splits questions, not secrets
    place = {group: n % FOLDS for n, group in enumerate(groups)}
    return place.__getitem__


def reliability(questions: Sequence[Asked]) -> list[tuple[str, int, float, float]]:
    """Return for each tenth of the scale: its bounds, how many best matches, mean confidence, share right."""
    rows = []
    for low in range(0, 100, 10):
        part = [q for q in questions if low <= q.confidence * 100 < low + 10 + (low == 90)]
        if part:
            stated, right = mean(q.confidence for q in part), mean(q.is_right for q in part)
            rows.append((f"{low / 100:.1f} to {(low + 10) / 100:.1f}", len(part), stated, right))
    return rows


def risk_coverage(questions: Sequence[Asked]) -> list[tuple[float, float, float, float]]:
    """Return points of the curve: a threshold, the share of questions answered, of answers wrong, of out of scope answered."""
    inside = [question for question in questions if question.in_scope]
    outside = [question for question in questions if not question.in_scope]
    points = []
    for threshold in CURVE:
        answered = [question for question in inside if question.confidence >= threshold]
        if answered:
            wrong = mean(not question.is_right for question in answered)
            alarms = mean(question.confidence >= threshold for question in outside) if outside else 0.0
            points.append((threshold, len(answered) / len(inside), wrong, alarms))
    return points


def draw(questions: Sequence[Asked], answer: float) -> None:
    """Draw the share of answers that are wrong against the share of questions answered."""
    import matplotlib as mpl  # noqa: PLC0415 - a tool of the developers

    mpl.use("svg")
    mpl.rcParams.update({"svg.hashsalt": "risk-coverage", "font.size": 11})
    import matplotlib.pyplot as plt  # noqa: PLC0415 - after the backend is chosen

    figure, axes = plt.subplots(figsize=(7, 4.2))
    for name, part, style in (
        ("questions of the field", [q for q in questions if q.in_scope], "-"),
        ("with out-of-scope questions among them", list(questions), "--"),
    ):
        confidence = np.array([q.confidence for q in part])
        order = np.argsort(-confidence, kind="stable")
        wrong = np.cumsum(~np.array([q.is_right for q in part])[order]) / np.arange(1, len(part) + 1)
        axes.plot(np.arange(1, len(part) + 1) / len(part), wrong, style, color="black", label=name)
        chosen = int((confidence >= answer).sum())
        axes.plot(chosen / len(part), wrong[chosen - 1], "o", color="black", markersize=7)
    axes.axhline(WRONG_MAX, color="gray", linewidth=1, linestyle=":")
    axes.annotate("at most 3% wrong", (0.01, WRONG_MAX + 0.004), color="gray")
    axes.set(
        xlabel="share answered, most confident first",
        ylabel="share of answers that are wrong",
        xlim=(0, 1),
        ylim=(0, None),
    )
    axes.set_title(f"Risk and coverage; dots: answers from confidence {answer:.2f}", loc="left", fontsize=12)
    axes.legend(frameon=False, loc="upper left")
    axes.spines[["top", "right"]].set_visible(False)
    figure.tight_layout()
    PICTURE.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(PICTURE, metadata={"Date": None})


def main() -> None:
    """Print the held-out figures and the thresholds fitted on everything; write them if asked to."""
    parser = argparse.ArgumentParser(description="Choose the thresholds by cross-validation.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--write", action="store_true", help="store the thresholds and draw the picture")
    options = parser.parse_args()
    if not options.folder.is_dir():
        parser.exit(0, f"skipped: {options.folder} is not here\n")
    questions, messages = recognise_all(bootstrap.make_bot(load_settings()), options.folder)
    for name, figures in held_out(questions, messages).items():
        print(f"{name}: held out {mean(figures):.3f} (folds {min(figures):.3f} to {max(figures):.3f})")
    answer = fit_answer(questions)
    fitted = Thresholds(answer, fit_choices(questions, answer), fit_urgent(messages, questions))
    print(f"fitted on everything: answer {fitted.answer}, choices {fitted.choices}, urgent {fitted.urgent}")
    print("\n| answer from | answered | of these wrong | out of scope answered |\n|---|---|---|---|")
    for threshold, coverage, wrong, alarms in risk_coverage(questions):
        print(f"| {threshold:.1f} | {coverage:.3f} | {wrong:.3f} | {alarms:.3f} |")
    print("\n| stated confidence | best matches | mean stated | share right |\n|---|---|---|---|")
    for bounds, count, stated, right in reliability([q for q in questions if q.in_scope]):
        print(f"| {bounds} | {count} | {stated:.2f} | {right:.2f} |")
    if options.write:
        stored = {"answer": fitted.answer, "choices": fitted.choices, "urgent": fitted.urgent}
        Path(str(DATA / "thresholds.json")).write_text(json.dumps(stored, indent=1) + "\n", encoding="utf-8")
        draw(questions, fitted.answer)


if __name__ == "__main__":
    main()
