"""What the tagger sees of each word: the word, how it is written, the lists it is on, and the same of its neighbours."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from typing import Final, NamedTuple

from intents.personal.gazetteer import first_names, proper_nouns, surnames, towns
from intents.personal.lexicon import WORD_CLASSES
from intents.personal.published import PUBLISHED
from intents.personal.tokens import Token
from intents.spelling import general_words

_CACHE_MAX: Final = 20_000  # words whose traits are remembered
_KNOWN_WELL: Final = 3  # how common a first name is from which `billys` may be a possessive
_LISTED_MAX: Final = 3  # names after the first that are looked past to see what follows a list
_FREQUENT: Final = -6.0  # log10 of the frequency from which a word itself is a feature, not only its traits


class Traits(NamedTuple):
    """What is known of a word wherever it stands.

    Attributes:
        kind: One coarse class: a list it is on, or how much it looks like a name.
        case: `l`ower, `C`apital, `A`ll capitals, `1` letter, `m`ixed, or `-` for marks and numbers.
        own: Features of the word itself.
        near: By distance, features that a word has from this one standing there: before it where negative.
    """

    kind: str
    case: str
    own: tuple[str, ...]
    near: Mapping[int, tuple[str, ...]]

    @classmethod
    def of(cls, kind: str, case: str, own: Sequence[str], near: Sequence[str]) -> Traits:
        """Return traits from features that do not yet say where the word stands."""
        return cls(
            kind,
            case,
            tuple(f"0{feature}" for feature in own),
            {away: tuple(f"{away}{feature}" for feature in near) for away in (-2, -1, 1, 2)},
        )


def _case(text: str) -> str:
    if len(text) == 1:
        return "1"
    if text.islower():
        return "l"
    if text.isupper():
        return "A"
    return "C" if text[0].isupper() else "m"


def _number_kind(text: str) -> str:
    digits = text.replace(",", "").replace(".", "")
    if len(text) == 4 and text[:2] in ("19", "20"):
        return "#year"
    return "#1" if len(digits) == 1 else "#2" if len(digits) == 2 else "#n"


def _band(word: str, listed: Mapping[str, int]) -> int:
    """Return how common a name is, of its parts where it is hyphenated; 0 when unknown."""
    if word in listed:
        return listed[word]
    parts = word.replace("'", "-").replace("’", "-").split("-")
    return min((listed.get(part, 0) for part in parts if len(part) > 1), default=0) if len(parts) > 1 else 0


class WordFeatures(NamedTuple):
    """The features of a word in a message.

    Attributes:
        blocks: Those that depend on a single word each: on the word itself and on its neighbours.
        context: Those that depend on several.
    """

    blocks: tuple[tuple[str, ...], ...]
    context: tuple[str, ...]

    def all(self) -> list[str]:
        """Return every feature."""
        return [*(feature for block in self.blocks for feature in block), *self.context]


class FeatureMaker:
    """Makes features.

    Args:
        known_words: Lower-case words of the knowledge base.
        known_names: Folded names of the authors and models that it cites.
    """

    def __init__(self, known_words: Collection[str] = (), known_names: Collection[str] = ()) -> None:
        self._known_words, self._known_names = frozenset(known_words), frozenset(known_names)
        self._cache: dict[str, Traits] = {}

    def features(self, tokens: Sequence[Token]) -> list[WordFeatures | None]:
        """Return the features of each token; `None` for those that are no words."""
        traits = [self.traits(token) for token in tokens]
        words = [token for token in tokens if token.is_word and len(token.text) > 1]
        style = "low" if all(word.text.islower() for word in words) else "mix"
        if words and all(word.text.isupper() for word in words):
            style = "ALL"
        elif len(words) > 2 and all(word.text[0].isupper() for word in words):
            style = "Each"
        scene = "p" if any(token.fold in _PERSON for token in tokens) else ""
        scene += "i" if any(token.text[0] == "<" for token in tokens) else ""
        padded = [_EDGE, _EDGE, _EDGE, *traits, _EDGE, _EDGE, _EDGE]
        runs = _runs(tokens)
        made: list[WordFeatures | None] = []
        for at, token in enumerate(tokens):
            if not token.is_word:
                made.append(None)
                continue
            window = padded[at : at + 7]
            _, before2, before, here, after, after2, _ = window
            near = (before.near[-1], after.near[1], before2.near[-2], after2.near[2])
            context = _context(window, style, scene, is_possessive=token.is_possessive)
            made.append(WordFeatures((here.own, *near), (*context, *runs.get(at, ()))))
        return made

    def traits(self, token: Token) -> Traits:
        """Return what is known of a token by itself."""
        known = self._cache.get(token.text)
        if known is None:
            known = self._word_traits(token) if token.is_word else _mark_traits(token.text)
            if len(self._cache) < _CACHE_MAX:
                self._cache[token.text] = known
        return known

    def _word_traits(self, token: Token) -> Traits:
        fold, lower, case = token.fold, token.text.casefold().replace("’", "'"), _case(token.text)
        first, last = _band(fold, first_names()), _band(fold, surnames())
        frequency = general_words().get(lower.replace("'", ""), 0.0) or general_words().get(lower, 0.0)
        magnitude = max(-9, round(math.log10(frequency))) if frequency else -10
        listed = WORD_CLASSES.get(lower, "")
        likeness = first - (magnitude + 9) if first else -9
        traits = {
            f"first{first}",
            f"last{last}",
            f"freq{magnitude}",
            f"like{max(-4, min(5, likeness))}",
            f"both{min(first, 1)}{min(last, 1)}{max(-8, magnitude)}",
            f"len{min(len(fold), 9)}",
        }
        is_owner = fold.endswith("s") and first_names().get(fold[:-1], 0) >= _KNOWN_WELL
        marks = {
            "noun": fold in proper_nouns(),
            "town": fold in towns(),
            "known": lower in self._known_words,
            "cited": fold in self._known_names,
            "published": fold in PUBLISHED,
            "hyphen": "-" in lower,
            "accent": not token.text.isascii(),
            "owner": is_owner,
            "owner?": is_owner and not first and magnitude < -6,
            "mac": fold.startswith(("o'", "o’", "mc", "mac")) and len(fold) > 5,
        }
        flags = {mark for mark, holds in marks.items() if holds}
        kind = listed or self._name_kind(likeness, last, magnitude, flags)
        is_frequent = frequency > 0 and math.log10(frequency) >= _FREQUENT
        identity = (f"w={lower}",) if listed or is_frequent or lower in self._known_words else ()
        endings = (f"end={fold[-2:]}", f"end={fold[-3:]}", f"start={fold[:2]}") if not identity else ()
        base = (*sorted(traits), *sorted(flags), f"list={listed}", f"kind={kind}", *identity)
        own = (*base, *endings, *(f"{case}{feature}" for feature in base), *_pairs(first, last, flags, case))
        ending = (f"tail={fold[-2:]}",) if case == "l" and len(fold) > 3 else ()
        near = (f"kind={kind}", f"{case}kind={kind}", f"case={case}", *identity, *ending, *sorted(flags))
        return Traits.of(kind, case, own, near)

    @staticmethod
    def _name_kind(likeness: int, last: int, magnitude: int, flags: set[str]) -> str:
        if "known" in flags:
            name = "known"
        elif "published" in flags or "cited" in flags:
            name = "cited"
        elif "town" in flags:
            name = "town"
        elif likeness >= 2:
            name = "name"
        elif likeness >= 0:
            name = "nameish"
        elif last and magnitude < -6:
            name = "surname"
        else:
            return "rare" if -8 <= magnitude < -6 else "unknown" if magnitude < -8 else "common"
        return f"{name}+" if likeness >= 2 and name != "name" else name


def _context(window: Sequence[Traits], style: str, scene: str, *, is_possessive: bool) -> list[str]:
    before3, before2, before, here, after, after2, after3 = window
    starts = "s" if before.kind in _STARTS else ""
    shape = f"{style}{here.case}{starts}"
    core = f"{shape}|{here.kind}"
    made = [
        f"-3{before3.kind}",
        f"+3{after3.kind}",
        f"shape={shape}",
        f"core={core}",
        f"scene={scene}|{core}",
        f"scene={scene}|{here.case}{here.kind}",
        f"b={before.kind}|{core}",
        f"a={core}|{after.kind}",
        f"ba={before.kind}|{here.case}{here.kind}|{after.kind}",
        f"bb={before2.kind}|{before.kind}|{here.kind}",
        f"aa={here.kind}|{after.kind}|{after2.kind}",
        f"bc={before.case}{before.kind}|{here.case}|{after.case}{after.kind}",
    ]
    return [*made, "'s", f"'s{core}", f"'s{after.kind}"] if is_possessive else made


def _pairs(first: int, last: int, flags: set[str], case: str) -> list[str]:
    known = "k" if "known" in flags else "c" if flags & {"cited", "published"} else ""
    return [f"{case}f{first}l{min(last, 2)}{known}", f"f{first}{known}", f"l{last}{known}"]


def _mark_traits(text: str) -> Traits:
    kind = _number_kind(text) if text[0].isdigit() else text
    return Traits.of(kind, "-", (), (f"kind={kind}",))


def _runs(tokens: Sequence[Token]) -> dict[int, list[str]]:
    """Return for each capitalised word what stands in and round the run of such words that it is part of."""
    made: dict[int, list[str]] = {}
    first = 0
    for last, token in enumerate(tokens):
        if last + 1 < len(tokens) and _joins(token, tokens[last + 1]):
            continue
        if token.is_word and token.text[0].isupper():
            shared = _run_features(tokens, first, last)
            length = min(last - first, 3)
            made.update({at: [*shared, f"run{length}at{min(at - first, 2)}"] for at in range(first, last + 1)})
        first = last + 1
    return made


def _run_features(tokens: Sequence[Token], first: int, last: int) -> list[str]:
    run = tokens[first : last + 1]
    classes = {WORD_CLASSES.get(token.fold, "") for token in run} - {""}
    cited = "c" if any(token.fold in PUBLISHED for token in run) else ""
    follows = _kind_after(tokens, last)
    return [
        f"run{min(last - first, 3)}",
        f"run<{tokens[first - 1].fold if first else '^'}",
        f"run>{follows}",
        f"run{cited}>{follows}",
        f"listed>{_kind_after_list(tokens, last)}",
        f"runcited={cited}",
        *(f"run={name}" for name in sorted(classes)),
    ]


def _kind_after(tokens: Sequence[Token], last: int) -> str:
    if last + 1 >= len(tokens):
        return "$"
    after = tokens[last + 1]
    return WORD_CLASSES.get(after.fold) or (after.fold if after.is_word else _mark_traits(after.text).kind)


def _kind_after_list(tokens: Sequence[Token], last: int) -> str:
    """Return what follows the last of several capitalised words that are listed, such as the year in `Hollis, Varley & Marsh 2011`."""
    for _ in range(_LISTED_MAX):
        if last + 2 >= len(tokens) or tokens[last + 1].fold not in _LISTING or not tokens[last + 2].text[0].isupper():
            break
        last += 2
    return _kind_after(tokens, last)


def _joins(left: Token, right: Token) -> bool:
    return (
        left.is_word
        and right.is_word
        and left.text[0].isupper()
        and right.text[0].isupper()
        and right.start - left.end == 1
        and not left.is_possessive
    )


_PERSON: Final = frozenset("he she him her his hers hes shes himself herself".split())
_LISTING: Final = frozenset({"and", "&", ","})
_EDGE: Final = Traits.of("edge", "-", (), ("kind=edge",))
_STARTS: Final = frozenset({"edge", ".", "!", "?", ":", "\n", "-", "|", "/", ";", '"'})
